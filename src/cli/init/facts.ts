/** What the files are written for, as options, git and answers tell it. */
import { isRegion } from '../../cloud/http/endpoint.ts'
import { inputDefaults } from '../../run/inputs.ts'
import { type Problem, UserError } from '../../text/problem.ts'
import { quoteText } from '../../text/quote.ts'

/** Where the examples take the action from: whoever keeps a copy puts theirs. */
export const UNKNOWN_REPOSITORY = 'your-org/huawei-cloud-iam-permission-audit'

/** The action that the workflows run. */
export interface ActionVersion {
  /** `owner/name`; `UNKNOWN_REPOSITORY` where only the commit is known. */
  readonly repository: string
  readonly commit: string
}

export interface Facts {
  readonly account: string
  /** `owner/name`. */
  readonly repository: string
  readonly region: string
  readonly branch: string
  /** With the at sign. */
  readonly reviewers: string
  /** Null: nothing tells which version this is. */
  readonly action: ActionVersion | null
}

export const factNames = ['account', 'repository', 'region', 'branch', 'reviewers', 'action'] as const
export type FactName = (typeof factNames)[number]

interface Rule {
  readonly isRight: (text: string) => boolean
  readonly allowed: string
}

const matches = (pattern: RegExp) => (text: string) => pattern.test(text)

/** These texts come to stand in YAML, JSON and CODEOWNERS, where nothing may end them early. */
const rules: Readonly<Record<FactName, Rule>> = {
  account: { isRight: matches(/^[A-Za-z0-9-]{1,64}$/), allowed: 'the account id, of letters and digits' },
  repository: { isRight: matches(/^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/), allowed: 'owner/name' },
  region: { isRight: isRegion, allowed: 'the name of a region, such as ap-southeast-1' },
  branch: { isRight: matches(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/), allowed: 'the name of a branch' },
  reviewers: {
    isRight: matches(/^@?[A-Za-z0-9-]+(\/[A-Za-z0-9._-]+)?$/),
    allowed: 'a person or a team on GitHub, such as @acme/security',
  },
  action: {
    isRight: matches(/^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+@[0-9a-f]{40}$/),
    allowed: 'owner/name@commit, the commit in full',
  },
}

/** Why a text cannot be taken for what it is given as; null when it can. */
export function factProblem(name: FactName, text: string): string | null {
  const { isRight, allowed } = rules[name]
  return isRight(text) ? null : `found ${quoteText(text)}; allowed: ${allowed}.`
}

/** @throws UserError with everything that is missing or wrong */
export function factsFrom(
  given: Readonly<Partial<Record<FactName, string>>>,
  version: ActionVersion | null,
): Facts {
  const problems: Problem[] = []
  const value = (name: FactName, fallback: string | null): string => {
    const text = given[name] ?? fallback
    const message = text === null ? `is missing: ${rules[name].allowed}.` : factProblem(name, text)
    if (message !== null) problems.push({ where: `--${name}`, message })
    return text ?? ''
  }
  const repository = value('repository', null)
  const reviewers = value('reviewers', `@${repository.split('/')[0] || 'owner'}/security`)
  const [called, commit] = given.action === undefined ? [] : value('action', null).split('@')
  const facts: Facts = {
    ...{ account: value('account', null), repository, region: value('region', inputDefaults.region) },
    branch: value('branch', 'main'),
    reviewers: reviewers.startsWith('@') ? reviewers : `@${reviewers}`,
    action: called !== undefined && commit !== undefined ? { repository: called, commit } : version,
  }
  if (problems.length > 0) throw new UserError(problems)
  return facts
}

/** `mode: check` for people: what the audit may use, what is missing, and a trust policy ready for this workflow. */
import type { Drift } from '../audit/model.ts'
import type { CheckRow, CloudCheck } from '../cloud/iam/check.ts'
import type { OidcClaims } from '../cloud/keys/credentials.ts'
import { driftHeading } from './drift-words.ts'
import { code, jsonBlock, prose } from './escape.ts'
import { fold } from './fold.ts'
import { fitRows } from './rows.ts'
import { countWords } from './words.ts'

export interface GitHubRow {
  readonly what: string
  /** `documented`: a write, which is told and never tried. `lacking`: refused, and the audit does without. */
  readonly status: 'ok' | 'failed' | 'lacking' | 'documented'
  readonly detail: string
}

/** What the auditor itself may change. */
export interface AuditorRights {
  /** IAM actions that change something and that it holds. */
  readonly writes: readonly string[]
  /** Why there may be more; null when everything was read and decided. */
  readonly untold: string | null
}

export interface CheckResult {
  readonly cloud: CloudCheck | null
  /** Why the cloud could not be asked at all, or not to the end; null when it was. */
  readonly cloudProblem: string | null
  /** Milliseconds that this machine's clock is ahead of the cloud's; null when the cloud did not say. */
  readonly clockOffset: number | null
  readonly github: readonly GitHubRow[]
  /** Claims of the workflow's OIDC token; null when there is none. */
  readonly claims: OidcClaims | null
  /** Why there is none although the job may have one; null else. */
  readonly claimsProblem: string | null
  readonly providerUrn: string
  /** Null when the cloud could not be asked. */
  readonly rights: AuditorRights | null
  /** What an audit would say now; null without a baseline. */
  readonly would: WouldReport | null
  /** What is probably not meant by the config, a sentence each. */
  readonly notices: readonly string[]
}

/** Whom an audit would name with these files, so that an upgrade brings no surprise. */
export interface WouldReport {
  readonly drift: readonly Drift[]
  /** What could not be read or decided, a sentence each. */
  readonly gaps: readonly string[]
}

/** Why no audit can be complete, a sentence each. */
export function checkProblems({ cloud, cloudProblem, github }: CheckResult): string[] {
  const rows = (cloud?.rows ?? []).filter((row) => !row.optional && isMissing(row))
  return [
    ...(cloudProblem === null ? [] : [cloudProblem]),
    ...rows.map(rowProblem),
    ...(cloud !== null && cloud.account === null
      ? ['Neither STS (GET /v5/caller-identity) nor the list of users names the account.']
      : []),
    ...github.filter((row) => row.status === 'failed').map((row) => `GitHub, ${row.what}: ${row.detail}`),
  ]
}

/** What an audit does without, a sentence each. */
export function missingOptional({ cloud }: CheckResult): string[] {
  const rows = (cloud?.rows ?? []).filter((row) => row.optional && isMissing(row))
  return rows.map((row) => `${rowProblem(row)} The audit can do without.`)
}

function rowProblem({ call, detail, action, status }: CheckRow): string {
  const remedy = status === 'forbidden' && action !== null ? ` It takes the IAM action ${action}.` : ''
  return `${call}: ${detail}${remedy}`
}

function isMissing({ status }: CheckRow): boolean {
  return status === 'forbidden' || status === 'failed'
}

/** Markdown of the check. */
export function renderCheck(result: CheckResult): string {
  const { cloud } = result
  return [
    '# IAM permission audit: check',
    headline(result),
    ...(result.cloudProblem === null ? [] : [`- ${prose(result.cloudProblem)}`]),
    ...toAllow(cloud?.rows ?? []),
    ...who(result),
    ...result.notices.map((notice) => `⚠️ ${prose(notice)}`),
    ...(cloud === null ? [] : cloudTables(cloud)),
    ...wouldSection(result.would),
    ...(result.github.length === 0 ? [] : [githubTable(result.github)]),
    ...(result.claimsProblem === null || result.claimsProblem === result.cloudProblem
      ? []
      : [prose(result.claimsProblem)]),
    ...(result.claims === null ? [] : [trust(result.claims, result)]),
  ].join('\n\n')
}

function headline(result: CheckResult): string {
  const [answer, more] = checkAnswer(result)
  return `${checkProblems(result).length > 0 ? '❌' : '✅'} **${answer}**${more === null ? '' : ` ${more}`}`
}

/** The answer of a check in a sentence, and what it leaves open. */
export function checkAnswer(result: CheckResult): readonly [answer: string, more: string | null] {
  if (checkProblems(result).length > 0) return ['Something that the audit needs is missing.', null]
  const isUnproven = result.cloud?.rows.some((row) => !row.optional && row.status === 'unproven')
  return isUnproven
    ? [
        'Nothing that the audit needs was refused.',
        'Where there is nothing to try a call on, an audit will tell.',
      ]
    : ['Everything the audit needs is permitted.', null]
}

/** The actions that were refused, by what follows from it. */
function toAllow(rows: readonly CheckRow[]): string[] {
  const refused = (optional: boolean): string => {
    const actions = rows
      .filter((row) => row.status === 'forbidden' && row.optional === optional)
      .flatMap((row) => row.action ?? [])
    return [...new Set(actions)].map(code).join(', ')
  }
  return [
    ...(refused(false) === '' ? [] : [`Allow the auditor: ${refused(false)}.`]),
    ...(refused(true) === '' ? [] : [`Worth allowing too, though an audit does without: ${refused(true)}.`]),
  ]
}

/** Who is new to an audit as it is now, and what to do about it. */
function wouldSection(would: WouldReport | null): string[] {
  if (would === null) return []
  const rows = would.drift.map((row) => `- ${driftHeading(row, code)}`)
  const gaps = would.gaps.map((gap) => `- ${prose(gap)}`)
  return [
    '## What an audit would say now',
    rows.length === 0
      ? 'Everybody who was found is approved.'
      : `These are not approved. Look at each; approve those who should stay with \`mode: update-baseline\`, and merge that before the next audit.\n\n${fitRows(rows, 100_000, 'findings')}`,
    ...(gaps.length === 0 ? [] : [`It would be incomplete:\n\n${fitRows(gaps, 50_000, 'gaps')}`]),
  ]
}

const statusMarks = {
  ok: '✅ ok',
  forbidden: '❌ 403',
  failed: '❌ failed',
  unproven: '– unproven',
} as const

/** What fails the audit first, then what it does without, then what is well. */
export function byOutcome(one: CheckRow, other: CheckRow): number {
  const rank = (row: CheckRow): number =>
    isMissing(row) ? (row.optional ? 1 : 0) : row.status === 'unproven' ? 2 : 3
  return rank(one) - rank(other)
}

/** What was refused or could not be tried; what is well is folded, since nobody has to do anything about it. */
function cloudTables({ rows }: CloudCheck): string[] {
  const well = rows.filter((row) => row.status === 'ok')
  const others = rows.filter((row) => row.status !== 'ok').sort(byOutcome)
  return [
    '## Huawei Cloud',
    ...(others.length === 0 ? [] : [cloudTable(others)]),
    ...(well.length === 0
      ? []
      : [
          fold(
            `${well.length} of ${countWords(rows.length, 'call')} answered as they should`,
            cloudTable(well),
          ),
        ]),
  ]
}

function cloudTable(rows: readonly CheckRow[]): string {
  const lines = rows.map((row) => {
    const note = row.optional && isMissing(row) ? ' The audit can do without.' : ''
    return `| ${code(row.call)} | ${row.action === null ? 'none known' : code(row.action)} | ${statusMarks[row.status]} | ${prose(row.detail)}${note} |`
  })
  return `| Call | IAM action | Result | |\n| --- | --- | --- | --- |\n${lines.join('\n')}`
}

/** The auditor and the clock; nothing where the cloud could not be asked. */
function who({ cloud, clockOffset, rights }: CheckResult): string[] {
  const lines = [
    cloud?.auditor
      ? `- The auditor is ${code(cloud.auditor.urn)}, account ${code(cloud.account ?? '')}.`
      : null,
    clockOffset === null
      ? null
      : `- The clock of this machine is ${Math.abs(Math.round(clockOffset / 1000))} s ${clockOffset >= 0 ? 'ahead of' : 'behind'} the cloud's; 900 s are accepted.`,
    ...(rights === null ? [] : rightsLines(rights)),
  ].filter((line) => line !== null)
  return lines.length === 0 ? [] : [lines.join('\n')]
}

function rightsLines({ writes, untold }: AuditorRights): (string | null)[] {
  const shown = `${writes.slice(0, 5).map(code).join(', ')}${writes.length > 5 ? ` and ${writes.length - 5} more` : ''}`
  return [
    writes.length === 0
      ? null
      : `- ⚠️ The auditor may change IAM (${shown}). It needs reads alone: use the identity policy of the README.`,
    untold === null
      ? null
      : `- Whether the auditor may change ${writes.length === 0 ? 'IAM' : 'more of it'} could not be told: ${prose(untold)}`,
    writes.length === 0 && untold === null ? '- The auditor holds nothing that changes IAM.' : null,
  ]
}

function githubTable(rows: readonly GitHubRow[]): string {
  const marks = {
    ok: '✅ ok',
    failed: '❌ failed',
    lacking: '– not permitted',
    documented: 'not tried',
  } as const
  const failedFirst = [...rows].sort(
    (one, other) => Number(other.status === 'failed') - Number(one.status === 'failed'),
  )
  const lines = failedFirst.map(
    (row) => `| ${prose(row.what)} | ${marks[row.status]} | ${prose(row.detail)} |`,
  )
  return `## GitHub\n\n| | Result | |\n| --- | --- | --- |\n${lines.join('\n')}`
}

function trust(claims: NonNullable<CheckResult['claims']>, { cloud, providerUrn }: CheckResult): string {
  const names = ['iss', 'sub', 'aud', 'ref'] as const
  const rows = names.map((name) => `| ${name} | ${claims[name] === null ? 'missing' : code(claims[name])} |`)
  const table = `## OIDC token of this workflow\n\n| Claim | Value |\n| --- | --- |\n${rows.join('\n')}`
  const { iss, sub, aud } = claims
  if (iss === null || sub === null || aud === null)
    return `${table}\n\nWithout \`iss\`, \`sub\` and \`aud\` there is nothing that a trust policy could name.`
  const urn = providerUrn || `iam::${cloud?.account ?? 'YOUR_ACCOUNT_ID'}:oidcProvider:github`
  const policy = {
    Version: '5.0',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['sts:agencies:assumeWithOIDC'],
        Principal: { Federated: [urn] },
        Condition: { StringEquals: { 'oidc:iss': [iss], 'oidc:aud': [aud], 'oidc:sub': [sub] } },
      },
    ],
  }
  const caution = sub.endsWith(':pull_request')
    ? '\n\n⚠️ Every pull request of the repository has this subject. Run the check on the default branch for the one to trust.'
    : ''
  return `${table}\n\nTrust policy of the agency for exactly this subject:\n\n${jsonBlock(policy)}${caution}`
}

/** Who holds something, in words a person understands: users, agencies and those who may assume them, federated people. */
import type { Holding, TrustedParty } from '../access/model.ts'
import { namedLike } from '../account/agency-name.ts'
import { type NamedPrincipal, type PrincipalKind, principalKey } from '../account/principal.ts'
import type { Verdict } from '../audit/model.ts'
import { conditionWords, countWords, listWords, type Name } from './words.ts'

/** A principal with what is known of who that may be. A holding is one. */
export type Subject = Pick<Holding, 'principal' | 'trusted' | 'when'>

/** Finds what the verdict knows of a principal, for rows that have its name alone. */
export function subjectsOf({ holdings }: Pick<Verdict, 'holdings'>): (principal: NamedPrincipal) => Subject {
  const known = new Map(holdings.map((holding) => [principalKey(holding.principal), holding]))
  return (principal) => {
    const { trusted = null, when = null } = known.get(principalKey(principal)) ?? {}
    return { principal, trusted, when }
  }
}

/** Those who hold something, for whoever shows many findings. */
export interface People {
  readonly subjectOf: (principal: NamedPrincipal) => Subject
  /** Whether several of them bear a name. */
  readonly isNameOfSeveral: (name: string) => boolean
}

export function peopleOf(verdict: Pick<Verdict, 'holdings'>): People {
  const bearers = new Map<string, string>()
  const several = new Set<string>()
  for (const { principal } of verdict.holdings) {
    const key = principalKey(principal)
    const known = bearers.get(principal.name)
    if (known === undefined) bearers.set(principal.name, key)
    else if (known !== key) several.add(principal.name)
  }
  return { subjectOf: subjectsOf(verdict), isNameOfSeveral: (name) => several.has(name) }
}

/** `alice`, `agency ci-deploy`, `corp → ops (federated)`. */
export function principalWords({ kind, id, name: called }: NamedPrincipal, name: Name): string {
  switch (kind) {
    case 'user':
      return name(called)
    case 'agency':
      return `agency ${name(called)}${bracketed(likeWords(called))}`
    case 'federated':
      // A gap may reach all of them, whom no id names.
      return id === '*' ? called : `${name(called)} (federated)`
  }
}

/** Whom the name of an agency speaks of, which a name alone does not prove; null for an ordinary one. */
export function likeWords(agency: string): string | null {
  const like = namedLike(agency)
  if (like === null) return null
  return like.kind === 'organization' ? "named like the organization's" : 'named like one of Identity Center'
}

function bracketed(words: string | null): string {
  return words === null ? '' : ` (${words})`
}

const kinds: readonly (readonly [PrincipalKind, string, string])[] = [
  ['user', 'user', 'users'],
  ['agency', 'agency', 'agencies'],
  ['federated', 'group of federated users', 'groups of federated users'],
]

/** `8 users and 1 agency`, each principal counted once. */
export function principalsCount(principals: readonly NamedPrincipal[]): string {
  const once = [...new Map(principals.map((one) => [principalKey(one), one])).values()]
  const parts = kinds.flatMap(([kind, one, many]) => {
    const count = once.filter((principal) => principal.kind === kind).length
    return count === 0 ? [] : [countWords(count, one, many)]
  })
  return parts.length === 0 ? '0 users' : listWords(parts, parts.length)
}

/** The beginning of a path: a user, whoever may assume an agency, whoever a provider vouches for. */
export function subjectWords({ principal, trusted, when }: Subject, name: Name): string {
  switch (principal.kind) {
    case 'user':
      return name(principal.name)
    case 'agency': {
      const agency = `agency ${name(principal.name)}`
      return trusted === null || trusted.length === 0
        ? agency
        : `${partiesWords(trusted, name, 3)} → ${agency}`
    }
    case 'federated': {
      const [provider = ''] = principal.id.split('/')
      const vouched = `whoever ${name(decoded(provider))} vouches for`
      const alternatives = (when ?? []).map((one) => alternativeWords(one, name))
      if (alternatives.some((words) => words === '')) return vouched
      return alternatives.length === 0 ? vouched : `${vouched} with ${listWords(alternatives, 3)}`
    }
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** A list of tests, or the text of a group with tests. */
type When = NonNullable<Subject['when']>[number]

/** `Groups = cloud-ops and Level = 3`; empty for whoever the provider vouches for. */
export function alternativeWords(alternative: When, name: Name): string {
  const named = 'names' in alternative
  const tests = named ? alternative.tests : alternative
  const words = tests.map(({ type, any_one_of, not_any_of, regex }) => {
    const like = regex === true ? 'matches' : '='
    const values = (texts: readonly string[]): string =>
      listWords(texts.map(name), 3).replace(/ and (?=[^ ]+$)/, ' or ')
    return [
      ...(any_one_of === undefined ? [] : [`${name(type)} ${like} ${values(any_one_of)}`]),
      ...(not_any_of === undefined ? [] : [`${name(type)} not ${like} ${values(not_any_of)}`]),
    ].join(' and ')
  })
  const group = named ? `the group called ${name(alternative.names)}` : ''
  return [group, ...words].filter((part) => part !== '').join(' and ')
}

/** Issuers whose subjects name a repository, as people call them. */
const pipelines: readonly (readonly [prefix: string, called: string])[] = [
  ['https://token.actions.githubusercontent.com', 'GitHub Actions'],
  ['https://gitlab.com', 'GitLab CI/CD'],
]

/** Parties that may assume an agency, those that are open to everybody first. */
export function partiesWords(parties: readonly TrustedParty[], name: Name, limit: number): string {
  const openFirst = [...parties].sort((one, other) => Number(other.open === true) - Number(one.open === true))
  return listWords(
    openFirst.map((party) => partyWords(party, name)),
    limit,
  )
}

/** One party that may assume an agency. */
export function partyWords(party: TrustedParty, name: Name): string {
  const open = party.open === true ? 'everybody at ' : ''
  const pipeline = 'provider' in party ? pipelineOf(party) : null
  if (pipeline !== null && 'provider' in party) {
    const subjects = pipelineWords(party, name)
    if (subjects !== null) return `${open}${pipeline}${subjects}`
    if (party.open === true) return `${open}${pipeline}`
  }
  const condition = party.condition === undefined ? '' : ` (if ${conditionWords(party.condition, name)})`
  return `${open}${whoWords(party, name)}${condition}`
}

function whoWords(party: TrustedParty, name: Name): string {
  if ('service' in party)
    return party.account === undefined
      ? `service ${name(party.service)}`
      : `account ${name(party.account)}, which calls itself ${name(party.service)}`
  if ('account' in party)
    return `account ${name(party.account)}${party.account_name === undefined ? '' : ` (${name(party.account_name)})`}`
  if ('user' in party) return `user ${memberWords(party.user, name)}`
  if ('agency' in party) return `agency ${memberWords(party.agency, name)}`
  if ('provider' in party) return `identity provider ${name(lastOf(party.provider))}`
  if ('everybody' in party) return 'everybody'
  return `whoever a trust policy lets in that could not be understood (${name(party.document.slice(0, 12))})`
}

/** A user or agency by its URN: of another account there may be one of the same name. */
function memberWords(urn: string, name: Name): string {
  const account = /^[a-z]*::([^:]+):/.exec(urn)?.[1]
  return `${name(lastOf(urn))}${account === undefined ? '' : ` of account ${name(account)}`}`
}

/** The name at the end of a URN; the report has the whole. */
function lastOf(urn: string): string {
  const name = urn.split(':').at(-1) ?? urn
  return name === '' ? urn : name
}

type ProviderParty = Extract<TrustedParty, { readonly provider: string }>

/** Whose pipelines the issuer speaks for; null where it is another. */
function pipelineOf({ issuer = '' }: ProviderParty): string | null {
  return pipelines.find(([prefix]) => issuer === prefix || issuer.startsWith(`${prefix} `))?.[1] ?? null
}

/** ` of acme/infra on main`; null where no test of the subject says so. */
function pipelineWords(party: ProviderParty, name: Name): string | null {
  const subjects = subjectTests(party)
  if (subjects.length === 0) return party.condition === undefined ? '' : null
  return ` ${listWords(
    subjects.map((subject) => subjectOfPipeline(subject, name)),
    2,
  )}`
}

/** Values that a test of the subject allows; of negations and other tests none. */
function subjectTests({ condition = {} }: TrustedParty): readonly string[] {
  return Object.entries(condition).flatMap(([operator, keys]) =>
    /^(forAnyValue:)?string(equals|equalsIgnoreCase|like|match)$/i.test(operator)
      ? Object.entries(keys).flatMap(([key, values]) => (key.toLowerCase() === 'oidc:sub' ? values : []))
      : [],
  )
}

function subjectOfPipeline(subject: string, name: Name): string {
  const [, repository, rest] = /^(?:repo|project_path):([^:]+):(.*)$/s.exec(subject) ?? []
  if (repository === undefined || rest === undefined) return `with subject ${name(subject)}`
  const branch = /(?:^|:)ref:refs\/heads\/([^:]+)$/.exec(rest)?.[1]
  if (branch !== undefined) return `of ${name(repository)} on ${name(branch)}`
  return rest === '*' ? `of ${name(repository)}` : `of ${name(repository)} (${name(rest)})`
}

/**
 * A second model of who holds what, slow and obvious: a few action strings are asked one by one, statement by
 * statement, and who acts as whom is followed until nothing new is found. It shares no code with the audit but the
 * table of legacy actions.
 */
import { idOf } from '../../simulator/iam/account.ts'
import type { RoleScope } from '../../src/account/link.ts'
import { legacyActions } from '../../src/policy/index.ts'
import type { Condition } from '../../src/policy/types.ts'
import {
  ACCOUNT,
  agencies,
  agencyUrn,
  type Company,
  groups,
  type Holder,
  type Named,
  type PlanRole,
  type PlanStatement,
  pathOf,
  users,
  userUrn,
} from './company.ts'

/** Actions that are asked: under both names, of other services, and one that no catalogue has. */
export const universe: readonly string[] = [
  'iam:users:createUser',
  'iam:users:createUserV5',
  'iam:users:deleteUser',
  'iam:users:deleteUserV5',
  'iam:users:soonToCome',
  'iam:permissions:grantRoleToGroup',
  'iam:permissions:grantRoleToGroupOnEnterpriseProject',
  'iam:agencies:createAgency',
  'iam:agencies:createV5',
  'iam:agencies:assume',
  'iam:tokens:assume',
  'sts:agencies:assume',
  'kms:cmk:create',
  'kms:cmk:soonToCome',
  'obs:bucket:list',
  'organizations:accounts:create',
]

/** What limits one grant of one action; the empty text is no limit. */
export type Limit = string

/** Whoever can hold something. */
export interface Who {
  readonly key: string
  readonly kind: 'user' | 'agency' | 'federated'
  readonly name: string
}

/** Held actions, each with its limits. */
export type HeldActions = ReadonlyMap<string, ReadonlySet<Limit>>

const ASSUME = 'sts:agencies:assume'
const SPELLINGS = ['iam:agencies:assume', 'iam:tokens:assume']

/** Whole-string glob without letter case, wildcards by trying everything. */
export function matches(pattern: string, text: string): boolean {
  if (pattern === '') return text === ''
  const [first, rest] = [pattern[0] as string, pattern.slice(1)]
  if (first === '*') return matches(rest, text) || (text !== '' && matches(pattern, text.slice(1)))
  return text !== '' && first.toLowerCase() === text[0]?.toLowerCase() && matches(rest, text.slice(1))
}

const covers = ({ Action, NotAction }: PlanStatement, action: string): boolean =>
  Action !== undefined
    ? Action.some((pattern) => matches(pattern, action))
    : !(NotAction ?? []).some((pattern) => matches(pattern, action))

const resourcesOf = ({ Resource }: PlanStatement): readonly string[] | undefined =>
  Resource === undefined ? undefined : 'uri' in Resource ? Resource.uri : (Resource as readonly string[])

const isPlain = (statement: PlanStatement): boolean =>
  statement.Condition === undefined && (resourcesOf(statement)?.includes('*') ?? true)

/** Whether the account itself contradicts a condition for somebody. */
export function isFalseFor(condition: Condition | undefined, who: Who): boolean {
  const keys = condition?.StringEquals ?? {}
  const [name, urn] = [keys['g:UserName'], keys['g:PrincipalUrn']]
  if (who.kind === 'user')
    return (
      (name !== undefined && !name.includes(who.name)) ||
      (urn !== undefined && !urn.includes(userUrn(who.name)))
    )
  return who.kind === 'agency' && urn !== undefined && !urn.includes(agencyUrn(who.name))
}

const limitOf = (statement: PlanStatement, scope: RoleScope | null = null): Limit => {
  const resources = resourcesOf(statement)
  const limit = {
    ...(resources === undefined || resources.includes('*') ? {} : { resources }),
    ...(statement.Condition === undefined ? {} : { condition: statement.Condition }),
    ...(scope === null ? {} : { scopes: [scope] }),
  }
  return Object.keys(limit).length === 0 ? '' : JSON.stringify(limit)
}

class HeldSet {
  readonly held = new Map<string, Set<Limit>>()
  add(action: string, limit: Limit): void {
    this.held.set(action, (this.held.get(action) ?? new Set()).add(limit))
  }
}

/** Statements of all identity policies on some holders. */
function identityStatements({ policies, attachments }: Company, holders: readonly Holder[]): PlanStatement[] {
  const isOneOf = (one: Holder): boolean =>
    holders.some((other) => JSON.stringify(other) === JSON.stringify(one))
  return attachments.filter(([, to]) => isOneOf(to)).flatMap(([at]) => policies[at] ?? [])
}

function addIdentity(held: HeldSet, statements: readonly PlanStatement[], who: Who): void {
  for (const action of universe) {
    if (statements.some((one) => one.Effect === 'Deny' && isPlain(one) && covers(one, action))) continue
    for (const one of statements)
      if (one.Effect === 'Allow' && covers(one, action) && !isFalseFor(one.Condition, who))
        held.add(action, limitOf(one))
  }
}

type SystemRole = 'Security Administrator' | 'Tenant Administrator' | 'FullAccess' | 'Agent Operator'

interface Row {
  readonly name: SystemRole | null
  readonly version: '1.0' | '1.1'
  readonly statements: readonly PlanStatement[]
  readonly scope: RoleScope
}

const systemTexts: Readonly<Record<SystemRole, PlanRole>> = {
  'Security Administrator': {
    version: '1.0',
    statements: [{ Effect: 'Allow', Action: ['iam:*:*', 'sts:*:*'] }],
  },
  'Tenant Administrator': {
    version: '1.0',
    statements: [
      { Effect: 'Allow', Action: ['*:*:*'] },
      { Effect: 'Deny', Action: ['iam:*:*', 'sts:*:*'] },
    ],
  },
  FullAccess: { version: '1.1', statements: [{ Effect: 'Allow', Action: ['*:*:*'] }] },
  'Agent Operator': {
    version: '1.0',
    statements: [{ Effect: 'Allow', Action: [...SPELLINGS] }],
  },
}

/** Words of 1.0 in three segments. */
function inThreeSegments(pattern: string): readonly string[] {
  if (pattern === '*') return ['*:*:*']
  if (pattern === 'identity:*') return ['iam:*:*', 'sts:*:*']
  if (pattern === 'identity:assume role') return SPELLINGS
  const segments = pattern.split(':')
  return segments.length === 2 ? [`${segments[0]}:*:${segments[1]}`] : [pattern]
}

function rowsOf({ roles, grants }: Company, holders: readonly Holder[]): Row[] {
  const isOneOf = (one: Holder): boolean =>
    holders.some((other) => JSON.stringify(other) === JSON.stringify(one))
  return grants
    .filter(([, to]) => isOneOf(to))
    .map(([role, , scope]): Row => {
      if (typeof role === 'string')
        return { name: role as SystemRole, ...systemTexts[role as SystemRole], scope }
      const { version, statements } = roles[role] as PlanRole
      return {
        ...{ name: null, version, scope },
        statements:
          version === '1.1'
            ? statements
            : statements.map((one) => ({ ...one, Action: (one.Action ?? []).flatMap(inThreeSegments) })),
      }
    })
}

const ofIdentity = (action: string): boolean => /^(iam|sts):/.test(action)
const isDomain = ({ scope }: Row): boolean => scope === 'domain' || scope === 'all-projects'

/** Whether an Allow, as the legacy model reads it, covers an action: the spellings of assuming are one action. */
function legacyCovers(statement: PlanStatement, action: string): boolean {
  const literal = (statement.Action ?? []).filter((one) => SPELLINGS.includes(one))
  const others = (statement.Action ?? []).filter((one) => !SPELLINGS.includes(one))
  return (action === ASSUME && literal.length > 0) || others.some((pattern) => matches(pattern, action))
}

/** Whether a Deny takes an action from what a row allows. */
function isDenied(row: Row, action: string, rows: readonly Row[]): boolean {
  const denies = (from: Row): boolean =>
    from.statements.some(
      (one) => one.Effect === 'Deny' && isPlain(one) && (legacyCovers(one, action) || covers(one, action)),
    )
  if (row.version === '1.0') return denies(row)
  if (!isDomain(row)) return false
  return rows.some((other) => {
    if (other.version !== '1.1' || !denies(other)) return false
    if (other.scope === 'all-projects') return true
    return other.scope === 'domain' && row.scope === 'domain' && ofIdentity(action)
  })
}

const worksInEnterpriseProjects = new Set(
  legacyActions
    .filter((one) => one.works_in_enterprise_project !== false)
    .map((one) => one.action.toLowerCase()),
)

/** Whether a row of this scope can give an action at all. */
function isOfScope({ scope, name }: Row, action: string): boolean {
  if (name === 'Tenant Administrator' && ofIdentity(action)) return false
  if (name === 'Security Administrator' && action === ASSUME) return false
  if (scope === 'domain' || scope === 'all-projects') return true
  if (/^(organizations|identitycenter):/i.test(action)) return false
  if (!ofIdentity(action)) return true
  return scope.startsWith('enterprise') && worksInEnterpriseProjects.has(action.toLowerCase())
}

function addLegacy(held: HeldSet, rows: readonly Row[], who: Who): void {
  for (const row of rows)
    for (const statement of row.statements) {
      if (statement.Effect === 'Deny' || isFalseFor(statement.Condition, who)) continue
      const limit = limitOf(statement, isDomain(row) ? null : row.scope)
      const gives = (action: string): boolean => isOfScope(row, action) && !isDenied(row, action, rows)
      for (const action of universe) {
        // In an enterprise project it works under one legacy name, and counts as assuming alone (its twin, below).
        if (!isDomain(row) && [ASSUME, ...SPELLINGS].includes(action)) continue
        if (legacyCovers(statement, action) && gives(action)) held.add(action, limit)
      }
      for (const { action, v5 } of legacyActions) {
        if (row.name === 'Security Administrator' && SPELLINGS.includes(action)) continue
        // What is spelled so is covered, although it is not held under that name.
        const covered = isDomain(row) ? legacyCovers(statement, action) : covers(statement, action)
        if (!covered || !gives(action)) continue
        for (const twin of v5) if (universe.includes(twin)) held.add(twin, limit)
      }
    }
}

export class SlowCompany {
  readonly #plan: Company
  readonly everybody: readonly Who[]

  constructor(plan: Company) {
    this.#plan = plan
    this.everybody = [
      ...users.map((name): Who => ({ key: `user ${name}`, kind: 'user', name })),
      ...agencies
        .filter((name) => this.#isAwake(name))
        .map((name): Who => ({ key: `agency ${name}`, kind: 'agency', name })),
      ...plan.mapped.map((name): Who => ({ key: `federated ${name}`, kind: 'federated', name })),
    ]
  }

  /** What somebody holds, by all their sources and by whomever they may act as. */
  held(who: Who): HeldActions {
    const held = new HeldSet()
    for (const one of this.#actsAs(who)) {
      if (this.#isAdmin(one)) for (const action of universe) held.add(action, '')
      addIdentity(held, this.#identity(one), one)
      addLegacy(held, this.#rows(one), one)
    }
    return held.held
  }

  #holders(who: Who): Holder[] {
    if (who.kind === 'agency') return [{ agency: who.name }]
    if (who.kind === 'federated') return [{ group: who.name }]
    return [{ user: who.name }, ...this.#groupsOf(who).map((group) => ({ group }))]
  }

  #groupsOf(who: Who): string[] {
    if (who.kind === 'federated') return [who.name]
    if (who.kind === 'agency') return []
    return groups.filter((group) =>
      this.#plan.members.some(([name, user]) => name === group && user === who.name),
    )
  }

  #isAdmin = (who: Who): boolean => this.#groupsOf(who).includes('admin')
  #identity = (who: Who): PlanStatement[] => identityStatements(this.#plan, this.#holders(who))
  #rows = (who: Who): Row[] => rowsOf(this.#plan, this.#holders(who))

  /** The principal, and every agency that it reaches, until nothing new is found. */
  #actsAs(who: Who): readonly Who[] {
    const reached = new Map([[who.key, who]])
    for (let before = 0; before !== reached.size; ) {
      before = reached.size
      for (const from of [...reached.values()])
        for (const to of this.everybody)
          if (to.kind === 'agency' && to.key !== from.key && this.#mayAssume(from, to.name))
            reached.set(to.key, to)
    }
    return [...reached.values()]
  }

  #parties(agency: string) {
    const trust = this.#plan.trusts[agencies.indexOf(agency as (typeof agencies)[number])]
    return trust?.kind === 'policy' ? trust.parties : []
  }

  #isAwake(agency: string): boolean {
    const trust = this.#plan.trusts[agencies.indexOf(agency as (typeof agencies)[number])]
    if (trust?.kind !== 'policy') return trust?.kind !== 'legacy-expired'
    return trust.parties.some((one) => one.effect === 'Allow' && !this.#isTakenAway(one.named, agency))
  }

  /** Whether an unconditional Deny names all of a party. */
  #isTakenAway(named: Named, agency: string): boolean {
    return this.#parties(agency).some((deny) => {
      if (deny.effect !== 'Deny' || deny.condition !== undefined) return false
      if (deny.named === named || deny.named === 'everybody') return true
      const ofAccount = !['everybody', 'all-but-other', 'other-account'].includes(named)
      if (deny.named === 'account' || deny.named === 'root') return ofAccount
      return deny.named === 'users-in-a' && named === 'user ada'
    })
  }

  /** By what an agency trusts somebody. */
  #trusts(agency: string, who: Who): ReadonlySet<'account' | 'named'> {
    const trust = this.#plan.trusts[agencies.indexOf(agency as (typeof agencies)[number])]
    if (trust?.kind === 'legacy-own' || trust?.kind === 'undetermined') return new Set(['account'])
    const found = new Set<'account' | 'named'>()
    for (const { named, effect, condition } of this.#parties(agency)) {
      if (effect === 'Deny' || isFalseFor(condition, who) || this.#isTakenAway(named, agency)) continue
      // A Deny of somebody alone keeps them out, however wide the party is that else would let them in.
      if (this.#isTakenAway(urnParty(who), agency)) continue
      if (['account', 'root', 'every-user'].includes(named)) found.add('account')
      if (named === 'everybody' || named === 'all-but-other') found.add('named')
      if (named === `${who.kind} ${who.name}`) found.add('named')
      if (named === 'users-in-a' && who.kind === 'user' && who.name.startsWith('a')) found.add('named')
    }
    return found
  }

  #mayAssume(who: Who, agency: string): boolean {
    const trusted = this.#trusts(agency, who)
    if (trusted.size === 0) return false
    if (this.#isAdmin(who)) return true
    if (this.#isPermitted(who, agency)) return true
    const spellings = spellingsOf(agency)
    const denied = this.#identity(who).some(
      (one) => one.Effect === 'Deny' && covers(one, ASSUME) && reaches(one, spellings, who, 'nothing'),
    )
    return trusted.has('named') && !denied
  }

  #isPermitted(who: Who, agency: string): boolean {
    const spellings = spellingsOf(agency)
    const own = this.#identity(who)
    const byPolicies = [ASSUME, ...SPELLINGS].some((action) => {
      const about = own.filter((one) => covers(one, action))
      // A Deny has to cover what the request names: the URN, or by the names of the legacy model its form.
      const asked = action === ASSUME ? spellings.slice(0, 1) : spellings.slice(-1)
      return (
        !about.some((one) => one.Effect === 'Deny' && reaches(one, asked, who, 'nothing')) &&
        about.some(
          (one) =>
            one.Effect === 'Allow' &&
            !isFalseFor(one.Condition, who) &&
            reaches(one, spellings, who, 'anything'),
        )
      )
    })
    const rows = this.#rows(who)
    return byPolicies || rows.some((row) => permits(row, rows, who, agency))
  }
}

/** How a Deny would have to name somebody to be sure: an agency by the URN with its path, which no plan writes. */
function urnParty({ kind, name }: Who): Named {
  // Nothing names federated users one by one.
  if (kind === 'federated') return 'every-user'
  return `${kind === 'user' ? 'user' : 'agency'} ${pathOf(name)}${name}`
}

function spellingsOf(agency: string): readonly string[] {
  return [agencyUrn(agency), `iam::${ACCOUNT}:agency:${agency}`, `iam::${ACCOUNT}:agencies:${agency}`]
}

/** Whether a statement reaches one of these URNs. A Deny with a Condition reaches none. */
function reaches(
  statement: PlanStatement,
  urns: readonly string[],
  who: Who,
  unknown: 'anything' | 'nothing',
): boolean {
  if (statement.Effect === 'Deny' && statement.Condition !== undefined) return false
  const resources = resourcesOf(statement)
  if (resources === undefined) return true
  return resources.some((pattern) => {
    const name = who.kind === 'user' ? who.name : unknown === 'anything' ? '*' : null
    // biome-ignore lint/suspicious/noTemplateCurlyInString: variables of policies look like this
    if (name === null && pattern.includes('${g:UserName}')) return false
    const put = pattern
      // biome-ignore lint/suspicious/noTemplateCurlyInString: variables of policies look like this
      .replace('${g:DomainId}', ACCOUNT)
      // biome-ignore lint/suspicious/noTemplateCurlyInString: variables of policies look like this
      .replace('${g:UserName}', name ?? '')
    return pattern === '*' || urns.some((urn) => matches(put, urn))
  })
}

/** Whether a legacy row lets somebody assume an agency. */
function permits(row: Row, rows: readonly Row[], who: Who, agency: string): boolean {
  if (row.name === 'Security Administrator' || row.name === 'Tenant Administrator') return false
  if (row.scope.startsWith('project:')) return false
  const uris = [`/iam/agencies/${idOf('agency', agency)}`, `/iam/agencies/${agency}`]
  const names = ['agency', 'agencies'].map((type) => `iam::${ACCOUNT}:${type}:${agency}`)
  return row.statements.some((statement) => {
    if (statement.Effect === 'Deny' || isFalseFor(statement.Condition, who)) return false
    const resources = resourcesOf(statement)
    const isMeant = (one: string): boolean => uris.includes(one) || names.some((name) => matches(one, name))
    if (resources !== undefined && !resources.some((one) => one === '*' || isMeant(one))) return false
    if (!isDomain(row)) {
      const [spelled] = SPELLINGS as [string]
      return covers(statement, spelled) && !isDenied(row, spelled, rows)
    }
    return [ASSUME, ...SPELLINGS].some(
      (action) => legacyCovers(statement, action) && !isDenied(row, action, rows),
    )
  })
}

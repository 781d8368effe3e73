import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { legacySources, onlyDenies } from '../../../src/policy/language/legacy-sources.ts'
import {
  assumeResources,
  patternAsWritten,
  type ReadRole,
  type RoleScope,
  type RoleStatement,
  readRole,
} from '../../../src/policy/language/role.ts'
import { settings } from '../../property-settings.ts'

interface Expected {
  readonly model?: ReadRole['model']
  readonly byName?: ReadRole['byName']
  readonly holds?: readonly string[]
  readonly lacks?: readonly string[]
  readonly undetermined?: string
  readonly also_undetermined?: true
  readonly twins?: boolean
  readonly scopes?: readonly string[] | null
  readonly resource?: readonly string[]
  readonly condition?: unknown
  readonly shown?: number
  readonly notices?: number
  readonly statements?: readonly number[]
  readonly written?: Readonly<Record<string, string>>
}

interface Case {
  readonly name: string
  readonly role: Omit<Parameters<typeof readRole>[0], 'policy'> & { readonly policy: unknown }
  readonly scope: RoleScope
  readonly expect: Expected
}

const cases = JSON.parse(
  readFileSync(new URL('cases/roles.json', import.meta.url), 'utf8'),
) as readonly Case[]

const read = (one: Pick<Case, 'role' | 'scope'>): ReadRole => {
  const { policy } = one.role
  const text = typeof policy === 'string' || policy === null ? policy : JSON.stringify(policy)
  return readRole({ ...one.role, policy: text }, one.scope)
}

const statementsOf = (role: ReadRole): readonly RoleStatement[] =>
  role.document.ok ? role.document.statements : []

// A matcher of its own: segments of an action against segments of a pattern, wildcards by trying everything.
const glob = (pattern: string, text: string): boolean =>
  pattern === ''
    ? text === ''
    : pattern[0] === '*'
      ? glob(pattern.slice(1), text) || (text !== '' && glob(pattern, text.slice(1)))
      : text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && glob(pattern.slice(1), text.slice(1))
const matches = (pattern: string, action: string): boolean =>
  glob(pattern.toLowerCase(), action.toLowerCase())

const covers = (statement: RoleStatement, action: string): boolean =>
  (statement.action === undefined
    ? !(statement.notAction ?? []).some((pattern) => matches(pattern, action))
    : statement.action.some((pattern) => matches(pattern, action))) &&
  !(statement.except ?? []).some((pattern) => matches(pattern, action))

const isPlain = (statement: RoleStatement): boolean =>
  statement.resource === undefined && statement.condition === undefined

const holds = (statements: readonly RoleStatement[], action: string): boolean =>
  statements.some((statement) => statement.effect === 'Allow' && covers(statement, action)) &&
  !statements.some(
    (statement) => statement.effect === 'Deny' && isPlain(statement) && covers(statement, action),
  )

test.each(cases)('$name', (one) => {
  const role = read(one)
  const statements = statementsOf(role)
  const allows = statements.filter((statement) => statement.effect === 'Allow')
  const wanted = one.expect
  if (wanted.undetermined !== undefined) {
    expect(role.undetermined).toContain(wanted.undetermined)
    expect(role.document.ok).toBe(false)
    expect(role.model).toBeNull()
    return
  }
  expect(role.document.ok).toBe(true)
  expect(role.undetermined !== null).toBe(wanted.also_undetermined === true)
  if (wanted.model !== undefined) expect(role.model).toBe(wanted.model)
  if (wanted.byName !== undefined) expect(role.byName).toBe(wanted.byName)
  expect((wanted.holds ?? []).filter((action) => !holds(statements, action))).toEqual([])
  expect((wanted.lacks ?? []).filter((action) => holds(statements, action))).toEqual([])
  if (wanted.twins !== undefined)
    expect(allows.some((statement) => statement.twins === true)).toBe(wanted.twins)
  if (wanted.scopes !== undefined)
    for (const statement of allows) expect(statement.scopes ?? null).toEqual(wanted.scopes)
  if (wanted.resource !== undefined) expect(allows[0]?.resource).toEqual(wanted.resource)
  if (wanted.condition !== undefined) expect(allows[0]?.condition).toEqual(wanted.condition)
  if (wanted.shown !== undefined)
    expect(statements.filter((one) => one.effect === 'Deny' && !isPlain(one))).toHaveLength(wanted.shown)
  if (wanted.notices !== undefined) expect(role.notices).toHaveLength(wanted.notices)
  if (wanted.statements !== undefined)
    expect(statements.map((statement) => statement.number)).toEqual(wanted.statements)
  for (const [key, pattern] of Object.entries(wanted.written ?? {})) {
    const at = key.indexOf(' ')
    expect(patternAsWritten(role, Number(key.slice(0, at)), key.slice(at + 1))).toBe(pattern)
  }
})

test('a pattern that was not rewritten is as it stands', () => {
  expect(patternAsWritten(read(cases[0] as Case), 1, 'iam:users:*')).toBe('iam:users:*')
})

test('a text nested thousands deep is undetermined', () => {
  const policy = `{"Version":"1.1","Statement":${'['.repeat(200_000)}${']'.repeat(200_000)}}`
  const role = read({ role: { ...(cases[0] as Case).role, policy }, scope: 'domain' })
  expect(role.undetermined).not.toBeNull()
})

test('an agency is named by id and by name', () => {
  expect(assumeResources({ id: '0b22', name: 'ci' })).toEqual(['/iam/agencies/0b22', '/iam/agencies/ci'])
})

// Sources against a model that asks, for one action and one row at a time, what the rules say.

interface Row {
  readonly version: '1.0' | '1.1'
  readonly name: 'custom' | 'secu_admin' | 'system_all_1001' | 'te_admin'
  readonly scope: RoleScope
  readonly allow: readonly string[]
  readonly deny: readonly string[]
  readonly conditional: boolean
}

const patterns = ['*:*:*', 'iam:*:*', 'ecs:*:*', 'iam:users:*', 'iam:permissions:*', 'sts:*:*', '*:users:*']
const actions = [
  'iam:users:createUser',
  'iam:users:updateUserPassword',
  'iam:permissions:grantRoleToGroupOnEnterpriseProject',
  'iam:groups:createGroup',
  'sts:users:get',
  'ecs:users:list',
  'organizations:accounts:create',
]
const worksInEnterpriseProjects = [
  'iam:users:updateUserPassword',
  'iam:permissions:grantRoleToGroupOnEnterpriseProject',
]

const rows = fc.array(
  fc.record<Row>({
    version: fc.constantFrom('1.0', '1.1'),
    name: fc.constantFrom('custom', 'custom', 'custom', 'secu_admin', 'system_all_1001', 'te_admin'),
    scope: fc.constantFrom<RoleScope>('domain', 'all-projects', 'project:p', 'enterprise-project:e'),
    allow: fc.uniqueArray(fc.constantFrom(...patterns), { maxLength: 2 }),
    deny: fc.uniqueArray(fc.constantFrom(...patterns), { maxLength: 2 }),
    conditional: fc.boolean(),
  }),
  { maxLength: 4 },
)

/** Where the rows grant the action: '' is everywhere. */
function slowly(held: readonly Row[], action: string): string[] {
  const service = action.split(':')[0] as string
  const identity = service === 'iam' || service === 'sts'
  const says = (list: readonly string[]): boolean => list.some((pattern) => matches(pattern, action))
  const denies = (row: Row): boolean => says(row.deny) && !row.conditional
  const byName = (row: Row): boolean =>
    row.name === 'system_all_1001' || (row.name === 'secu_admin' && service === 'iam')
  return held.flatMap((row) => {
    if (!says(row.allow) && !byName(row)) return []
    if (row.name === 'te_admin' && identity) return []
    const account = row.scope === 'domain' || row.scope === 'all-projects'
    if (!account && service === 'organizations') return []
    if (row.scope === 'project:p' && identity) return []
    if (row.scope === 'enterprise-project:e' && identity && !worksInEnterpriseProjects.includes(action))
      return []
    const named = row.name === 'secu_admin' || row.name === 'system_all_1001'
    if (row.version === '1.0' && !named && denies(row)) return []
    const reached = row.version === '1.1' && row.name !== 'secu_admin'
    const taken = held.some((other) => {
      if (other.version !== '1.1' || other.name === 'secu_admin' || other.name === 'system_all_1001')
        return false
      if (!denies(other)) return false
      if (other.scope === 'all-projects') return account
      return other.scope === 'domain' && row.scope === 'domain' && identity
    })
    return reached && taken ? [] : [account ? '' : row.scope]
  })
}

function bySources(held: readonly Row[], action: string): string[] {
  const roles = held.map((row) => {
    const condition = row.conditional ? { Condition: { Bool: { 'g:MFAPresent': ['false'] } } } : {}
    const Statement = [
      { Effect: 'Allow', Action: row.allow },
      { Effect: 'Deny', Action: row.deny, ...condition },
    ]
    const role = {
      role_id: 'r',
      name: row.name,
      display_name: 'd',
      catalog: 'BASE',
      domain_id: row.name === 'custom' ? 'd' : null,
      policy: JSON.stringify({ Version: row.version, Statement }),
    }
    return { role: readRole(role, row.scope), scope: row.scope }
  })
  return legacySources(roles).flatMap((source) => {
    const own = source.grants.flatMap((one) => statementsOf(one.role))
    const denying = source.denies.flatMap((one) => {
      const denies = onlyDenies(one.role.document)
      return denies.ok ? denies.statements : []
    })
    return own
      .filter((statement) => holds([statement, ...own.filter(isDeny), ...denying], action))
      .map((statement) => statement.scopes?.join() ?? '')
  })
}

const isDeny = (statement: RoleStatement): boolean => statement.effect === 'Deny'

test('what roles grant together is what the rules say of each action', () => {
  fc.assert(
    fc.property(rows, (held) => {
      for (const action of actions)
        expect([action, [...new Set(bySources(held, action))].sort()]).toEqual([
          action,
          [...new Set(slowly(held, action))].sort(),
        ])
    }),
    settings(400),
  )
})

/** Several sources, each with its own Deny; scopes and twins of legacy grants. */
import { describe, expect, test } from '@jest/globals'
import {
  agencyIdentity,
  createEvaluator,
  federatedIdentity,
  grantsInclude,
  legacyActions,
  subtractGrants,
  userIdentity,
} from '../../src/policy/index.ts'
import type { Held, Identity, ParsedDocument, Permission, Statement } from '../../src/policy/types.ts'

const ACCOUNT = '1234'
const about = { account: ACCOUNT }
const variable = (key: string): string => `\${${key}}`
const alice = userIdentity({ user_id: 'a', user_name: 'alice', urn: 'iam::1234:user:alice' }, about)
const audited = (actions: string[], over: Partial<Permission> = {}): Permission => ({
  ...{ name: 'p', severity: 'high', holds: 'any', actions, except: [], ...over },
})
type Bare = Omit<Statement, 'number'>
const allow = (...action: string[]): Bare => ({ effect: 'Allow', action })
const deny = (...action: string[]): Bare => ({ effect: 'Deny', action })
const document = (statements: readonly Bare[]): ParsedDocument => ({
  ok: true,
  statements: statements.map((one, at) => ({ number: at + 1, ...one })),
})

function held(
  permission: Permission,
  sources: readonly (readonly Bare[])[],
  identities: readonly Identity[] = [],
): Held {
  const documents = new Map(sources.map((statements, at) => [`s${at}`, document(statements)]))
  const answer = createEvaluator({ documents, permissions: [permission], account: ACCOUNT }).held(
    sources.map((_, at) => ({ policies: [`s${at}`], identity: identities[at] ?? alice })),
    'p',
  )
  if ('undetermined' in answer) throw new Error(answer.undetermined)
  return answer
}

describe('a Deny never leaves its source', () => {
  const all = audited(['iam:*:*'])

  test('what one source denies, another still grants', () => {
    const answer = held(all, [[allow('iam:users:*')], [allow('iam:*:*'), deny('iam:*:*')]])
    expect(answer).toMatchObject({ extent: 'part', grants: [{ actions: ['iam:users:*'] }] })
    expect(answer.sources[0]?.deniedBy).toEqual([])
    expect(answer.sources[1]).toMatchObject({ matches: [], deniedBy: [{ statement: 2 }] })
  })

  test('the union of two sources, each after its own Deny, is one set of grants', () => {
    const answer = held(all, [
      [allow('iam:*:*'), deny('iam:users:*')],
      [allow('iam:*:*'), deny('iam:groups:*')],
    ])
    expect(answer.extent).toBe('all')
    expect(answer.sources.map((source) => source.matches.length)).toEqual([1, 1])
  })

  test('sources without anything are there, and have nothing', () => {
    const answer = held(all, [[deny('iam:*:*')], [allow('iam:users:*')], []])
    expect(answer.sources).toHaveLength(3)
    expect(answer.sources.map((source) => source.matches.length)).toEqual([0, 1, 0])
    expect(held(all, [[], []])).toMatchObject({ extent: 'none', sources: [{ matches: [] }, { matches: [] }] })
  })

  test('a Deny that takes nothing is written nowhere, whether a source stands alone or twice', () => {
    const source = [deny('a*:*:*'), { effect: 'Allow', notAction: ['a:*'] } as const]
    const one = audited(['?:*:*'])
    const [alone, twice] = [held(one, [source]), held(one, [source, source])]
    expect(alone.grants).toEqual([{ actions: ['?:*:*'], except: ['a:*:*'] }])
    expect(twice.grants).toEqual(alone.grants)
  })

  const remove = 'iam:users:delete'
  test.each([
    [
      'took a whole grant of its own source',
      [
        [allow('iam:users:*', 'iam:groups:get'), deny('iam:groups:*')],
        [allow('iam:groups:*'), deny('iam:roles:*')],
      ],
      [{ actions: ['iam:groups:*', 'iam:users:*'] }],
    ],
    [
      'takes what another source grants',
      [[allow('iam:*:*'), deny(remove)], [allow('iam:users:*')]],
      [{ actions: ['iam:*:*'] }],
    ],
    [
      'takes what another source grants, and the other way round',
      [
        [allow('iam:*:*'), deny(remove)],
        [allow('iam:*:*'), deny('iam:groups:get')],
      ],
      [{ actions: ['iam:*:*'] }],
    ],
    [
      'takes what another source grants on some resources alone',
      [[allow('iam:*:*'), deny(remove)], [{ ...allow('iam:users:*'), resource: ['iam:*:*:user:x'] }]],
      [
        { actions: ['iam:*:*'], except: [remove] },
        { actions: ['iam:users:*'], resources: ['iam:*:*:user:x'] },
      ],
    ],
    [
      'takes what another source denies in part as well',
      [
        [allow('iam:*:*'), deny('iam:users:*')],
        [allow('iam:users:*'), deny(remove)],
      ],
      [
        { actions: ['iam:*:*'], except: ['iam:users:*'] },
        { actions: ['iam:users:*'], except: [remove] },
      ],
    ],
  ])('a Deny that %s', (_, sources, grants) => {
    expect(held(all, sources).grants).toEqual(grants)
    expect(held(all, [...sources].reverse()).grants).toEqual(grants)
  })

  test('each source is judged for its own identity', () => {
    const named = (name: string): Bare => ({
      ...allow('iam:users:*'),
      condition: { StringEquals: { 'g:PrincipalUrn': `iam::1234:agency:${name}` } },
    })
    const agency = agencyIdentity('iam::1234:agency:deploy', about)
    expect(held(all, [[named('deploy')], [named('deploy')]], [alice, agency]).sources).toMatchObject([
      { matches: [] },
      { matches: [{ statement: 1 }] },
    ])
  })

  test('holds: all is judged on the union', () => {
    const everything = audited(['iam:users:*', 'iam:groups:*'], { holds: 'all' })
    expect(held(everything, [[allow('iam:users:*')], [allow('iam:groups:*')]]).extent).toBe('all')
  })
})

describe('conditions on who is asked about', () => {
  const urn = (operator: string, ...values: string[]): Bare => ({
    ...allow('iam:users:*'),
    condition: { [operator]: { 'g:PrincipalURN': values } },
  })
  const agency = agencyIdentity('iam::1234:agency:ops/deploy', about)
  test.each([
    ['its URN', 'StringEquals', ['iam::1234:agency:ops/deploy'], true],
    ['its URN without path', 'StringEquals', ['iam::1234:agency:deploy'], true],
    ['a session of it', 'StringEquals', ['sts::1234:assumed-agency:deploy/build'], true],
    [
      'a session with path',
      'StringEquals',
      [`sts::${variable('g:DomainId')}:assumed-agency:ops/deploy/*`],
      true,
    ],
    ['its name as a session', 'StringEquals', ['sts::1234:assumed-agency:deploy'], true],
    ['a longer name', 'StringEquals', ['sts::1234:assumed-agency:deploy2/x'], false],
    ['another agency', 'StringEquals', ['iam::1234:agency:other', 'iam::1234:user:x'], false],
    ['other letters', 'StringEquals', ['iam::1234:agency:OPS/deploy'], false],
    ['other letters that do not matter', 'StringEqualsIgnoreCase', ['IAM::1234:agency:OPS/deploy'], true],
    ['a glob, which is not judged for agencies', 'StringLike', ['iam::1234:agency:other*'], true],
    [
      'a variable without a value',
      'StringEquals',
      [`iam::1234:agency:${variable('g:PrincipalTag/x')}`],
      true,
    ],
    ['the URN of agencies as a variable', 'StringEquals', [variable('g:PrincipalUrn')], true],
  ])('an agency, %s', (_, operator, values, expected) => {
    const answer = held(audited(['iam:*:*']), [[urn(operator, ...values)]], [agency])
    expect(answer.extent).toBe(expected ? 'part' : 'none')
  })

  test('an agency is no user, and of a federated principal nothing is contradicted', () => {
    const name = { ...allow('iam:users:*'), condition: { StringEquals: { 'g:UserName': 'bob' } } }
    expect(held(audited(['iam:*:*']), [[name]], [agency]).extent).toBe('part')
    const other = urn('StringEquals', 'iam::1234:user:bob')
    expect(held(audited(['iam:*:*']), [[other]], [federatedIdentity(about)]).extent).toBe('part')
  })

  test('a variable that users have and agencies have not limits users alone', () => {
    const own = [{ ...allow('iam:*:*'), resource: [`iam:*:${variable('g:UserName')}:*:*`] }]
    expect(held(audited(['iam:*:*']), [own]).restricted).toBe(true)
    expect(held(audited(['iam:*:*']), [own], [agency]).restricted).toBe(false)
  })
})

describe('scopes', () => {
  const permission = audited(['ecs:*:*'])
  const inScope = (scope: string, ...action: string[]): Bare => ({ ...allow(...action), scopes: [scope] })

  test('grants that differ in scopes alone are one, and scopes limit', () => {
    const answer = held(permission, [
      [inScope('project:b', 'ecs:a:*')],
      [inScope('project:a', 'ecs:a:*'), inScope('enterprise-project:x', 'ecs:a:*')],
    ])
    expect(answer).toMatchObject({
      restricted: true,
      grants: [{ actions: ['ecs:a:*'], scopes: ['enterprise-project:x', 'project:a', 'project:b'] }],
    })
  })

  test('what is granted everywhere is not told again for a scope', () => {
    expect(held(permission, [[allow('ecs:*:*')], [inScope('project:a', 'ecs:a:*')]]).grants).toEqual([
      { actions: ['ecs:*:*'] },
    ])
  })

  test('a holding of 300 scopes is written, since it is one grant', () => {
    const sources = Array.from({ length: 300 }, (_, at) => [inScope(`project:${at}`, 'ecs:a:*')])
    expect(held(permission, sources).grants).toHaveLength(1)
  })

  test.each([
    [['project:a'], ['project:a', 'project:b'], true],
    [['project:a'], ['project:*'], true],
    [['enterprise-project:a'], ['project:*'], false],
    [['project:a', 'project:c'], ['project:a'], false],
  ])('held in %j is covered by an approval in %j: %s', (scopes, approved, expected) => {
    const left = subtractGrants(
      [{ actions: ['ecs:a:*'], scopes }],
      [{ grants: [{ actions: ['ecs:a:*'], scopes: approved }] }],
    )
    expect('grants' in left && left.grants.length === 0).toBe(expected)
  })

  test('what the reader of a role took out of an Allow is not granted', () => {
    const answer = held(audited(['*:*:*']), [[{ ...inScope('project:a', '*:*:*'), except: ['iam:*:*'] }]])
    expect(answer.grants).toEqual([{ actions: ['*:*:*'], except: ['iam:*:*'], scopes: ['project:a'] }])
  })
})

describe('v5 twins of legacy actions', () => {
  const twins = (...action: string[]): Bare => ({ ...allow(...action), twins: true })
  const permission = audited(['iam:groups:attachPolicyV5', 'iam:users:createUserV5'])
  const original = legacyActions.find((row) => row.v5.includes('iam:users:createUserV5'))?.action as string

  test('are held with the legacy action, though only they are audited', () => {
    expect(held(permission, [[twins(original)]])).toMatchObject({
      grants: [{ actions: ['iam:users:createUserV5'] }],
      sources: [{ matches: [{ pattern: original }] }],
    })
    expect(held(permission, [[allow(original)]]).extent).toBe('none')
  })

  test('go with the legacy action, and not by a Deny of their own name', () => {
    const lost = held(permission, [[twins(original), deny(original)]])
    expect(lost.extent).toBe('none')
    const kept = held(permission, [[twins('iam:users:*'), deny('iam:users:createUserV5')]])
    expect(kept.grants).toEqual([{ actions: ['iam:users:createUserV5'] }])
    const spared = held(permission, [[twins('iam:users:*'), { effect: 'Deny', notAction: ['iam:roles:*'] }]])
    expect(spared).toMatchObject({ extent: 'none' })
    // The Deny of another source binds nothing here.
    expect(held(permission, [[twins(original)], [deny(original)]]).extent).toBe('part')
  })

  test('are under the same restriction', () => {
    const limited = { ...twins(original), scopes: ['enterprise-project:e'] }
    expect(held(permission, [[limited]]).grants).toEqual([
      { actions: ['iam:users:createUserV5'], scopes: ['enterprise-project:e'] },
    ])
  })

  test('a Deny with a condition that names the legacy action is shown', () => {
    const mfa = { ...deny(original), condition: { Bool: { 'g:MFAPresent': 'false' } } }
    const answer = held(permission, [[twins(original), mfa]])
    expect(answer.sources[0]?.conditionalDenies).toEqual([{ policy: 's0', statement: 2 }])
  })

  test('are left out of the count of patterns while the legacy action stands there', () => {
    const all = legacyActions.map((row) => row.action)
    const more = Array.from({ length: 200 - all.length }, (_, at) => `iam:x:y${at}`)
    expect(held(audited(['*:*:*']), [[twins(...all, ...more)]]).extent).toBe('part')
    expect(() => held(audited(['*:*:*']), [[twins(...all, ...more, 'iam:x:z')]])).toThrow('bound')
  })

  test('an unrestricted approval of a legacy action covers them, within its definition', () => {
    const grants = [{ actions: [original] }]
    const minuend = [{ actions: ['iam:users:createUserV5', original] }]
    expect(subtractGrants(minuend, [{ grants }])).toMatchObject({ grants: [] })
    expect(subtractGrants(minuend, [{ grants, within: { actions: ['iam:*:*'] } }])).toMatchObject({
      grants: [],
    })
    const narrow = { actions: [original] }
    expect(subtractGrants(minuend, [{ grants, within: narrow }])).toMatchObject({
      grants: [{ actions: ['iam:users:createUserV5'] }],
    })
    const limited = [{ actions: [original], resources: ['iam:*:*:user:x'] }]
    expect(subtractGrants(minuend, [{ grants: limited }])).toMatchObject({ example: expect.any(String) })
    expect(grantsInclude(grants, 'iam:users:createUserV5')).toBe(false)
  })
})

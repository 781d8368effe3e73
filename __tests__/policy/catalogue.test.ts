import { describe, expect, test } from '@jest/globals'
import {
  expandAliases,
  explainAction,
  grantsInclude,
  holdsEverything,
  mergeCatalogue,
  namedActions,
  parseDocument,
  patternProblem,
  presetPermission,
  presets,
  shippedCatalogue,
} from '../../src/policy/index.ts'
import type { Permission } from '../../src/policy/types.ts'
import { createEvaluator, identityOf } from './one-source.ts'

const catalogue = shippedCatalogue()
const preset = (id: string): Permission => {
  const permission = presetPermission(id)
  if (permission === null) throw new Error(`no preset ${id}`)
  return permission
}
const identity = { user_id: 'u', user_name: 'u', urn: 'iam::1:user:u' }

describe('presets', () => {
  test('have readable patterns, each once and with a reason', () => {
    for (const { actions, except } of Object.values(presets)) {
      expect(actions.length).toBeGreaterThan(0)
      const rows = [...actions, ...except]
      for (const { pattern, reason } of rows) {
        expect(patternProblem(pattern)).toBeNull()
        expect(reason.length).toBeGreaterThan(10)
      }
      expect(new Set(rows.map((row) => row.pattern)).size).toBe(rows.length)
    }
    expect(presetPermission('iam-administration@0')).toBeNull()
    expect(presetPermission('__proto__')).toBeNull()
  })

  test('iam-administration agrees with the access levels of the catalogue', () => {
    const grants = [preset('iam-administration@1')]
    // By its nature it touches only the caller's own identity.
    const own = ['iam:users:changePasswordV5']
    for (const { action, accessLevel } of catalogue.actions.filter((row) => row.action.startsWith('iam:'))) {
      const reads = accessLevel === 'Read' || accessLevel === 'List'
      expect([action, grantsInclude(grants, action)]).toEqual([action, !reads && !own.includes(action)])
    }
  })

  test('privilege-escalation contains whatever manages permissions, and no read', () => {
    const grants = [preset('privilege-escalation@1')]
    for (const { action, accessLevel } of catalogue.actions) {
      if (accessLevel === 'Permission_management')
        expect([action, grantsInclude(grants, action)]).toEqual([action, true])
      if (accessLevel === 'List') expect([action, grantsInclude(grants, action)]).toEqual([action, false])
    }
    for (const read of [
      'organizations:accounts:listX',
      'IdentityCenter:user:describeUsers',
      'iam:users:getUserV5',
    ])
      expect(grantsInclude(grants, read)).toBe(false)
  })

  test('privilege-escalation knows the names that the older interface has for the same', () => {
    const { actions, except } = preset('privilege-escalation@1')
    const grants = [{ actions: expandAliases(actions), except }]
    const older = [
      ...['iam:roles:createRole', 'iam:roles:updateRole', 'iam:credentials:createCredential'],
      ...['grantRoleToUserOnEnterpriseProject', 'grantRoleToGroup', 'grantRoleToGroupOnDomain']
        .concat([
          'grantRoleToAgencyOnProject',
          'addUserToGroup',
          'removeUserFromGroup',
          'revokeRoleFromGroup',
        ])
        .map((name) => `iam:permissions:${name}`),
      ...['createUser', 'updateUser', 'resetUserPassword', 'deleteUser', 'setUserLoginProtect'].map(
        (name) => `iam:users:${name}`,
      ),
      ...[
        'iam:agencies:createAgency',
        'iam:agencies:updateAgency',
        'iam:agencies:assume',
        'iam:tokens:assume',
      ],
      ...['iam:mfa:unbindMFADevice', 'iam:mfa:deleteVirtualMFADevice'],
      ...['iam:securitypolicies:updateLoginPolicy', 'iam:identityProviders:updateMapping'],
    ]
    expect(older.filter((action) => !grantsInclude(grants, action))).toEqual([])
  })

  test('full-administration is everything, or a part', () => {
    const permission = preset('full-administration@1')
    const ask = (...Statement: object[]) =>
      createEvaluator({
        documents: new Map([['p', parseDocument(JSON.stringify({ Version: '5.0', Statement }))]]),
        permissions: [permission],
      }).held(['p'], identity, permission.name)
    const all = { Effect: 'Allow', Action: ['*:*:*'] }
    const condition = { Bool: { 'g:MFAPresent': 'true' } }
    expect(ask(all)).toMatchObject({ extent: 'all', restricted: false, grants: [{ actions: ['*:*:*'] }] })
    expect(ask({ ...all, Condition: condition })).toMatchObject({ extent: 'all', restricted: false })
    expect(ask({ ...all, Resource: ['iam:*:*:*:*'] })).toMatchObject({ extent: 'part' })
    expect(ask(all, { Effect: 'Deny', Action: ['cts:*:*'] })).toMatchObject({ extent: 'part' })
    expect(
      ask({ Effect: 'Allow', Action: ['iam:*:*'] }, { Effect: 'Allow', NotAction: ['iam:*:*'] }),
    ).toMatchObject({ extent: 'all' })
    expect(holdsEverything(permission)).toMatchObject({ extent: 'all', grants: [{ actions: ['*:*:*'] }] })
  })
})

describe('naming', () => {
  test('only names in the set: what manages permissions first, what lists last', () => {
    expect(
      namedActions([{ actions: ['iam:users:*V5'], except: ['iam:*:*list*', 'iam:*:*V5'] }], catalogue),
    ).toEqual([])
    expect(namedActions([{ actions: ['iam:groups:*V5'] }], catalogue)).toEqual(
      ['attachPolicyV5', 'detachPolicyV5', 'deleteGroupV5', 'getGroupV5', 'listGroupsV5'].map(
        (name) => `iam:groups:${name}`,
      ),
    )
  })

  test('names actions of the legacy model too, after those of equal danger', () => {
    const named = namedActions([{ actions: ['iam:groups:*'] }], catalogue)
    expect(named.indexOf('iam:groups:deleteGroup')).toBeGreaterThan(named.indexOf('iam:groups:deleteGroupV5'))
    expect(named).toContain('iam:groups:listGroups')
  })

  test('what one grant excepts is not taken from another', () => {
    const two = [
      { actions: ['iam:groups:*'], except: ['iam:groups:*List*', 'iam:groups:get*'] },
      { actions: ['iam:groups:get*', 'iam:groups:list*'], except: ['iam:groups:list*'] },
    ]
    expect(namedActions(two, catalogue)).toContain('iam:groups:getGroupV5')
    expect(namedActions(two.reverse(), catalogue)).toContain('iam:groups:getGroupV5')
    expect(namedActions(two, catalogue)).not.toContain('iam:groups:listGroupsV5')
  })

  test('patterns of the escalation preset rank their actions, and among others the access level does', () => {
    const live = mergeCatalogue(
      (['List', 'Permission_management', 'Write', 'Write'] as const).map((accessLevel, at) => ({
        ...{ action: `ecs:a${at}:doThing`, accessLevel, aliases: [] },
      })),
    )
    const grants = [{ actions: ['ecs:*:*', 'iam:samlProviders:create*'] }]
    expect(namedActions(grants, live)).toEqual([
      'iam:samlProviders:createV5',
      'ecs:a1:doThing',
      'ecs:a2:doThing',
      'ecs:a3:doThing',
      'ecs:a0:doThing',
    ])
  })

  test('the live catalogue replaces the shipped one service by service', () => {
    const live = mergeCatalogue([{ action: 'iam:new:thing', accessLevel: 'Write', aliases: [] }])
    expect(live.source).toBe('live')
    expect(namedActions([{ actions: ['iam:new:*'] }], live)).toEqual(['iam:new:thing'])
    expect(namedActions([{ actions: ['iam:*:*V5'] }], live)).toEqual([])
    expect(namedActions([{ actions: ['sts:*:*'] }], live).length).toBeGreaterThan(0)
  })

  test('a literal also audits its aliases, a wildcard none', () => {
    expect(expandAliases(['IAM::createaccesskey'])).toContain('iam:credentials:createCredential')
    expect(expandAliases(['iam::create*', 'iam:users:getUserV5'])).toEqual([
      'iam::create*',
      'iam:users:getUserV5',
    ])
  })
})

test('an explanation names what granted, what was taken away, what was not subtracted, and what is unclear', () => {
  const action = 'iam:users:createUserV5'
  const Condition = { StringEquals: { 'g:UserName': 'somebody-else' } }
  const Statement = [
    { Effect: 'Allow', Action: ['ecs:*:*', 'iam:*:*'] },
    { Effect: 'Deny', NotAction: ['ecs:*:*'] },
    { Effect: 'Deny', Action: 'iam:users:*', Resource: ['iam:*:*:user:x'] },
    { Effect: 'Allow', Action: [action], Condition },
  ]
  const documents = new Map([
    ['p', parseDocument(JSON.stringify({ Version: '5.0', Statement }))],
    ['q', parseDocument('{}')],
  ])
  expect(
    explainAction({ documents, policies: ['p', 'q', 'p'], identity: identityOf(identity), action }),
  ).toMatchObject({
    answer: 'denied',
    grantedBy: [{ policy: 'p', statement: 1, pattern: 'iam:*:*' }],
    deniedBy: [{ policy: 'p', statement: 2, pattern: 'NotAction' }],
    notSubtracted: [{ policy: 'p', statement: 3, pattern: 'iam:users:*', resource: ['iam:*:*:user:x'] }],
    ruledOut: [{ policy: 'p', statement: 4 }],
    undetermined: [{ policy: 'q' }],
  })
})

test('an explanation calls a policy undetermined whose pattern has no end of meanings', () => {
  const Statement = [{ Effect: 'Allow', Action: ['*a'.repeat(80)] }]
  const documents = new Map([['p', parseDocument(JSON.stringify({ Version: '5.0', Statement }))]])
  const explanation = explainAction({
    documents,
    policies: ['p'],
    identity: identityOf(identity),
    action: 'iam:users:createUserV5',
  })
  expect(explanation).toMatchObject({ answer: 'undetermined', undetermined: [{ policy: 'p' }] })
})

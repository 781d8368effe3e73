/** What goes with a way out and is not audited. */
import { describe, expect, test } from '@jest/globals'
import {
  type AccountBuilder,
  allow,
  deny,
  document,
  legacyPolicy,
  trustIam,
} from '../../simulator/iam/account.ts'
import type { Snapshot } from '../../src/account/snapshot.ts'
import { drifted, waysOf } from './ordinary-words.ts'
import { ACCOUNT, account, entry, groupId, policyId, snapshotOf } from './stage.ts'

interface Case {
  readonly name: string
  readonly stage: () => AccountBuilder
  /** Whose drift; ada's unless told. */
  readonly of?: string
  /** Who is approved for all of IAM. */
  readonly approved?: readonly string[]
  readonly ways: readonly string[]
}

const plain = (...users: readonly string[]) =>
  account()
    .users('ada', ...users)
    .policy('iam', document(allow('iam:*:*')))
    .policy('obs', document(allow('obs:*:*')))
    .policy('ecs', document(allow('ecs:*:*')))
    .policy('both', document(allow(['iam:*:*', 'obs:*:*'])))

/** A group without members, which a provider gives to those it vouches for. */
const byMapping = (builder: AccountBuilder): AccountBuilder =>
  builder
    .group('team')
    .mapping('corp', [
      {
        local: [{ user: { name: '{0}' } }, { group: { name: 'team' } }],
        remote: [{ type: 'UserName' }, { type: 'Groups', any_one_of: ['cloud'] }],
      },
    ])
    .samlIdentityProvider('corp', { mapping: 'corp' })

const cases: readonly Case[] = [
  {
    name: 'a policy that says nothing but what is audited takes nothing else',
    stage: () => plain().attach('iam', { user: 'ada' }),
    ways: ['take iam from ada: nothing else'],
  },
  {
    name: 'what stands in the same policy goes too',
    stage: () => plain().attach('both', { user: 'ada' }),
    ways: ['take both from ada: own obs'],
  },
  {
    name: 'what is held by another way as well stays',
    stage: () => plain().attach('both', { user: 'ada' }).attach('obs', { user: 'ada' }),
    ways: ['take both from ada: nothing else'],
  },
  {
    name: 'what another way gives for some resources alone is lost for the others',
    stage: () =>
      plain()
        .policy('bucket', document(allow('obs:*:*', { Resource: ['obs:*:*:bucket:a'] })))
        .attach('both', { user: 'ada' })
        .attach('bucket', { user: 'ada' }),
    ways: ['take both from ada: own obs'],
  },
  {
    name: 'what a Deny keeps from somebody is not lost',
    stage: () =>
      plain()
        .policy('no', document(deny('obs:*:*')))
        .attach('both', { user: 'ada' })
        .attach('no', { user: 'ada' }),
    ways: ['take both from ada: nothing else'],
  },
  {
    name: 'a Deny that leaves with a group gives something back, and takes nothing',
    stage: () =>
      plain()
        .policy('no', document(deny('obs:*:*')))
        .attach('obs', { user: 'ada' })
        .group('team', 'ada')
        .attach('no', { group: 'team' })
        .attach('iam', { group: 'team' }),
    ways: ['leave team: nothing else', 'take iam from team: nothing else'],
  },
  {
    name: 'of all who drift by one attachment, detaching takes less than leaving the group',
    stage: () =>
      plain('bob', 'eve')
        .group('team', 'ada', 'bob', 'eve')
        .attach('both', { group: 'team' })
        .attach('ecs', { group: 'team' }),
    ways: ['take both from team: own obs; 2 others obs', 'leave team: own ecs, obs'],
  },
  {
    name: 'where the others in the group are approved, leaving it touches none of them',
    approved: ['bob', 'eve'],
    stage: () =>
      plain('bob', 'eve')
        .group('team', 'ada', 'bob', 'eve')
        .attach('both', { group: 'team' })
        .attach('ecs', { group: 'team' }),
    ways: ['leave team: own ecs, obs', 'take both from team: own obs; 2 others obs'],
  },
  {
    name: 'whoever of a group holds it by another way loses nothing',
    stage: () =>
      plain('bob', 'eve')
        .group('team', 'ada', 'bob', 'eve')
        .attach('both', { group: 'team' })
        .attach('obs', { user: 'eve' }),
    ways: ['leave team: own obs', 'take both from team: own obs; 1 others obs'],
  },
  {
    name: 'alone in a group, the policy goes before the group does: it takes less',
    stage: () =>
      plain().group('team', 'ada').attach('iam', { group: 'team' }).attach('obs', { group: 'team' }),
    ways: ['take iam from team: nothing else', 'leave team: own obs'],
  },
  {
    name: 'only ada gets what is audited, and the others work by the same policy: she leaves',
    stage: () =>
      plain('bob')
        .policy(
          'mixed',
          document(
            allow('obs:*:*'),
            allow('iam:*:*', { Condition: { StringEquals: { 'g:UserName': 'ada' } } }),
          ),
        )
        .group('team', 'ada', 'bob')
        .attach('mixed', { group: 'team' }),
    ways: ['leave team: own obs', 'take mixed from team: own obs; 1 others obs'],
  },
  {
    name: 'a wildcard over services takes something of all of them',
    stage: () =>
      plain()
        .policy('all', document(allow('*:*:*')))
        .attach('all', { user: 'ada' })
        .attach('obs', { user: 'ada' }),
    ways: ['take all from ada: own *'],
  },
  {
    name: 'the built-in group gives everything',
    stage: () => plain().group('admin', 'ada'),
    ways: ['leave admin: own *'],
  },
  {
    name: 'a legacy policy takes what is in it, from the group',
    stage: () =>
      plain('bob')
        .role('Ops', legacyPolicy(allow(['iam:*:*', 'kms:*:*'])))
        .group('team', 'ada', 'bob')
        .grantRole('Ops', { group: 'team' }),
    ways: ['leave team: own kms', 'take Ops from team: own kms; 1 others kms'],
  },
  {
    name: 'the permission to assume takes what the agency gives; the trust takes it from all who assume',
    stage: () =>
      plain('bob')
        .policy('assume', document(allow('sts:agencies:assume')))
        .agency('ops', trustIam(ACCOUNT))
        .attach('both', { agency: 'ops' })
        .attach('assume', { user: 'ada' })
        .attach('assume', { user: 'bob' }),
    ways: [
      'take assume from ada: own obs',
      'take both from ops: own obs; 2 others obs',
      'let go of ops: own obs; 1 others obs',
    ],
  },
  {
    name: 'whom no rule lets in any more loses all that the group gives',
    of: 'corp → team',
    stage: () => byMapping(plain()).attach('both', { group: 'team' }).attach('ecs', { group: 'team' }),
    ways: ['take both from team: own obs', 'take team from corp: own ecs, obs'],
  },
  {
    name: 'what another source denies is not held by it: a copy of the same policy is no other way',
    stage: () =>
      plain()
        .policy('wide', document({ Effect: 'Allow', NotAction: ['ecs:*:*'] }))
        .policy('no', document(deny('obs:*:*')))
        .agency('ops', trustIam([`iam::${ACCOUNT}:user:ada`]))
        .attach('wide', { agency: 'ops' })
        .attach('wide', { user: 'ada' })
        .attach('no', { user: 'ada' }),
    of: 'ops',
    ways: ['take wide from ops: own *; 1 others obs', 'let go of ops: own *; 1 others obs'],
  },
  {
    name: 'whom an agency trusts no more loses all that it has',
    of: 'ops',
    stage: () =>
      plain()
        .agency('ops', trustIam(ACCOUNT))
        .attach('both', { agency: 'ops' })
        .attach('ecs', { agency: 'ops' }),
    ways: ['take both from ops: own obs', 'let go of ops: own ecs, obs'],
  },
]

/** Of every group, user and agency it is known what else they have. */
function listed(stage: AccountBuilder): Snapshot {
  const snapshot = snapshotOf(stage)
  return { ...snapshot, stats: { ...snapshot.stats, method: 'group-first' } }
}

describe('what a way out takes beside', () => {
  test.each(cases)('$name', ({ stage, of = 'ada', approved = [], ways }) => {
    const scene = { account: stage(), baseline: approved.map((name) => entry(name)) }
    expect(waysOf(drifted(scene, listed(stage())), of)).toEqual(ways)
  })
})

describe('what was not read', () => {
  const team = () =>
    plain('bob')
      .policy('odd', { Version: '9', Statement: [] })
      .group('team', 'ada', 'bob')
      .attach('iam', { group: 'team' })
      .attach('obs', { group: 'team' })

  /** As a crawl from the policies leaves it: nobody followed the policies that say nothing of what is audited. */
  const crawled = (stage: AccountBuilder, beside?: Snapshot['beside']): Snapshot => {
    const snapshot = snapshotOf(stage)
    const attachments = snapshot.attachments.filter((row) => row.policy_id !== policyId('obs'))
    return { ...snapshot, attachments, ...(beside === undefined ? {} : { beside }) }
  }
  const row = (name: string, group: string) => ({
    ...{ policy_id: policyId(name), policy_name: name, attached_at: null },
    ...{ principal_type: 'group' as const, principal_id: groupId(group) },
  })
  const holders = [{ kind: 'group' as const, id: groupId('team') }]
  const ways = (snapshot: Snapshot): readonly string[] =>
    waysOf(drifted({ account: team() }, snapshot), 'ada')

  test('of a group that is left, what else it gives is said to be unread', () => {
    expect(ways(crawled(team()))).toEqual([
      'take iam from team: nothing else',
      'leave team: unlisted group team',
    ])
  })

  test('and is known where its policies were read afterwards', () => {
    const beside = { holders, attachments: [row('iam', 'team'), row('obs', 'team')] }
    expect(ways(crawled(team(), beside))).toEqual(['take iam from team: nothing else', 'leave team: own obs'])
  })

  test('a policy that was attached meanwhile is named', () => {
    const beside = { holders, attachments: [row('newest', 'team')] }
    expect(ways(crawled(team(), beside))).toContain('leave team: unread newest')
  })

  test('a policy that cannot be understood is named, where it goes', () => {
    const stage = team().attach('odd', { group: 'team' })
    const taken = waysOf(drifted({ account: stage }, listed(stage)), 'ada')
    expect(taken).toContain('leave team: own obs; unread odd')
    expect(taken).toContain('take iam from team: nothing else')
  })

  test('of a group whose members nobody read, nobody knows who loses anything', () => {
    const stage = byMapping(plain()).attach('both', { group: 'team' })
    const { memberships, ...snapshot } = listed(stage)
    const unread = { ...snapshot, memberships: memberships.filter((one) => one.group_id !== groupId('team')) }
    expect(waysOf(drifted({ account: stage }, unread), 'corp → team')).toEqual([
      'unknown',
      'take team from corp: own obs',
    ])
  })

  test('where legacy roles are not looked at, nobody knows what else a group gives', () => {
    const snapshot = listed(team())
    const coverage = snapshot.coverage.map((one) =>
      one.source === 'legacy-roles' ? { ...one, status: 'off' as const } : one,
    )
    expect(ways({ ...snapshot, coverage })).toContain('leave team: own obs; unlisted group team')
  })
})

describe('an older version made default again', () => {
  const version = (version_id: string, created_at: string, ...actions: string[]) => ({
    ...{ version_id, created_at },
    document: JSON.stringify({ Version: '5.0', Statement: [{ Effect: 'Allow', Action: actions }] }),
  })

  test('comes first, and takes what the newer one added from all who have it', () => {
    const stage = plain('bob', 'eve').attach('both', { user: 'ada' }).attach('both', { user: 'bob' })
    const made = listed(stage.attach('both', { user: 'eve' }).attach('obs', { user: 'eve' }))
    const [policy_id, newest] = [
      policyId('both'),
      version('v9', '2026-10-30T00:00:00Z', 'iam:*:*', 'obs:*:*', 'ecs:*:*'),
    ]
    const snapshot: Snapshot = {
      ...made,
      policies: made.policies.map((policy) =>
        policy.policy_id === policy_id ? { ...policy, version: newest } : policy,
      ),
      attachments: made.attachments.map((one) => ({ ...one, attached_at: '2026-01-01T00:00:00Z' })),
      older_versions: [{ policy_id, ...version('v8', '2026-01-01T00:00:00Z', 'ecs:*:*') }],
    }
    expect(waysOf(drifted({ account: stage }, snapshot), 'ada')).toEqual([
      'restore both v8: own obs; 1 others obs',
      'take both from ada: own ecs, obs',
    ])
  })
})

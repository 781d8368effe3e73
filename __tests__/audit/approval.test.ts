/** What an entry approves, rule by rule. */
import { describe, expect, test } from '@jest/globals'
import { allow, deny, document } from '../../simulator/iam/account.ts'
import type { Grant } from '../../src/policy/types.ts'
import { account, adaWith, baselineOf, entry, IAM, permission, type Scene, told, verdictOf } from './stage.ts'

const mfa = { Bool: { 'g:MFAPresent': ['true'] } }
const approving = (...grants: readonly Grant[]) => entry('ada', { grants })

interface Case {
  readonly name: string
  readonly scene: Scene
  readonly drift: readonly string[]
  readonly result?: string
}

const cases: readonly Case[] = [
  {
    name: 'nothing held and nothing approved is unchanged',
    scene: { account: account().users('ada') },
    drift: [],
    result: 'unchanged',
  },
  {
    name: 'a holder without an entry is an unapproved holder',
    scene: { account: adaWith(allow('iam:users:*')) },
    drift: ['unapproved-holder ada iam: iam:users:*'],
  },
  {
    name: 'what is held exactly as approved is no drift',
    scene: { account: adaWith(allow('iam:*:*')), baseline: [entry('ada')] },
    drift: [],
    result: 'unchanged',
  },
  {
    name: 'iam:*:* approved and *:*:* held under an iam:*:* audit is no drift',
    scene: { account: adaWith(allow('*:*:*')), baseline: [entry('ada')] },
    drift: [],
    result: 'unchanged',
  },
  {
    name: 'a new IAM action under an approved wildcard is no drift',
    scene: { account: adaWith(allow('iam:brandNew:invent')), baseline: [entry('ada')] },
    drift: [],
    result: 'reduced',
  },
  {
    name: 'a holder with an entry who holds more exceeds it',
    scene: {
      account: adaWith(allow(['iam:users:list', 'iam:groups:list'])),
      baseline: [approving({ actions: ['iam:users:*'] })],
    },
    drift: ['exceeds-approval ada iam: iam:groups:list'],
  },
  {
    name: 'an entry for another audited permission makes it exceeding, not unapproved',
    scene: {
      account: adaWith(allow(['iam:users:list', 'kms:keys:delete'])),
      permissions: [IAM, permission('keys', ['kms:*:*'])],
      baseline: [entry('ada')],
    },
    drift: ['exceeds-approval ada keys: kms:keys:delete'],
  },
  {
    name: 'an entry for a permission no longer audited makes nobody known',
    scene: {
      account: adaWith(allow('iam:users:list')),
      baseline: baselineOf([entry('ada', { permission: 'gone' })], {
        audited_permissions: { gone: { actions: ['x:*:*'] }, iam: { actions: ['iam:*:*'] } },
      }),
    },
    drift: ['unapproved-holder ada iam: iam:users:list'],
  },
  {
    name: 'an entry of somebody else with the same name approves nothing',
    scene: {
      account: adaWith(allow('iam:users:list')),
      baseline: [entry('ada', { user_id: 'deleted-and-made-anew' })],
    },
    drift: ['unapproved-holder ada iam: iam:users:list'],
  },
  {
    name: 'letter case of actions does not matter',
    scene: {
      account: adaWith(allow('IAM:Users:LIST')),
      baseline: [approving({ actions: ['iam:users:list'] })],
    },
    drift: [],
    result: 'unchanged',
  },
  {
    name: 'a Deny in another policy of another group counts',
    scene: {
      account: adaWith(allow('iam:*:*'))
        .policy('no', document(deny('iam:users:*')))
        .group('limited', 'ada')
        .attach('no', { group: 'limited' }),
      baseline: [approving({ actions: ['iam:*:*'], except: ['iam:users:*'] })],
    },
    drift: [],
    result: 'unchanged',
  },
  {
    name: 'within: widening the audited list widens no approval',
    scene: {
      account: adaWith(allow('*')),
      permissions: [permission('iam', ['iam:*:*', 'kms:*:*'])],
      baseline: baselineOf([approving({ actions: ['*'] })], {
        audited_permissions: { iam: { actions: ['iam:*:*'] } },
      }),
    },
    drift: ['exceeds-approval ada iam: kms:*:*'],
  },
  {
    name: 'within: an entry that reads like what is held approves no more than its definition did',
    scene: {
      account: adaWith(allow('iam:*:*')),
      baseline: baselineOf([entry('ada')], { audited_permissions: { iam: { actions: ['iam:users:*'] } } }),
    },
    drift: ['exceeds-approval ada iam: iam:*:* but iam:users:*'],
  },
  {
    name: "within: nor does one whose own definition is narrower, though the recorded one is today's",
    scene: {
      account: adaWith(allow('iam:*:*')),
      baseline: [entry('ada', { within: { actions: ['iam:users:*'] } })],
    },
    drift: ['exceeds-approval ada iam: iam:*:* but iam:users:*'],
  },
  {
    name: 'within: nor what its definition left out',
    scene: {
      account: adaWith(allow('iam:*:*')),
      baseline: baselineOf([entry('ada')], {
        audited_permissions: { iam: { actions: ['iam:*:*'], except: ['iam:users:delete'] } },
      }),
    },
    drift: ['exceeds-approval ada iam: iam:users:delete'],
  },
  {
    name: "within: an entry's own definition comes before the recorded one",
    scene: {
      account: adaWith(allow('*')),
      baseline: baselineOf([
        entry('ada', { within: { actions: ['iam:users:*'] }, grants: [{ actions: ['*'] }] }),
      ]),
    },
    drift: ['exceeds-approval ada iam: iam:*:* but iam:users:*'],
  },
  {
    name: 'within: its exceptions are not approved either',
    scene: {
      account: adaWith(allow('iam:users:*')),
      baseline: baselineOf([
        entry('ada', { within: { actions: ['iam:*:*'], except: ['iam:users:delete'] } }),
      ]),
    },
    drift: ['exceeds-approval ada iam: iam:users:delete'],
  },
  {
    name: 'restricted: an unrestricted approval covers it',
    scene: {
      account: adaWith(allow('iam:users:list', { Resource: ['iam:*:*:user:x'] })),
      baseline: [entry('ada')],
    },
    drift: [],
    result: 'reduced',
  },
  {
    name: 'restricted: an approval of the same restriction covers it, order and scalar or list aside',
    scene: {
      account: adaWith(
        allow('iam:users:list', {
          Resource: ['iam:*:*:user:y', 'iam:*:*:user:x'],
          Condition: { Bool: { 'g:MFAPresent': 'true' } },
        }),
      ),
      baseline: [
        approving({
          actions: ['iam:users:list'],
          resources: ['iam:*:*:user:x', 'iam:*:*:user:y'],
          condition: mfa,
        }),
      ],
    },
    drift: [],
    result: 'unchanged',
  },
  {
    name: 'restricted: a wider resource than the approved one is drift',
    scene: {
      account: adaWith(allow('iam:users:list', { Resource: ['iam:*:*:user:*'] })),
      baseline: [approving({ actions: ['iam:users:list'], resources: ['iam:*:*:user:x*'] })],
    },
    drift: ['exceeds-approval ada iam: iam:users:list resources'],
  },
  {
    name: 'restricted: a narrower resource is reduced',
    scene: {
      account: adaWith(allow('iam:users:list', { Resource: ['iam:*:*:user:x1'] })),
      baseline: [approving({ actions: ['iam:users:list'], resources: ['iam:*:*:user:x*'] })],
    },
    drift: [],
    result: 'reduced',
  },
  {
    name: 'restricted: an approved condition does not cover a grant without it',
    scene: {
      account: adaWith(allow('iam:users:list')),
      baseline: [approving({ actions: ['iam:users:list'], condition: mfa })],
    },
    drift: ['exceeds-approval ada iam: iam:users:list'],
  },
  {
    name: 'restricted: not_resources must be equal',
    scene: {
      account: adaWith({ Effect: 'Allow', Action: ['iam:users:list'], NotResource: ['iam:*:*:user:x'] }),
      baseline: [
        approving({ actions: ['iam:users:list'], not_resources: ['iam:*:*:user:x', 'iam:*:*:user:y'] }),
      ],
    },
    drift: ['exceeds-approval ada iam: iam:users:list not_resources'],
  },
  {
    name: '*: what it covers is no drift for anybody',
    scene: {
      account: adaWith(allow('iam:users:set', { Condition: mfa })),
      baseline: [entry('*', { grants: [{ actions: ['iam:users:set'], condition: mfa }] })],
    },
    drift: [],
    result: 'unchanged',
  },
  {
    name: "*: is nobody's own entry, so who holds more is an unapproved holder of the rest",
    scene: {
      account: adaWith(allow('iam:users:set', { Condition: mfa }), allow('iam:users:delete')),
      baseline: [entry('*', { grants: [{ actions: ['iam:users:set'], condition: mfa }] })],
    },
    drift: ['unapproved-holder ada iam: iam:users:delete'],
  },
  {
    name: '*: joins the own entry',
    scene: {
      account: adaWith(allow('iam:users:set', { Condition: mfa }), allow('iam:users:delete')),
      baseline: [
        entry('*', { grants: [{ actions: ['iam:users:set'], condition: mfa }] }),
        approving({ actions: ['iam:users:delete'] }),
      ],
    },
    drift: [],
    result: 'unchanged',
  },
  {
    name: '*: past its day it covers nobody',
    scene: {
      account: adaWith(allow('iam:users:set', { Condition: mfa })),
      baseline: [
        entry('*', { grants: [{ actions: ['iam:users:set'], condition: mfa }], expires: '2026-10-31' }),
      ],
    },
    drift: ['approval-expired ada iam: iam:users:set condition'],
  },
  {
    name: 'eligible: held is no drift',
    scene: {
      account: adaWith(allow('iam:users:list')),
      baseline: [entry('ada', { assignment: 'eligible', expires: '2027-01-01' })],
    },
    drift: [],
    result: 'unchanged',
  },
  {
    name: 'eligible: not held is nothing at all',
    scene: {
      account: account().users('ada'),
      baseline: [entry('ada', { assignment: 'eligible', expires: '2027-01-01' })],
    },
    drift: [],
    result: 'unchanged',
  },
  {
    name: 'eligible: past its day it covers nobody',
    scene: {
      account: adaWith(allow('iam:users:list')),
      baseline: [entry('ada', { assignment: 'eligible', expires: '2026-10-31' })],
    },
    drift: ['approval-expired ada iam: iam:users:list'],
  },
  {
    name: 'expires: valid through the end of its day',
    scene: { account: adaWith(allow('iam:*:*')), baseline: [entry('ada', { expires: '2026-11-01' })] },
    drift: [],
    result: 'unchanged',
  },
  {
    name: 'expires: the day after it is drift',
    scene: { account: adaWith(allow('iam:*:*')), baseline: [entry('ada', { expires: '2026-10-31' })] },
    drift: ['approval-expired ada iam: iam:*:*'],
  },
  {
    name: 'expired and exceeding: one pair is both, each with its own part',
    scene: {
      account: adaWith(allow(['iam:users:list', 'iam:groups:list'])),
      baseline: [entry('ada', { grants: [{ actions: ['iam:users:*'] }], expires: '2026-10-31' })],
    },
    drift: ['exceeds-approval ada iam: iam:groups:list', 'approval-expired ada iam: iam:users:list'],
  },
  {
    name: 'expired and not held is no drift, and no longer held',
    scene: { account: account().users('ada'), baseline: [entry('ada', { expires: '2026-10-31' })] },
    drift: [],
    result: 'reduced',
  },
  {
    name: 'holds all: a partial holder is no drift',
    scene: {
      account: adaWith(allow('iam:*:*')),
      permissions: [permission('full', ['*:*:*'], { holds: 'all' })],
    },
    drift: [],
    result: 'unchanged',
  },
  {
    name: 'holds all: who holds every one, limited by a condition alone, is drift',
    scene: {
      account: adaWith(allow('*:*:*', { Condition: mfa })),
      permissions: [permission('full', ['*:*:*'], { holds: 'all' })],
    },
    drift: ['unapproved-holder ada full: *:*:*'],
  },
  {
    name: 'holds all: a part taken away makes it nothing',
    scene: {
      account: adaWith(allow('*:*:*'), deny('x:y:z')),
      permissions: [permission('full', ['*:*:*'], { holds: 'all' })],
    },
    drift: [],
    result: 'unchanged',
  },
]

describe('what an entry approves', () => {
  test.each(cases)('$name', ({ scene, drift, result = 'drift' }) => {
    const verdict = verdictOf(scene)
    expect(told(verdict.drift)).toEqual(drift)
    expect(verdict.result).toBe(result)
    expect(verdict.complete).toBe(true)
  })
})

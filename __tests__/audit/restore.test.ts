import { expect, test } from '@jest/globals'
import type { Snapshot } from '../../src/account/snapshot.ts'
import { audit } from '../../src/audit/audit.ts'
import { policiesToRestore, withRestores } from '../../src/audit/restore.ts'
import { account, baselineOf, configOf, entry, policyId, sha256, snapshotOf, TODAY } from './stage.ts'

const text = (...actions: string[]): string =>
  JSON.stringify({ Version: '5.0', Statement: [{ Effect: 'Allow', Action: actions }] })

/** bob and eve have a policy whose version v3 is new and gives IAM. */
function changed(older: Snapshot['older_versions']): Snapshot {
  const made = snapshotOf(
    account()
      .users('bob', 'eve')
      .policy('deploy', JSON.parse(text('iam:*:*')))
      .attach('deploy', { user: 'bob' })
      .attach('deploy', { user: 'eve' }),
  )
  return {
    ...made,
    policies: made.policies.map((policy) => ({
      ...policy,
      version: { version_id: 'v3', created_at: '2026-10-30T00:00:00Z', document: text('iam:*:*') },
    })),
    attachments: made.attachments.map((row) => ({ ...row, attached_at: '2026-01-01T00:00:00Z' })),
    older_versions: older,
  }
}

const version = (version_id: string, created_at: string | null, ...actions: string[]) => ({
  ...{ policy_id: policyId('deploy'), version_id, created_at },
  document: text(...actions),
})

function firstWays(older: Snapshot['older_versions']): string[] {
  const input = {
    ...{ snapshot: changed(older), config: configOf(), today: TODAY, sha256 },
    baseline: { baseline: baselineOf([]), text: '', lines: [] },
  }
  const verdict = audit(input)
  expect(policiesToRestore(verdict)).toEqual([policyId('deploy')])
  return withRestores(verdict, input).drift.map(({ revocations }) => {
    const [cut] = revocations[0]?.cuts ?? []
    return `${cut?.kind} ${cut?.version_id} ${cut?.operation.api} ${revocations[0]?.others}`
  })
}

const restored = (id: string): string[] =>
  ['bob', 'eve'].map(() => `restore-version ${id} SetDefaultPolicyVersionV5 1`)
const detached = ['bob', 'eve'].map(() => 'detach null DetachUserPolicyV5 0')

test.each([
  [
    'the newest that gives nothing audited',
    [version('v1', '2026-01-01T00:00:00Z', 'ecs:*:*'), version('v2', '2026-02-01T00:00:00Z', 'obs:*:*')],
    restored('v2'),
  ],
  [
    'an older one, where the newest gives it too',
    [version('v2', '2026-02-01T00:00:00Z', 'iam:*:*'), version('v1', '2026-01-01T00:00:00Z', 'ecs:*:*')],
    restored('v1'),
  ],
  ['none that gives it', [version('v2', '2026-02-01T00:00:00Z', 'iam:*:*')], detached],
  ['none that is newer', [version('v4', '2026-10-31T00:00:00Z', 'ecs:*:*')], detached],
  ['none of unknown age', [version('v2', null, 'ecs:*:*')], detached],
  ['none that cannot be read', [{ ...version('v2', '2026-02-01T00:00:00Z'), document: '{' }], detached],
  ['no other version', undefined, detached],
] as const)('the way out by an older version: %s', (_, older, expected) => {
  expect(firstWays(older as Snapshot['older_versions'])).toEqual(expected)
})

test('an older version that gives somebody who drifts anyway more than they drift by is no way out', () => {
  const drifting = (given: string) => {
    const snapshot = changed([version('v1', '2026-01-01T00:00:00Z', 'iam:roles:*')])
    const own = { ...(snapshot.policies[0] as Snapshot['policies'][number]), policy_id: 'own' }
    const document = { version_id: 'v3', created_at: '2025-01-01T00:00:00Z', document: text(given) }
    const input = {
      snapshot: {
        ...snapshot,
        policies: [...snapshot.policies, { ...own, policy_name: 'own', version: document }],
        attachments: [
          ...snapshot.attachments,
          { ...(snapshot.attachments[1] as Snapshot['attachments'][number]), policy_id: 'own' },
        ],
      },
      ...{ config: configOf(), today: TODAY, sha256 },
      // bob may have what the older version gives, eve may not.
      baseline: {
        baseline: baselineOf([entry('bob', { grants: [{ actions: ['iam:roles:*'] }] })]),
        text: '',
        lines: [2],
      },
    }
    const narrow = text('iam:users:*')
    const policies = input.snapshot.policies.map((policy) =>
      policy.policy_name === 'deploy' && policy.version !== null
        ? { ...policy, version: { ...policy.version, document: narrow } }
        : policy,
    )
    const scene = { ...input, snapshot: { ...input.snapshot, policies } }
    return withRestores(audit(scene), scene).drift.map(
      ({ principal, revocations }) => `${principal.name} ${revocations[0]?.cuts[0]?.kind}`,
    )
  }
  expect(drifting('iam:groups:*')).toEqual(['bob detach', 'eve detach'])
  expect(drifting('iam:*:*')).toEqual(['eve detach', 'bob restore-version'])
})

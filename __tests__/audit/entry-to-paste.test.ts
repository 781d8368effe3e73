/** The entry that summary and issue show: pasted into the baseline as it stands, it makes the audit green. */
import { expect, test } from '@jest/globals'
import { type AccountBuilder, allow, deny, document } from '../../simulator/iam/account.ts'
import type { Baseline, UserEntry } from '../../src/baseline/baseline.ts'
import { readBaseline } from '../../src/baseline/read-baseline.ts'
import { entryJson, writeBaseline } from '../../src/baseline/write-baseline.ts'
import { jsonBlock } from '../../src/render/escape.ts'
import { ACCOUNT, account, adaWith, baselineOf, entry, IAM, permission, TODAY, verdictOf } from './stage.ts'

const all = allow('iam:*:*')
const users = permission('iam', ['iam:users:*'])
const condition = { Bool: { 'g:MFAPresent': ['true'] } }
const hostile = '`</details>\n```\n-->@octocat #1|'

const cases: readonly [string, AccountBuilder, Baseline][] = [
  ['a new holder', adaWith(all), baselineOf([])],
  [
    'a new holder by two ways, one of them restricted',
    adaWith(
      allow('iam:users:*'),
      allow('iam:groups:*', { Resource: ['iam:*:*:group:a'], Condition: condition }),
    ),
    baselineOf([]),
  ],
  ['one with a Deny', adaWith(all, deny('iam:users:*')), baselineOf([])],
  [
    'more than approved',
    adaWith(all),
    baselineOf([entry('ada', { grants: [{ actions: ['iam:users:*'] }], owner: 'platform' })]),
  ],
  ['an approval that has expired', adaWith(all), baselineOf([entry('ada', { expires: '2026-10-01' })])],
  [
    'an approval in advance that has expired',
    adaWith(all),
    baselineOf([entry('ada', { expires: '2026-10-01', assignment: 'eligible' })]),
  ],
  ['disabled when approved, enabled again', adaWith(all), baselineOf([entry('ada', { disabled: true })])],
  ['disabled', account().user('ada', { enabled: false }).group('admin', 'ada'), baselineOf([])],
  [
    'a permission audited since yesterday, without a recorded definition',
    adaWith(all),
    baselineOf([], {}, []),
  ],
  ['a new holder of a permission recorded with less', adaWith(all), baselineOf([], {}, [users])],
  [
    'more than approved of a permission recorded with less',
    adaWith(all),
    baselineOf([entry('ada', { grants: [{ actions: ['iam:users:*'] }] })], {}, [users]),
  ],
  [
    'a name that would break the text',
    account().users(hostile).policy('p', document(all)).attach('p', { user: hostile }),
    baselineOf([]),
  ],
]

test.each(cases)('%s', (_, builder, baseline) => {
  const before = verdictOf({ account: builder, baseline })
  expect(before.result).toBe('drift')
  const pasted = before.drift.map((row) => {
    const [first, ...rest] = jsonBlock(entryJson(row.proposed_entry)).split('\n')
    expect([first, rest.pop()]).toEqual(['```json', '```'])
    return JSON.parse(rest.join('\n')) as UserEntry
  })
  const isReplaced = (one: UserEntry): boolean => pasted.some((other) => other.user_id === one.user_id)
  const file = JSON.parse(writeBaseline(baseline)) as { approvals: UserEntry[] }
  const unique = new Map(pasted.map((one) => [`${one.user_id} ${one.permission}`, one]))
  file.approvals = [...file.approvals.filter((one) => !isReplaced(one)), ...unique.values()]
  const read = readBaseline(JSON.stringify(file), 'baseline.json', { account: ACCOUNT })
  const after = verdictOf({ account: builder, baseline: read.baseline, permissions: [IAM], today: TODAY })
  expect(after.drift).toEqual([])
  expect(after.result).toBe('unchanged')
})

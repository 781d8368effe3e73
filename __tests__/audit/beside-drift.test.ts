/** What stands beside drift: who is disabled, what is held no longer, what is about to expire, what was not reviewed. */
import { describe, expect, test } from '@jest/globals'
import { allow, document } from '../../simulator/iam/account.ts'
import type { Grant } from '../../src/policy/types.ts'
import { account, adaWith, baselineOf, entry, permission, told, userId, verdictOf } from './stage.ts'

const mfa = { Bool: { 'g:MFAPresent': ['true'] } }
const approving = (...grants: readonly Grant[]) => entry('ada', { grants })

describe('disabled users', () => {
  const disabled = (enabled: boolean) =>
    account()
      .user('ada', { enabled })
      .policy('p', document(allow('iam:*:*')))
      .attach('p', { user: 'ada' })

  test('keep their grants and are marked', () => {
    const verdict = verdictOf({ account: disabled(false) })
    expect(told(verdict.drift)).toEqual(['unapproved-holder ada iam: iam:*:*'])
    expect(verdict.holdings[0]).toMatchObject({ principal: { name: 'ada' }, enabled: false })
  })

  test('an entry recorded while disabled covers them while they are', () => {
    expect(
      verdictOf({ account: disabled(false), baseline: [entry('ada', { disabled: true })] }).drift,
    ).toEqual([])
  })

  test('enabled again, it does not cover them: exceeds-approval, and the cuts say what to take away', () => {
    const { drift } = verdictOf({ account: disabled(true), baseline: [entry('ada', { disabled: true })] })
    expect(told(drift)).toEqual(['exceeds-approval ada iam: iam:*:*'])
    expect(drift[0]).toMatchObject({
      because: 'enabled',
      entry_index: 0,
      revocations: [{ cuts: [{ kind: 'detach', from: { kind: 'user' }, what: 'p' }] }],
    })
  })

  test('an entry without the mark covers them either way', () => {
    expect(verdictOf({ account: disabled(false), baseline: [entry('ada')] }).drift).toEqual([])
    expect(verdictOf({ account: disabled(true), baseline: [entry('ada')] }).drift).toEqual([])
  })
})

describe('beside drift', () => {
  test('approved and not held at all is no longer held, with what it was', () => {
    const verdict = verdictOf({ account: account().users('ada'), baseline: [entry('ada')] })
    expect(verdict.no_longer_held).toMatchObject([
      {
        principal: { kind: 'user', name: 'ada', id: userId('ada') },
        entry_index: 0,
        entirely: true,
        grants: [{ actions: ['iam:*:*'] }],
      },
    ])
    expect(verdict.reduced).toEqual([])
  })

  test('what went or came is told however many patterns it takes', () => {
    const many = Array.from({ length: 200 }, (_, at) => `iam:users:word${at}x`)
    const some = approving({ actions: many })
    const more = verdictOf({ account: adaWith(allow('iam:*:*')), baseline: [some] })
    expect(more).toMatchObject({ result: 'drift', complete: true, drift: [{ kind: 'exceeds-approval' }] })
    expect(more.drift[0]?.grants[0]?.except).toHaveLength(200)
    const less = verdictOf({ account: adaWith(allow(many)), baseline: [entry('ada')] })
    expect(less).toMatchObject({ result: 'reduced', complete: true, reduced: [{ entirely: false }] })
  })

  test('a user who is gone is named as the entry names them', () => {
    const verdict = verdictOf({ account: account(), baseline: [entry('zoe')] })
    expect(verdict.no_longer_held).toMatchObject([{ principal: { name: 'zoe' }, entirely: true }])
  })

  test('held in part is reduced, with what is missing', () => {
    const verdict = verdictOf({
      account: adaWith(allow('iam:users:*')),
      baseline: [approving({ actions: ['iam:users:*', 'iam:groups:list'] })],
    })
    expect(verdict.reduced).toMatchObject([{ grants: [{ actions: ['iam:groups:list'] }], entirely: false }])
    expect(verdict.no_longer_held).toEqual([])
  })

  test('what was approved beyond the audited definition is not missed', () => {
    const verdict = verdictOf({
      account: adaWith(allow('iam:users:*')),
      permissions: [permission('iam', ['iam:users:*'])],
      baseline: [entry('ada', { grants: [{ actions: ['*'] }] })],
    })
    expect(verdict.result).toBe('unchanged')
  })

  test('with holds: all, who came to hold a part holds nothing any more', () => {
    const full = permission('full', ['*:*:*'], { holds: 'all' })
    const verdict = verdictOf({
      account: adaWith(allow('iam:*:*')),
      permissions: [full],
      baseline: baselineOf([entry('ada', { permission: 'full', grants: [{ actions: ['*:*:*'] }] })], {}, [
        full,
      ]),
    })
    expect(verdict.no_longer_held).toMatchObject([{ entirely: true, grants: [{ actions: ['*:*:*'] }] }])
  })

  test.each([
    ['2026-11-01', 0],
    ['2026-11-15', 14],
  ])('an approval that ends on %s has %i days left', (expires, days_left) => {
    const verdict = verdictOf({ account: adaWith(allow('iam:*:*')), baseline: [entry('ada', { expires })] })
    expect(verdict.expiring).toMatchObject([
      { principal: { name: 'ada' }, expires, days_left, entry_index: 0 },
    ])
  })

  test.each(['2026-10-31', '2026-11-16'])('one that ends on %s is not about to', (expires) => {
    expect(
      verdictOf({ account: adaWith(allow('iam:*:*')), baseline: [entry('ada', { expires })] }).expiring,
    ).toEqual([])
  })

  test('an entry that lacks a required field is unreviewed', () => {
    const verdict = verdictOf({
      account: adaWith(allow('iam:*:*')),
      baseline: [entry('ada', { justification: '' })],
      approvals: { require: ['justification', 'owner'] },
    })
    expect(verdict.unreviewed).toMatchObject([
      { principal: { name: 'ada' }, missing: ['justification', 'owner'] },
    ])
    expect(verdict.result).toBe('unchanged')
  })

  test('a holding is shown with the entry that approves it, its own or the one for everybody', () => {
    const everybody = entry('*', { grants: [{ actions: ['iam:users:set'], condition: mfa }] })
    const stage = adaWith(allow('iam:users:set', { Condition: mfa }))
    expect(verdictOf({ account: stage, baseline: [everybody] }).holdings[0]?.approval).toBe(everybody)
    const own = entry('ada')
    expect(verdictOf({ account: stage, baseline: [everybody, own] }).holdings[0]?.approval).toBe(own)
    expect(verdictOf({ account: stage }).holdings[0]?.approval).toBeNull()
  })

  test('without a baseline nobody is drift, and the result says so', () => {
    const verdict = verdictOf({ account: adaWith(allow('iam:*:*')), baseline: null })
    expect(verdict).toMatchObject({ result: 'no-baseline', has_baseline: false, drift: [] })
    expect(verdict.holdings).toHaveLength(1)
  })
})

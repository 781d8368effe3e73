import { describe, expect, test } from '@jest/globals'
import { type AccountBuilder, allow, document, idOf, trustIam } from '../../simulator/iam/account.ts'
import type { BaselineHistory } from '../../src/audit/baseline-history.ts'
import { exitOf } from '../../src/audit/exit.ts'
import type { Verdict } from '../../src/audit/model.ts'
import type { Baseline, UserEntry } from '../../src/baseline/baseline.ts'
import { baselineOf, entry } from '../audit/stage.ts'
import {
  account,
  BEFORE,
  by,
  crawlWithTraces,
  HOUR,
  IAM,
  type JudgeOptions,
  judged,
  MINUTE,
  NOW,
} from './world.ts'

const iso = (time: number): string => new Date(time).toISOString()
/** So many hours before the run. */
const ago = (hours: number): number => NOW - hours * HOUR

const adminAccount = (): AccountBuilder => account().policy('Admin', document(allow('iam:*:*')))

async function runAfter(built: AccountBuilder, options: JudgeOptions = {}): Promise<Verdict> {
  const snapshot = await crawlWithTraces(built.account)
  expect(snapshot.gaps).toEqual([])
  return judged(snapshot, options)
}

const told = ({ was_held }: Verdict) =>
  was_held.map(({ principal, from, until }) => [principal.name, from, until] as const)

describe('what came and went', () => {
  test('a policy, attached and detached', async () => {
    const built = adminAccount()
    const somebody = by(built, { user: 'eve', address: '203.0.113.9', mfa: true })
    somebody.at(ago(5)).attachPolicy('Admin', { user: 'ada' })
    somebody.at(ago(4)).detachPolicy('Admin', { user: 'ada' })
    const verdict = await runAfter(built)
    expect(verdict.was_held).toMatchObject([
      {
        ...{ principal: { kind: 'user', name: 'ada' }, permission: 'iam', extent: 'all' },
        ...{ from: iso(ago(5)), until: iso(ago(4)), history_read: true },
        by: { principal: `iam::${built.account.account_id}:user:eve`, address: '203.0.113.9', mfa: true },
        paths: [{ links: [{ kind: 'attachment', policy: 'Admin' }] }],
      },
    ])
    expect(verdict.result).toBe('drift')
    expect(verdict.traces?.untold).toEqual([])
  })

  test('somebody who was made for it, and deleted', async () => {
    const built = adminAccount()
    by(built).at(ago(5)).createUser('ghost')
    by(built).at(ago(4)).attachPolicy('Admin', { user: 'ghost' })
    by(built).at(ago(3)).deleteUser('ghost')
    expect(told(await runAfter(built))).toEqual([['ghost', iso(ago(4)), iso(ago(3))]])
  })

  test('a policy that was made for it, and deleted', async () => {
    const built = account()
    const doing = by(built)
    doing.at(ago(5)).createPolicy('Short', document(allow('iam:*:*')))
    doing.at(ago(4)).attachPolicy('Short', { user: 'bob' })
    doing.at(ago(3)).detachPolicy('Short', { user: 'bob' })
    doing.at(ago(2)).deletePolicy('Short')
    expect(told(await runAfter(built))).toEqual([['bob', iso(ago(4)), iso(ago(3))]])
  })

  test('a member of the built-in group', async () => {
    const built = account()
    by(built).at(ago(5)).addUserToGroup('ada', 'admin')
    by(built).at(ago(4)).removeUserFromGroup('ada', 'admin')
    const [row] = (await runAfter(built)).was_held
    expect(row).toMatchObject({ from: iso(ago(5)), paths: [{ origin: { kind: 'builtin-group' } }] })
  })

  test('a legacy role that nobody has now', async () => {
    const built = account()
      .group('ops', 'ada')
      .role('iam-ops', { Version: '1.1', Statement: [allow('iam:users:*')] })
    by(built).at(ago(5)).grantRole('iam-ops', { group: 'ops' })
    by(built).at(ago(4)).revokeRole('iam-ops', { group: 'ops' })
    const verdict = await runAfter(built)
    expect(told(verdict)).toEqual([['ada', iso(ago(5)), iso(ago(4))]])
    expect(verdict.was_held[0]?.paths[0]?.links).toMatchObject([
      { kind: 'membership' },
      { kind: 'role', role: 'iam-ops' },
    ])
  })

  test('a version that was in force for an hour; the one before it is said to be unknown', async () => {
    const built = account()
      .policy('Team', document(allow('obs:*:*')))
      .attach('Team', { user: 'ada' })
    by(built)
      .at(ago(5))
      .createPolicyVersion('Team', document(allow('iam:*:*')))
    by(built).at(ago(4)).setDefaultPolicyVersion('Team', 'v1')
    const verdict = await runAfter(built)
    expect(told(verdict)).toEqual([['ada', iso(ago(5)), iso(ago(4))]])
    expect(verdict.traces?.untold).toMatchObject([
      {
        time: iso(ago(5)),
        operation: 'createPolicyVersionV5',
        why: 'which version was in force before is not known',
      },
    ])
    expect(verdict.notices.join()).toContain('cannot be undone (createPolicyVersionV5)')
  })

  test('a version that was deleted since is taken from the trace that made it', async () => {
    const built = account()
      .policy('Team', document(allow('obs:*:*')))
      .attach('Team', { user: 'ada' })
    by(built)
      .at(ago(5))
      .createPolicyVersion('Team', document(allow('iam:*:*')))
    by(built).at(ago(4)).setDefaultPolicyVersion('Team', 'v1')
    by(built).at(ago(3)).deletePolicyVersion('Team', 'v2')
    expect(told(await runAfter(built))).toEqual([['ada', iso(ago(5)), iso(ago(4))]])
  })

  test('an agency that trusted somebody more, and who could assume it', async () => {
    const stranger = 'f'.repeat(32)
    const built = adminAccount()
    const own = built.account.account_id
    built.agency('ci', trustIam(own)).attach('Admin', { agency: 'ci' })
    by(built).at(ago(6)).updateTrustPolicy('ci', trustIam(own))
    by(built)
      .at(ago(5))
      .updateTrustPolicy('ci', trustIam([own, stranger]))
    by(built).at(ago(4)).updateTrustPolicy('ci', trustIam(own))
    const verdict = await runAfter(built)
    expect(verdict.was_held).toMatchObject([
      {
        ...{ principal: { kind: 'agency', name: 'ci' }, from: iso(ago(5)), until: iso(ago(4)), grants: [] },
        parties: { trusted: [{ account: stranger }] },
      },
    ])
  })

  test('whoever a provider vouched for', async () => {
    const built = adminAccount().group('ops').attach('Admin', { group: 'ops' })
    const rules = [
      {
        remote: [{ type: 'Groups', any_one_of: ['x'] }, { type: 'name' }],
        local: [{ user: { name: '{0}' } }, { group: { name: 'ops' } }],
      },
    ]
    const doing = by(built)
    doing.at(ago(6)).createMapping('m', rules)
    doing.at(ago(5.5)).createIdentityProvider('evil')
    doing.at(ago(5)).createProtocol('evil', {
      ...{ protocol_id: 'saml', mapping_id: 'm', openid: null },
      metadata: null,
    })
    doing.at(ago(4)).deleteProtocol('evil', 'saml')
    doing.at(ago(3.5)).deleteIdentityProvider('evil')
    doing.at(ago(3)).deleteMapping('m')
    expect(told(await runAfter(built))).toEqual([['evil → ops', iso(ago(5)), iso(ago(4))]])
  })

  test('an agency that has expired since', async () => {
    const built = adminAccount()
    built
      .legacyAgency(
        'msp',
        { domain_id: idOf('account', 'partner'), domain_name: 'partner' },
        { expire_time: iso(ago(4)) },
      )
      .attach('Admin', { agency: 'msp' })
    by(built).at(ago(9)).createUser('anybody')
    expect(told(await runAfter(built))).toEqual([['msp', null, iso(ago(4))]])
  })

  test('before the window, and an end that nothing shows', async () => {
    const built = adminAccount().attach('Admin', { user: 'ada' })
    by(built).at(ago(4)).detachPolicy('Admin', { user: 'ada' })
    by(built).at(ago(3)).attachPolicy('Admin', { user: 'bob' })
    by(built).at(ago(2)).detachPolicy('Admin', { user: 'bob' })
    built.account.traces.pop()
    expect(told(await runAfter(built))).toEqual([
      ['ada', null, iso(ago(4))],
      ['bob', iso(ago(3)), null],
    ])
  })

  test('a document that nobody understands, attached and detached', async () => {
    const built = account().policy('Odd', '{"Version":"9"}')
    by(built).at(ago(5)).attachPolicy('Odd', { user: 'ada' })
    by(built).at(ago(4)).detachPolicy('Odd', { user: 'ada' })
    const verdict = await runAfter(built)
    expect(verdict).toMatchObject({ was_held: [], complete: false, result: 'incomplete' })
    expect(verdict.gaps).toMatchObject([
      {
        code: 'undetermined-past',
        message: expect.stringContaining('Within the window of the traces: What the policy Odd'),
      },
    ])
  })

  test('by whom: somebody through an agency that they assumed', async () => {
    const built = adminAccount().agency('ops', trustIam('*'))
    const own = built.account.account_id
    const session = `sts::${own}:assumed-agency:ops/night`
    by(built, { agency: 'ops', session: 'night', via: 'api' })
      .at(ago(5))
      .attachPolicy('Admin', { user: 'ada' })
    by(built, { agency: 'ops', session: 'night', via: 'api' })
      .at(ago(4))
      .detachPolicy('Admin', { user: 'ada' })
    expect((await runAfter(built)).was_held[0]?.by).toMatchObject({
      principal: session,
      through: 'ops',
      via: 'api',
      mfa: null,
    })
    built.account.traces.unshift({
      ...(built.account.traces[0] as (typeof built.account.traces)[number]),
      ...{ trace_id: 'assume', trace_name: 'agencyAssume', time: ago(6), resource_name: 'ops' },
      ...{ request: '{"agency_session_name":"night"}', user: { principal_urn: `iam::${own}:user:eve` } },
    })
    expect((await runAfter(built)).was_held[0]?.by).toMatchObject({
      principal: `iam::${own}:user:eve`,
      through: session,
    })
  })

  test('nothing of what is held now, or was given and is approved', async () => {
    const built = adminAccount()
    by(built).at(ago(5)).attachPolicy('Admin', { user: 'ada' })
    by(built).at(ago(4)).detachPolicy('Admin', { user: 'ada' })
    by(built).at(ago(3)).attachPolicy('Admin', { user: 'ada' })
    const verdict = await runAfter(built)
    expect(verdict.was_held).toEqual([])
    expect(verdict.drift).toMatchObject([{ principal: { name: 'ada' } }])
  })
})

describe('an earlier run', () => {
  const heldFrom = async (from: number, until: number): Promise<AccountBuilder> => {
    const built = adminAccount()
    by(built).at(from).attachPolicy('Admin', { user: 'ada' })
    await crawlWithTraces(built.account, { start: BEFORE })
    by(built).at(until).detachPolicy('Admin', { user: 'ada' })
    return built
  }

  test('read it, and has reported it', async () => {
    expect(told(await runAfter(await heldFrom(BEFORE - HOUR, ago(4))))).toEqual([])
  })

  test('found it; somebody revoked it and ran the audit again', async () => {
    const built = adminAccount().attach('Admin', { user: 'ada' })
    await crawlWithTraces(built.account, { start: NOW - 5 * MINUTE })
    by(built)
      .at(NOW - 3 * MINUTE)
      .detachPolicy('Admin', { user: 'ada' })
    expect(told(await runAfter(built))).toEqual([])
  })

  test('was over when more was given', async () => {
    const built = account()
      .policy('Users', document(allow('iam:users:*')))
      .policy('Admin', document(allow('iam:*:*')))
      .attach('Users', { user: 'ada' })
    await crawlWithTraces(built.account, { start: BEFORE })
    by(built).at(ago(6)).attachPolicy('Admin', { user: 'ada' })
    by(built).at(ago(5)).detachPolicy('Admin', { user: 'ada' })
    by(built).at(ago(4)).detachPolicy('Users', { user: 'ada' })
    const verdict = await runAfter(built)
    expect(told(verdict)).toEqual([['ada', iso(ago(6)), iso(ago(5))]])
    expect(verdict.was_held[0]?.extent).toBe('part')
  })

  test('began before it was given, and may have missed it', async () => {
    const built = adminAccount()
    await crawlWithTraces(built.account, { start: BEFORE })
    const first = built.account.traces.find((one) => one.trace_name === 'listGroupsV5')?.time ?? 0
    by(built)
      .at(first + 1)
      .attachPolicy('Admin', { user: 'ada' })
    by(built).at(ago(4)).detachPolicy('Admin', { user: 'ada' })
    expect(told(await runAfter(built))).toEqual([['ada', iso(first + 1), iso(ago(4))]])
  })

  test('of somebody else reports nothing to us', async () => {
    const built = adminAccount()
    by(built)
      .at(BEFORE - HOUR)
      .attachPolicy('Admin', { user: 'ada' })
    const principal = { principal_urn: 'iam::d78c:user:other', principal_id: 'other' }
    await crawlWithTraces(built.account, { start: BEFORE, principal })
    by(built).at(ago(4)).detachPolicy('Admin', { user: 'ada' })
    expect(told(await runAfter(built))).toEqual([['ada', iso(BEFORE - HOUR), iso(ago(4))]])
  })
})

describe('the baseline as it stood', () => {
  const went = (): AccountBuilder => {
    const built = adminAccount()
    by(built).at(ago(10)).attachPolicy('Admin', { user: 'ada' })
    by(built).at(ago(2)).detachPolicy('Admin', { user: 'ada' })
    return built
  }
  const approving = (built: AccountBuilder, rest: Partial<UserEntry> = {}): Baseline => ({
    ...baselineOf([entry('ada', { user_id: idOf('user', 'ada'), ...rest })], {}, [IAM]),
    account: built.account.account_id,
  })
  const empty = (built: AccountBuilder): Baseline => ({ ...approving(built), approvals: [] })
  const history = (
    before: Baseline | null,
    ...then: [number, Baseline | null | 'unreadable'][]
  ): BaselineHistory => ({
    changes: then.map(([time]) => time),
    at: (time) => then.findLast(([since]) => since <= time)?.[1] ?? before,
  })

  test('approved then: an entry removed after the access is a proper end', async () => {
    const built = went()
    const verdict = await runAfter(built, { history: history(approving(built), [ago(1), empty(built)]) })
    expect(told(verdict)).toEqual([])
  })

  test('the entry was removed first: from then on nothing approved it', async () => {
    const built = went()
    const verdict = await runAfter(built, { history: history(approving(built), [ago(5), empty(built)]) })
    expect(verdict.was_held).toMatchObject([{ from: iso(ago(5)), until: iso(ago(2)), by: null }])
  })

  test('approved only later, and approved now', async () => {
    const built = went()
    const entries = approving(built).approvals
    const verdict = await runAfter(built, {
      entries,
      history: history(empty(built), [ago(1), approving(built)]),
    })
    expect(told(verdict)).toEqual([])
  })

  test('expired at midnight: from then on nothing approved it', async () => {
    const built = adminAccount()
    const midnight = Date.parse('2026-11-24T00:00:00Z')
    by(built)
      .at(midnight - 2 * HOUR)
      .attachPolicy('Admin', { user: 'ada' })
    by(built)
      .at(midnight + 2 * HOUR)
      .detachPolicy('Admin', { user: 'ada' })
    const expiring = approving(built, { expires: '2026-11-23' })
    const verdict = await runAfter(built, { entries: expiring.approvals, history: history(expiring) })
    expect(told(verdict)).toEqual([['ada', iso(midnight), iso(midnight + 2 * HOUR)]])
  })

  test('no file then: nobody was approved', async () => {
    const built = went()
    expect(told(await runAfter(built, { history: history(null) }))).toEqual([
      ['ada', iso(ago(10)), iso(ago(2))],
    ])
  })

  test('a history that cannot be read: reported, and fails nothing', async () => {
    const built = went()
    const verdict = await runAfter(built, { history: history('unreadable' as never) })
    expect(verdict.was_held).toMatchObject([{ from: iso(ago(10)), history_read: false }])
    const rules = { failOn: new Set(['was-held'] as const), failOnSeverity: 'low' } as const
    expect(exitOf(verdict, rules).fails).toBe(false)
    expect(exitOf(await runAfter(built), rules)).toMatchObject({
      fails: true,
      reason: expect.stringContaining('ada'),
    })
  })
})

test('without traces in the config nothing of them is said', async () => {
  const built = adminAccount()
  by(built).at(ago(5)).attachPolicy('Admin', { user: 'ada' })
  by(built).at(ago(4)).detachPolicy('Admin', { user: 'ada' })
  const snapshot = await crawlWithTraces(built.account)
  const off = judged(snapshot, { traces: null })
  expect(off).toMatchObject({ was_held: [], traces: null, result: 'unchanged' })
  expect(off.coverage.find((row) => row.source === 'traces')).toMatchObject({ status: 'off' })
  const { traces: _, ...bare } = snapshot
  expect(judged(bare).gaps).toMatchObject([{ code: 'source-not-read', reaches: [{}] }])
})

/** An account in which people act while an audit runs before and after. */
import { createHash } from 'node:crypto'
import { AccountBuilder, Operations, type SimulatedAccount } from '../../simulator/iam/account.ts'
import type { Actor } from '../../simulator/iam/traces.ts'
import { documentRelevance } from '../../src/access/relevance.ts'
import type { Snapshot } from '../../src/account/snapshot.ts'
import { audit } from '../../src/audit/audit.ts'
import type { BaselineHistory } from '../../src/audit/baseline-history.ts'
import type { Verdict } from '../../src/audit/model.ts'
import type { Baseline, BaselineEntry } from '../../src/baseline/baseline.ts'
import { withTraces } from '../../src/cloud/traces/read-record.ts'
import { TraceApi } from '../../src/cloud/traces/trace-api.ts'
import type { Config } from '../../src/config/config.ts'
import type { Permission } from '../../src/policy/types.ts'
import { TraceCollector } from '../../src/traces/collect.ts'
import { wantedGroups, wantedOf } from '../../src/traces/wanted.ts'
import { baselineOf, configOf } from '../audit/stage.ts'
import { everySource, type Stage, type StageOptions, stage } from '../cloud/stage.ts'

export const MINUTE = 60_000
export const HOUR = 3_600_000
/** When the second run begins. */
export const NOW = Date.parse('2026-11-24T12:00:00Z')
/** When the first run began. */
export const BEFORE = NOW - 20 * HOUR

export const IAM: Permission = {
  ...{ name: 'iam', severity: 'high', holds: 'any' },
  ...{ actions: ['iam:*:*'], except: ['iam:*:get*', 'iam:*:list*'] },
}

export const auditor = {
  principal_urn: 'iam::d78c:user:auditor',
  principal_id: 'auditor',
} as const

export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

/** An account that is right: it has the built-in group, and users who hold nothing. */
export const account = (): AccountBuilder =>
  new AccountBuilder('acme', BEFORE - 1000 * HOUR).users('ada', 'bob', 'eve').group('admin')

export const withAgencies: Config['sources'] = {
  ...{ legacyRoles: 'required', agencies: 'required', federation: 'required' },
}

export interface RunOptions extends StageOptions {
  readonly hours?: number
  readonly region?: string
}

/** Where a run asks. */
export function open(
  built: SimulatedAccount,
  options: RunOptions = {},
): Stage & { readonly traces: TraceApi } {
  const opened = stage(built, { start: NOW, principal: auditor, maxRate: 1000, ...options })
  const traces = new TraceApi(opened.http, {
    iam: new URL('https://iam.myhuaweicloud.com'),
    cts: new URL('https://cts.ap-southeast-1.myhuaweicloud.com'),
    region: options.region ?? 'ap-southeast-1',
  })
  return { ...opened, traces }
}

/** Crawls, then reads the traces of the hours before. */
export async function crawlWithTraces(built: SimulatedAccount, options: RunOptions = {}): Promise<Snapshot> {
  const opened = open(built, options)
  return readTraces(opened, await crawlOnly(opened, built), options)
}

export function crawlOnly(opened: Stage, built: SimulatedAccount): Promise<Snapshot> {
  const { ofPolicy, ofRole } = documentRelevance([IAM], built.account_id, true)
  return opened.run({ sources: everySource, relevance: () => ofPolicy, roleRelevance: () => ofRole })
}

export function readTraces(
  opened: ReturnType<typeof open>,
  snapshot: Snapshot,
  { hours = 24 }: RunOptions = {},
): Promise<Snapshot> {
  return withTraces({
    ...{ iam: opened.api, traces: opened.traces, snapshot, hours, now: opened.clock.now() },
    taker: new TraceCollector(snapshot.auditor?.urn ?? null),
    wanted: (events) => wantedOf(snapshot, events),
    wantedGroups: (events, policies) => wantedGroups(snapshot, events, policies),
  })
}

export const by = (built: AccountBuilder, actor: Actor = { user: 'eve' }): Operations =>
  new Operations(built.account, actor, () => BEFORE)

export const alwaysApproved = (baseline: Baseline | null): BaselineHistory => ({
  changes: [],
  at: () => baseline,
})

export interface JudgeOptions {
  readonly entries?: readonly BaselineEntry[]
  readonly history?: BaselineHistory
  readonly permissions?: readonly Permission[]
  readonly traces?: number | null
}

/** What the audit says. */
export function judged(snapshot: Snapshot, options: JudgeOptions = {}): Verdict {
  const { entries = [], permissions = [IAM] } = options
  const baseline = { ...baselineOf(entries, {}, permissions), account: snapshot.account_id }
  return audit({
    snapshot,
    config: { ...configOf(permissions), traces: options.traces === undefined ? 24 : options.traces },
    baseline: { baseline, text: '', lines: [] },
    today: '2026-11-24',
    sha256,
    history: options.history ?? alwaysApproved(baseline),
  })
}

/** Reads the traces of a window, and what they name beside the account that was crawled. */
import type { CrawlGap, Snapshot } from '../../account/snapshot.ts'
import type { Reading, Trace, TraceEvent, TraceRecord } from '../../account/trace-record.ts'
import {
  AuthenticationError,
  CloudError,
  DeadlineError,
  ForbiddenError,
  KeysRefusedError,
  NotFoundError,
} from '../http/cloud-error.ts'
import type { Call } from '../iam/call.ts'
import type { IamApi, Listed } from '../iam/iam-api.ts'
import * as calls from '../iam/trace-calls.ts'
import * as v3 from '../iam/v3-calls.ts'
import * as v5 from '../iam/v5-calls.ts'
import type { TraceApi } from './trace-api.ts'

const HOUR = 3_600_000

/** Takes the traces, newest first, and says what they tell. */
export interface TraceTaker {
  add(trace: Trace): void
  finish(): { readonly events: readonly TraceEvent[]; readonly readings: readonly Reading[] }
}

export interface RecordOptions {
  readonly iam: IamApi
  readonly traces: TraceApi
  readonly snapshot: Snapshot
  /** Length of the window. */
  readonly hours: number
  /** Milliseconds since 1970, by the clock of the cloud. */
  readonly now: number
  readonly taker: TraceTaker
  /** What has to be read beside the snapshot. */
  readonly wanted: (events: readonly TraceEvent[]) => {
    readonly policies: readonly string[]
    readonly roles: readonly string[]
  }
  readonly wantedGroups: (
    events: readonly TraceEvent[],
    policies: TraceRecord['policies'],
  ) => readonly string[]
}

/**
 * The snapshot with the traces of a window. What could not be read of them is a gap: nobody can tell then who held
 * something in between.
 *
 * @throws AuthenticationError
 */
export async function withTraces(options: RecordOptions): Promise<Snapshot> {
  const { snapshot, traces, hours, now, taker } = options
  const window = { from: now - hours * HOUR, until: now }
  const gaps: CrawlGap[] = []
  const project = await attempt(gaps, calls.projects, () => traces.project())
  const read =
    project === null
      ? null
      : await attempt(gaps, calls.traces, () => traces.read(project, window, (trace) => taker.add(trace)))
  if (read?.problem) gaps.push(gapOf(calls.traces, read.problem))
  if (read !== null && read.count === 0 && read.problem === null) gaps.push(emptyWindow(hours))
  if (read === null || read.count === 0) return covered(snapshot, gaps, null, isDenied(gaps))
  const { events, readings } = taker.finish()
  const beyond = await readBeyond(options, events, gaps)
  const record: TraceRecord = {
    ...window,
    count: read.count,
    events: [...events],
    readings: [...readings],
    ...beyond,
  }
  return covered(snapshot, gaps, record, 'audited')
}

function covered(
  snapshot: Snapshot,
  gaps: readonly CrawlGap[],
  record: TraceRecord | null,
  status: Snapshot['coverage'][number]['status'],
): Snapshot {
  return {
    ...snapshot,
    traces: record,
    gaps: [...snapshot.gaps, ...gaps],
    coverage: snapshot.coverage.map((row) =>
      row.source === 'traces' ? { ...row, status, count: record?.count ?? null } : row,
    ),
  }
}

type Beyond = Pick<TraceRecord, 'policies' | 'memberships' | 'roles' | 'gone'>

async function readBeyond(
  { iam, wanted, wantedGroups }: RecordOptions,
  events: readonly TraceEvent[],
  gaps: CrawlGap[],
): Promise<Beyond> {
  const { policies: policyIds, roles: roleIds } = wanted(events)
  const beyond: Beyond = { policies: [], memberships: [], roles: [], gone: [] }
  for (const id of policyIds) {
    const policy = await readPolicy(iam, id, gaps)
    if (policy === null) beyond.gone.push(id)
    else beyond.policies.push(policy)
  }
  for (const role_id of roleIds) {
    const read = await attempt(gaps, v3.oneRole, () => iam.one(v3.oneRole, { role_id }))
    if (read === null) beyond.gone.push(role_id)
    else {
      const { name, display_name, catalog, domain_id, policy } = read.role
      const called = name ?? role_id
      beyond.roles.push({
        ...{ role_id, name: called, display_name: display_name ?? called },
        ...{ catalog: catalog ?? '', domain_id, policy },
      })
    }
  }
  for (const group_id of wantedGroups(events, beyond.policies)) {
    const read = await attempt(gaps, v5.members, () => iam.list(v5.members, {}, { group_id }))
    if (read === null) continue
    if (read.problem !== null) gaps.push(gapOf(v5.members, read.problem))
    beyond.memberships.push({ group_id, user_ids: read.rows.map((user) => user.user_id).sort() })
  }
  return beyond
}

/** Null: it is gone. */
async function readPolicy(
  iam: IamApi,
  policy_id: string,
  gaps: CrawlGap[],
): Promise<TraceRecord['policies'][number] | null> {
  const ids = { policy_id }
  const whole = async <T>(
    call: Call<unknown>,
    list: () => Promise<Listed<T>>,
  ): Promise<readonly T[] | null> => {
    const read = await attempt(gaps, call, list)
    if (read?.problem) gaps.push(gapOf(call, read.problem))
    return read?.rows ?? null
  }
  const versions = await whole(v5.policyVersions, () => iam.list(v5.policyVersions, ids))
  const inForce = versions?.find((one) => one.is_default)
  if (versions === null || inForce === undefined) return null
  const attachments = (await whole(v5.attachedEntities, () => iam.entities(policy_id))) ?? []
  // Only for its name: the verdict stands without.
  const named = await attempt([], calls.policy, () => iam.one(calls.policy, ids))
  return {
    policy_id,
    policy_name: named?.policy.policy_name ?? policy_id,
    policy_type: named?.policy.policy_type ?? null,
    default_version_id: inForce.version_id,
    versions: versions.map(({ version_id, created_at, document }) => ({ version_id, created_at, document })),
    attachments: [...attachments],
  }
}

/** Null when it failed; what is not there any more is no gap. */
async function attempt<T>(gaps: CrawlGap[], call: Call<unknown>, read: () => Promise<T>): Promise<T | null> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof CloudError) || error instanceof AuthenticationError) throw error
    const isList = call === calls.projects || call === calls.traces
    if (isList || !(error instanceof NotFoundError)) {
      const gap = gapOf(call, error)
      if (!gaps.some((one) => one.code === gap.code && one.call === gap.call)) gaps.push(gap)
    }
    return null
  }
}

const otherwise = 'or switch traces off in the config, with review.'

function gapOf(call: Call<unknown>, error: CloudError): CrawlGap {
  const isRefusal = error instanceof ForbiddenError
  const { action } = call
  return {
    code: error instanceof DeadlineError ? 'deadline' : isRefusal ? 'forbidden' : 'unreadable',
    call: call.id,
    message: `The traces of the account could not be read: ${error.message}`,
    remedy:
      error instanceof KeysRefusedError
        ? `Use another kind of keys, such as static keys of an IAM user that may only read, ${otherwise}`
        : isRefusal
          ? `Allow the auditor the IAM action ${action ?? 'of this call'}, ${otherwise}`
          : `Look at trace-region and trace-endpoint, run the audit again, ${otherwise}`,
    iam_action: isRefusal && !(error instanceof KeysRefusedError) ? action : null,
    http_code: error.code,
    scope: { type: 'source', source: 'traces' },
  }
}

/** The audit's own last reads are traced: a window without anything was not looked at. */
function emptyWindow(hours: number): CrawlGap {
  return {
    code: 'unreadable',
    call: calls.traces.id,
    message: `The traces of the last ${hours} hours hold nothing at all, not even the audit's own reads: the tracker is off, or they lie in another region.`,
    remedy: `Enable Cloud Trace Service for IAM, correct trace-region, ${otherwise}`,
    iam_action: null,
    http_code: null,
    scope: { type: 'source', source: 'traces' },
  }
}

function isDenied(gaps: readonly CrawlGap[]): 'denied' | 'not-attempted' {
  return gaps.some((gap) => gap.code === 'forbidden') ? 'denied' : 'not-attempted'
}

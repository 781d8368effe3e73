/** Reads the traces that the config asks for, after the account was crawled. */

import type { Snapshot } from '../account/snapshot.ts'
import { systemClock } from '../cloud/http/pace.ts'
import type { IamApi } from '../cloud/iam/iam-api.ts'
import { withTraces } from '../cloud/traces/read-record.ts'
import { TraceApi } from '../cloud/traces/trace-api.ts'
import type { Config } from '../config/config.ts'
import { TraceCollector } from '../traces/collect.ts'
import { wantedGroups, wantedOf } from '../traces/wanted.ts'
import type { Endpoints } from './account.ts'
import type { Inputs } from './inputs.ts'

const SECOND = 1000

/** The snapshot with the traces of the window; as it is where the config asks for none. @throws AuthenticationError */
export async function readTraces(
  { traceRegion }: Inputs,
  { traces: hours }: Config,
  snapshot: Snapshot,
  { api, endpoints }: { readonly api: IamApi; readonly endpoints: Endpoints },
): Promise<Snapshot> {
  if (hours === null) return snapshot
  const read = await withTraces({
    ...{ iam: api, snapshot, hours },
    traces: new TraceApi(api.http, { ...endpoints, region: traceRegion }),
    // Traces have the time of the cloud, whose Date tells it to the second: what was just read is in the window.
    now: systemClock.now() - (api.http.clockOffset ?? 0) + SECOND,
    taker: new TraceCollector(snapshot.auditor?.urn ?? null),
    wanted: (events) => wantedOf(snapshot, events),
    wantedGroups: (events, policies) => wantedGroups(snapshot, events, policies),
  })
  const { requests, retries } = api.http.stats
  return { ...read, stats: { ...read.stats, requests, retries } }
}

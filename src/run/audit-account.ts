/** The account held against config and baseline: what every mode that needs a verdict shares. */
import { createHash } from 'node:crypto'
import type { Findings } from '../access/findings.ts'
import type { Snapshot } from '../account/snapshot.ts'
import { auditWithFindings } from '../audit/audit.ts'
import type { Verdict } from '../audit/model.ts'
import { withOrdinary } from '../audit/ordinary.ts'
import { withRestores } from '../audit/restore.ts'
import type { IamApi } from '../cloud/iam/iam-api.ts'
import { crawlAccount, loadSnapshot, refuseOtherAccount } from './account.ts'
import type { AccountRun } from './account-run.ts'
import type { Approvals } from './approvals.ts'
import type { ReadHistory } from './baseline-history.ts'
import { readAfter } from './read-after.ts'
import { readTraces } from './traces.ts'

export interface Audited {
  readonly approvals: Approvals
  readonly snapshot: Snapshot
  readonly verdict: Verdict
  readonly found: Findings
  readonly remarks: readonly string[]
  /** The client that crawled; null where a snapshot was read. */
  readonly api: IamApi | null
}

/** The baseline as it stood within a window that begins at this time, in milliseconds since 1970. */
export type HistoryReader = (from: number) => Promise<ReadHistory>

/**
 * Reads files and account and decides; shared with the modes that need the same verdict.
 *
 * @param readHistory given by the mode that looks at traces and shows ways out; without it nobody does
 * @throws UserError
 */
export async function auditAccount(
  run: AccountRun,
  approvals: Approvals,
  readHistory: HistoryReader | null = null,
): Promise<Audited> {
  const { inputs, log } = run
  const { baseline } = approvals
  const config = readHistory === null ? { ...approvals.config, traces: null } : approvals.config
  const expected = [
    ...(config.account === null ? [] : [{ account: config.account, where: inputs.config }]),
    ...(baseline === null ? [] : [{ account: baseline.baseline.account, where: inputs.baseline }]),
  ]
  const remarks: string[] = []
  let snapshot: Snapshot
  let api: IamApi | null = null
  if (inputs.snapshot === '') {
    const approved = baseline?.baseline ?? null
    const crawled = await crawlAccount(run, config, approved, expected)
    snapshot = await readTraces(inputs, config, crawled.snapshot, crawled)
    api = crawled.api
  } else {
    const loaded = await loadSnapshot(inputs.snapshot)
    refuseOtherAccount(loaded.snapshot.account_id, expected)
    if (loaded.warning !== null) {
      log.warning(loaded.warning)
      remarks.push(loaded.warning)
    }
    snapshot = loaded.snapshot
  }
  const window = config.traces === null ? null : (snapshot.traces ?? null)
  const read = window === null || readHistory === null ? null : await readHistory(window.from)
  if (read?.remark) remarks.push(read.remark)
  const input = {
    ...(read === null ? {} : { history: read.history }),
    ...{ snapshot, config, baseline, configPath: inputs.config },
    ...{ today: today(), sha256 },
  }
  const { verdict, found } = auditWithFindings(input)
  const audited = { approvals, found, remarks, api }
  // Only whoever looks at what happened shows ways out.
  if (readHistory === null) return { ...audited, snapshot, verdict }
  if (api !== null && verdict.drift.length > 0) snapshot = await readAfter(api, snapshot, { verdict, found })
  const restorable = withRestores(verdict, { ...input, snapshot })
  const { permissions } = config
  return {
    ...audited,
    snapshot,
    verdict: withOrdinary(restorable, { found, snapshot, permissions }),
  }
}

/** Hex digest of the UTF-8 bytes of a text. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

/** The present UTC day. */
export function today(): string {
  return new Date().toISOString().slice(0, 10)
}

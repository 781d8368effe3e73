/** What the traces of a window add to a verdict: who held something in between, and what nobody can tell of it. */
import type { Findings } from '../access/findings.ts'
import { inBetween, undecidedGap } from '../access/gap.ts'
import { documentRelevance } from '../access/relevance.ts'
import type { CrawlGap, Snapshot } from '../account/snapshot.ts'
import type { Baseline } from '../baseline/baseline.ts'
import type { Config } from '../config/config.ts'
import type { Catalogue } from '../policy/types.ts'
import type { Untold } from '../traces/facts.ts'
import { AccountHistory } from '../traces/history.ts'
import { type BaselineHistory, unreadHistory } from './baseline-history.ts'
import type { Gap, TraceFindings, UntoldChange, WasHeldRow } from './model.ts'
import { findWasHeld } from './was-held.ts'

export interface PastInput {
  readonly snapshot: Snapshot
  readonly config: Config
  readonly baseline: Baseline | null
  readonly history?: BaselineHistory
  readonly catalogue: Catalogue
  readonly found: Findings
  readonly sha256: (text: string) => string
}

export interface Past {
  readonly rows: readonly WasHeldRow[]
  readonly traces: TraceFindings | null
  readonly notices: readonly string[]
  /** What of the window could not be decided. */
  readonly gaps: readonly Gap[]
}

/** Nothing where no traces were read. Without a baseline nobody is approved, and nothing is compared. */
export function findPast(input: PastInput): Past {
  const { snapshot, config, baseline, history = unreadHistory, found } = input
  const record = snapshot.traces ?? null
  if (record === null) return { rows: [], traces: null, notices: [], gaps: [] }
  const { ofPolicy } = documentRelevance(
    config.permissions,
    snapshot.account_id,
    config.sources.agencies !== 'off',
  )
  const account = new AccountHistory({
    snapshot,
    record,
    matters: (document) => ofPolicy(document) !== 'none',
    builtinGroups: new Set(found.admin_group === null ? [] : [found.admin_group]),
  })
  const { rows, undecided } =
    baseline === null
      ? { rows: [], undecided: [] }
      : findWasHeld({ ...input, baseline, history, record, account })
  const untold = account.untold.map(untoldChange)
  return {
    rows,
    traces: {
      from: new Date(record.from).toISOString(),
      until: new Date(record.until).toISOString(),
      count: record.count,
      untold,
      history_read: history !== unreadHistory && rows.every((row) => row.history_read),
    },
    notices: untoldNotice(untold),
    gaps: undecided.slice(0, LONGEST_LIST).map(undecidedPast),
  }
}

/** Gaps that tell of one window: after so many the others say the same. */
const LONGEST_LIST = 20

function undecidedPast(message: string): Gap {
  return undecidedGap(
    {
      ...{ code: 'undetermined-past', call: 'traces', message },
      remedy: 'Look at the traces of the window yourself; it is looked at until the window has passed.',
    },
    [inBetween],
  )
}

function untoldChange({ event, why }: Untold): UntoldChange {
  const { about, by, operation } = event
  return { time: by.time, operation, type: about.type, name: about.name || about.id, why, by }
}

function untoldNotice(untold: readonly UntoldChange[]): string[] {
  if (untold.length === 0) return []
  const operations = [...new Set(untold.map((one) => one.operation))].sort()
  const named = operations.slice(0, 5).join(', ')
  const more = operations.length > 5 ? ` and ${operations.length - 5} more` : ''
  return [
    `${untold.length === 1 ? 'One change' : `${untold.length} changes`} within the window of the traces cannot be undone (${named}${more}): who held something by what was there before is not known, and nobody is accused of it.`,
  ]
}

/** The snapshot as this audit looks at it: without traces that the config does not ask for, and a gap for those it does. */
export function withTraceSetting(snapshot: Snapshot, { traces }: Config): Snapshot {
  const isOfTraces = ({ scope }: CrawlGap): boolean => scope.type === 'source' && scope.source === 'traces'
  if (traces === null)
    return {
      ...snapshot,
      traces: null,
      gaps: snapshot.gaps.filter((gap) => !isOfTraces(gap)),
      coverage: snapshot.coverage.map((row) =>
        row.source === 'traces' ? { ...row, status: 'off', count: null } : row,
      ),
    }
  if ((snapshot.traces ?? null) !== null || snapshot.gaps.some(isOfTraces)) return snapshot
  return { ...snapshot, gaps: [...snapshot.gaps, notRead] }
}

const notRead: CrawlGap = {
  code: 'source-not-read',
  call: 'crawl',
  message: 'The config asks for traces, and this snapshot has none.',
  remedy: 'Crawl the account with the present config; or switch traces off in the config, with review.',
  iam_action: null,
  http_code: null,
  scope: { type: 'source', source: 'traces' },
}

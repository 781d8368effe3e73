/** Builds the JSON report from what was decided. Adds nothing and renders nothing. */
import type { Drift, RunInfo, Verdict } from '../audit/model.ts'
import type { BaselineEntry } from '../baseline/baseline.ts'
import { entryJson } from '../baseline/write-baseline.ts'
import type { Report } from './report-schema.ts'

export interface ReportContext {
  readonly kind: Report['kind']
  /** ISO 8601. */
  readonly generatedAt: string
  readonly tool: Report['tool']
  readonly run: RunInfo
  readonly inputs: Report['inputs']
}

/** The report of an audit. */
export function buildReport(verdict: Verdict, context: ReportContext): Report {
  const kind = (wanted: Drift['kind']) => verdict.drift.filter((row) => row.kind === wanted).map(driftJson)
  return mutable({
    version: 1,
    kind: context.kind,
    generated_at: context.generatedAt,
    tool: context.tool,
    run: context.run,
    inputs: context.inputs,
    account: verdict.account,
    auditor: verdict.auditor,
    result: verdict.result,
    complete: verdict.complete,
    gaps: verdict.gaps,
    known_gaps: verdict.known_gaps,
    notices: verdict.notices,
    coverage: verdict.coverage,
    population: verdict.population,
    catalogue: verdict.catalogue,
    root_user: verdict.root_user,
    grants: verdict.holdings.map((holding) => ({ ...holding, approval: approvalJson(holding.approval) })),
    drift: {
      unapproved_holders: kind('unapproved-holder'),
      exceeds_approval: kind('exceeds-approval'),
      approval_expired: kind('approval-expired'),
    },
    no_longer_held: verdict.no_longer_held.map(differenceJson),
    reduced: verdict.reduced.map(differenceJson),
    expiring: verdict.expiring.map(({ entry_index: _, ...row }) => row),
    renamed: verdict.renamed,
    unreviewed: verdict.unreviewed.map(({ entry_index: _, ...row }) => row),
    stats: {
      requests: verdict.stats.requests,
      retries: verdict.stats.retries,
      duration_ms: verdict.stats.duration_ms,
    },
  })
}

function approvalJson(entry: BaselineEntry | null): unknown {
  return entry === null ? null : entryJson(entry)
}

function driftJson(row: Drift): unknown {
  const { severity, extent, restricted, paths, cause } = row
  return { ...differenceJson(row), severity, extent, restricted, paths, cause }
}

function differenceJson(row: Omit<Drift, 'kind'> | Verdict['no_longer_held'][number]): unknown {
  const { user_id, user, permission, grants, actions, example } = row
  return { user_id, user, permission, grants, actions: [...actions].sort(), example }
}

/** The schema's type is the mutable twin of the verdict's readonly one. */
function mutable(report: unknown): Report {
  return report as Report
}

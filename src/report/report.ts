/** Builds the JSON report from what was decided. Adds nothing and renders nothing. */
import type { DifferenceRow, Drift, RunInfo, Verdict } from '../audit/model.ts'
import type { BaselineEntry } from '../baseline/baseline.ts'
import { entryJson } from '../baseline/write-baseline.ts'
import type { GateVerdict } from '../gate/model.ts'
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
    grants: verdict.holdings.map((holding) => ({
      ...holding,
      actions: [...holding.actions].sort(),
      approval: approvalJson(holding.approval),
    })),
    drift: {
      unapproved_holders: kind('unapproved-holder'),
      exceeds_approval: kind('exceeds-approval'),
      approval_expired: kind('approval-expired'),
    },
    no_longer_held: verdict.no_longer_held.map(differenceJson),
    reduced: verdict.reduced.map(differenceJson),
    expiring: verdict.expiring.map(({ entry_index: _, ...row }) => ({ ...row, ...nothing })),
    renamed: verdict.renamed.map((row) => ({ ...row, ...nothing })),
    unreviewed: verdict.unreviewed.map(({ entry_index: _, ...row }) => ({ ...row, ...nothing })),
    stats: {
      requests: verdict.stats.requests,
      retries: verdict.stats.retries,
      duration_ms: verdict.stats.duration_ms,
    },
  })
}

/** Rows beside drift have the fields of the others: nothing was gained or lost. */
const nothing = { grants: [], actions: [], example: null }

function approvalJson(entry: BaselineEntry | null): unknown {
  return entry === null ? null : entryJson(entry)
}

function driftJson(row: Drift): object {
  const { severity, extent, restricted, paths, cause } = row
  return { ...differenceJson(row), severity, extent, restricted, paths, cause }
}

function differenceJson(row: DifferenceRow): object {
  const { user_id, user, permission, grants, actions, example } = row
  return { user_id, user, permission, grants, actions: [...actions].sort(), example }
}

/** The schema's type is the mutable twin of the verdict's readonly one. */
function mutable(report: unknown): Report {
  return report as Report
}

/** The report of a gate: no holdings, but what the pull request changes. */
export function buildGateReport(verdict: GateVerdict, context: ReportContext): Report {
  return {
    ...emptyReport(context, verdict.result),
    complete: verdict.verification?.verified === true,
    notices: [...verdict.notices],
    entries: verdict.entries.map(({ user_id, user, permission, change }) => ({
      user_id,
      user,
      permission,
      change,
    })),
    scope_changes: verdict.scope_changes.map((change) => change.message),
  }
}

/** What a check knows of the cloud it asked. */
export interface Asked {
  readonly account: Report['account']
  readonly auditor: Report['auditor']
  readonly stats: Report['stats']
}

/** The report of a check: who asked, and what is missing. */
export function buildCheckReport(
  result: 'passed' | 'failed',
  problems: readonly string[],
  asked: Asked,
  context: ReportContext,
): Report {
  return { ...emptyReport(context, result), ...asked, complete: result === 'passed', problems: [...problems] }
}

/** The report of a run that stopped before a verdict: it says why, and nothing about who holds what. */
export function buildStoppedReport(problems: readonly string[], context: ReportContext): Report {
  return { ...emptyReport(context, 'error'), problems: [...problems] }
}

/** Every field, with nothing in it. */
function emptyReport(context: ReportContext, result: string): Report {
  return {
    version: 1,
    kind: context.kind,
    generated_at: context.generatedAt,
    tool: context.tool,
    run: context.run,
    inputs: context.inputs,
    ...{ account: null, auditor: null, result, complete: false },
    ...{ gaps: [], known_gaps: [], notices: [], coverage: [], population: null },
    ...{ catalogue: null, root_user: null, grants: [] },
    drift: { unapproved_holders: [], exceeds_approval: [], approval_expired: [] },
    ...{ no_longer_held: [], reduced: [], expiring: [], renamed: [], unreviewed: [] },
    stats: { requests: 0, retries: 0, duration_ms: 0 },
  }
}

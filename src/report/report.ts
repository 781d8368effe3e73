/** Builds the JSON report from what was decided. Adds nothing and renders nothing. */
import type { Gap, LiveKnownGap } from '../access/model.ts'
import { type NamedPrincipal, principalKey } from '../account/principal.ts'
import { type SeenLoss, seenLoss } from '../audit/losers.ts'
import {
  type ApprovedHolding,
  type DifferenceRow,
  type Drift,
  noParties,
  type RunInfo,
  type Verdict,
  type WasHeldRow,
} from '../audit/model.ts'
import type { BaselineEntry } from '../baseline/baseline.ts'
import { entryJson } from '../baseline/write-baseline.ts'
import type { GateVerdict } from '../gate/model.ts'
import { type Subject, subjectsOf } from '../render/principal-words.ts'
import { pathJson, principalJson } from './path-json.ts'
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
  const subjectOf = subjectsOf(verdict)
  const whoBrought = new Map(verdict.causes.map(({ key, by }) => [key, by]))
  const kind = (wanted: Drift['kind']) =>
    verdict.drift
      .filter((row) => row.kind === wanted)
      .map((row) => ({
        ...driftJson(row, subjectOf(row.principal)),
        by: whoBrought.get(row.cause) ?? null,
      }))
  return mutable({
    version: 2,
    kind: context.kind,
    generated_at: context.generatedAt,
    tool: context.tool,
    run: context.run,
    inputs: context.inputs,
    account: verdict.account,
    auditor: verdict.auditor,
    result: verdict.result,
    complete: verdict.complete,
    gaps: verdict.gaps.map(gapJson),
    known_gaps: verdict.known_gaps.map(knownGapJson),
    notices: verdict.notices,
    coverage: verdict.coverage,
    population: verdict.population,
    catalogue: verdict.catalogue,
    root_user: verdict.root_user,
    grants: verdict.holdings.filter((one) => one.counts).map(holdingJson),
    partial: verdict.partial.map(holdingJson),
    dormant: verdict.dormant,
    drift: {
      unapproved_holders: kind('unapproved-holder'),
      exceeds_approval: kind('exceeds-approval'),
      approval_expired: kind('approval-expired'),
      was_held: verdict.was_held.map((row) => wasHeldJson(row, subjectOf(row.principal))),
    },
    traces: verdict.traces,
    no_longer_held: verdict.no_longer_held.map(differenceJson),
    reduced: verdict.reduced.map(differenceJson),
    expiring: verdict.expiring.map(rowBeside),
    renamed: verdict.renamed.map(rowBeside),
    unreviewed: verdict.unreviewed.map(rowBeside),
    stats: {
      requests: verdict.stats.requests,
      retries: verdict.stats.retries,
      duration_ms: verdict.stats.duration_ms,
    },
  })
}

/** Rows beside drift have the fields of the others: nothing was gained or lost. */
function rowBeside<Row extends { readonly principal: NamedPrincipal; readonly entry_index: number }>(
  row: Row,
): object {
  const { principal, entry_index: _, ...fields } = row
  return { ...principalJson(principal), ...fields, grants: [], actions: [], example: null, ...noParties }
}

export function gapJson({ reaches, ...gap }: Gap): object {
  return { ...gap, reaches: reaches?.map(principalJson) ?? null }
}

function knownGapJson({ reaches, ...gap }: LiveKnownGap): object {
  return { ...gap, reaches: reaches.map(principalJson) }
}

export function holdingJson(holding: ApprovedHolding): object {
  const { principal, enabled, permission, severity, extent, restricted, grants, approval } = holding
  const { trusted, when, issuer, keys } = holding
  return {
    ...{ ...principalJson(principal), enabled, permission, severity, extent, restricted, grants },
    actions: [...holding.actions].sort(),
    paths: holding.paths.map((path) => pathJson(holding, path)),
    paths_omitted: holding.paths_omitted,
    conditional_denies: holding.conditional_denies,
    ...(trusted === null ? {} : { trusted }),
    ...(when === null ? {} : { when, issuer, keys }),
    approval: approvalJson(approval),
  }
}

function approvalJson(entry: BaselineEntry | null): unknown {
  return entry === null ? null : entryJson(entry)
}

function driftJson(row: Drift, subject: Subject): object {
  const { severity, enabled, extent, restricted, conditional_denies, cause } = row
  return {
    ...{ ...differenceJson(row), severity, enabled, extent, restricted },
    paths: row.paths.map((path) => pathJson(subject, path)),
    conditional_denies,
    revocations: row.revocations.map((one) => ({
      operations: one.cuts.map(({ operation }) => operation),
      others: one.others,
      ordinary: ordinaryJson(seenLoss([one], new Set([principalKey(row.principal)]))),
    })),
    cause,
  }
}

function ordinaryJson(loss: SeenLoss | null): object | null {
  if (loss === null) return null
  const { others, services, own, unread, unlisted } = loss
  return { others, services, own_services: own, unread, unlisted }
}

function wasHeldJson(row: WasHeldRow, subject: Subject): object {
  const { severity, enabled, extent, restricted, from, until, by, ended_by, history_read } = row
  return {
    ...{ ...differenceJson(row), severity, enabled, extent, restricted },
    ...{ from, until, by, ended_by, history_read },
    paths: row.paths.map((path) => pathJson(subject, path)),
  }
}

function differenceJson({ principal, permission, grants, actions, example, parties }: DifferenceRow): object {
  const sorted = [...actions].sort()
  return { ...principalJson(principal), permission, grants, actions: sorted, example, ...parties }
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
    entries: verdict.entries.map(({ principal, permission, change }) => ({
      ...principalJson(principal),
      ...{ permission, change },
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
    version: 2,
    kind: context.kind,
    generated_at: context.generatedAt,
    tool: context.tool,
    run: context.run,
    inputs: context.inputs,
    ...{ account: null, auditor: null, result, complete: false },
    ...{ gaps: [], known_gaps: [], notices: [], coverage: [], population: null },
    ...{ catalogue: null, root_user: null, grants: [], partial: [], dormant: [] },
    drift: { unapproved_holders: [], exceeds_approval: [], approval_expired: [], was_held: [] },
    traces: null,
    ...{ no_longer_held: [], reduced: [], expiring: [], renamed: [], unreviewed: [] },
    stats: { requests: 0, retries: 0, duration_ms: 0 },
  }
}

/** What a report says of itself: when, by what, in which run, from which files. */
import type { RunInfo } from '../audit/model.ts'
import type { ReportContext } from '../report/report.ts'
import type { Approvals } from './approvals.ts'
import { sha256 } from './audit-account.ts'
import { toolInfo } from './tool.ts'

/** For a report that is made now. */
export function reportContext(
  kind: ReportContext['kind'],
  { configText, baseline }: Pick<Approvals, 'configText' | 'baseline'>,
  run: RunInfo,
): ReportContext {
  return contextOfTexts(kind, { config: configText, baseline: baseline?.text ?? null }, run)
}

/** The same from the texts alone; null where there is none. */
export function contextOfTexts(
  kind: ReportContext['kind'],
  { config, baseline }: { readonly config: string | null; readonly baseline: string | null },
  run: RunInfo,
): ReportContext {
  const digest = (text: string | null): string | null => (text === null ? null : sha256(text))
  return {
    ...{ kind, generatedAt: new Date().toISOString(), tool: toolInfo(), run },
    inputs: { config_sha256: digest(config), baseline_sha256: digest(baseline) },
  }
}

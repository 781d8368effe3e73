/** `iam-audit audit`: the verdict of the action, wherever it is asked for. */
import { join, resolve } from 'node:path'
import { exitOf } from '../audit/exit.ts'
import { visible } from '../render/escape.ts'
import { renderHoldersCsv } from '../render/evidence/csv.ts'
import { renderEvidence } from '../render/evidence/page.ts'
import { renderLog } from '../render/log.ts'
import { renderSarif } from '../render/sarif.ts'
import { renderSummary } from '../render/summary.ts'
import { buildReport, type ReportContext } from '../report/report.ts'
import { saveSnapshot } from '../run/account.ts'
import { refuseRootEntries } from '../run/approvals.ts'
import { type Audited, auditAccount } from '../run/audit-account.ts'
import { holderActivity } from '../run/holder-activity.ts'
import { placesOf } from '../run/places.ts'
import { proposedText } from '../run/proposal.ts'
import { reportContext } from '../run/report-context.ts'
import { scrubAll } from '../run/secrets.ts'
import { toolInfo } from '../run/tool.ts'
import { writeAtomically } from '../run/workspace.ts'
import { type Answer, type CommandRun, type Format, jsonText, optionValue, textOf } from './command.ts'
import { readFiles } from './files.ts'
import { holderLines } from './holder-lines.ts'
import { localHistory } from './local-history.ts'
import { pipelineInfo } from './pipeline.ts'

const FIRST_BASELINE =
  'iam-audit update-baseline writes the first baseline: fill in each justification and let somebody review it.'

/** Audits. @throws UserError, CloudError */
export async function auditCommand(run: CommandRun): Promise<Answer> {
  const { inputs, folder, format, environment } = run
  const approvals = await readFiles(folder, inputs)
  const audited = await auditAccount(run, approvals, (from) => localHistory(run, from))
  refuseRootEntries(approvals, inputs.baseline, audited.snapshot.users)
  await saveSnapshot(inputs, audited.snapshot)
  const made: Made = {
    // Scrubbed before it is rendered: what an escape splits is not found afterwards.
    audited: { ...audited, verdict: scrubAll(audited.verdict) },
    about: reportContext('audit', approvals, pipelineInfo(environment)),
  }
  const exit = exitOf(made.audited.verdict, inputs)
  const kept = await keepArtifacts(run, made)
  return {
    output: await renderings[format](run, made),
    notes: [
      ...[...audited.remarks, ...kept, ...(exit.reason === null ? [] : [exit.reason])],
      ...(made.audited.verdict.has_baseline ? [] : [FIRST_BASELINE]),
    ].map(visible),
    exitCode: exit.fails ? 1 : 0,
  }
}

interface Made {
  readonly audited: Audited
  readonly about: ReportContext
}

type Rendering = (run: CommandRun, made: Made) => string | Promise<string>

const renderings: Readonly<Record<Format, Rendering>> = {
  text: ({ own }, { audited }) => textOf(auditLines(audited, own.ids === true, own.holders === true)),
  json: (_, { audited, about }) => jsonText(buildReport(audited.verdict, about)),
  markdown: ({ inputs }, { audited }) =>
    renderSummary(audited.verdict, {
      baselinePath: inputs.baseline,
      proposal: audited.approvals.baseline === null ? proposedText(audited) : null,
      remarks: audited.remarks,
    }),
  html: async (run, made) => renderEvidence(made.audited.verdict, await evidenceContext(run, made)),
  sarif: ({ inputs, folder }, { audited }) =>
    renderSarif(audited.verdict, placesOf(audited.approvals, inputs, folder), toolInfo().version),
}

/** The lines of the action's log; and who holds what, where nobody was approved yet or it is asked for. */
function auditLines({ verdict }: Audited, ids: boolean, all: boolean): string[] {
  const holders = all || !verdict.has_baseline ? holderLines(verdict.holdings, { ids, permission: true }) : []
  return [
    ...renderLog(verdict),
    ...(holders.length > 0 ? ['', 'Who holds what, by the way they came:', ...holders] : []),
  ]
}

async function evidenceContext(
  { inputs }: CommandRun,
  { audited: { verdict, approvals, api }, about }: Made,
): Promise<Parameters<typeof renderEvidence>[1]> {
  return {
    ...about,
    ...{ configPath: inputs.config, baselinePath: inputs.baseline },
    origins: new Map(),
    unread: ['Who approved what, and in which commit, was not read: the action asks GitHub for that.'],
    activity: await holderActivity(verdict, approvals.config, api),
  }
}

/** Every format of one audit, for whoever archives it; what was written, in words. */
async function keepArtifacts(run: CommandRun, made: Made): Promise<string[]> {
  const artifacts = optionValue(run, 'artifacts')
  if (artifacts === null) return []
  const { verdict } = made.audited
  const evidence = await evidenceContext(run, made)
  const files: Readonly<Record<string, string | null>> = {
    'report.json': await renderings.json(run, made),
    'summary.md': await renderings.markdown(run, made),
    'evidence.html': renderEvidence(verdict, evidence),
    'holders.csv': renderHoldersCsv(verdict, evidence),
    'iam-audit.sarif': await renderings.sarif(run, made),
    'proposed-baseline.json': proposedText(made.audited),
  }
  for (const [name, text] of Object.entries(files))
    if (text !== null) await writeAtomically(join(resolve(run.folder, artifacts), name), text)
  return [`Wrote report, summary, evidence, holders and SARIF to ${artifacts}.`]
}

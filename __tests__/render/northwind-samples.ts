/** What people see of the company in each situation: summary, issue, log, evidence and CSV, as texts. */
import type { Verdict } from '../../src/audit/model.ts'
import { entryKey } from '../../src/baseline/entry.ts'
import type { ApprovalOrigin, EvidenceContext } from '../../src/render/evidence/context.ts'
import { renderHoldersCsv } from '../../src/render/evidence/csv.ts'
import { renderEvidence } from '../../src/render/evidence/page.ts'
import { desiredIssue } from '../../src/render/issue.ts'
import type { Links } from '../../src/render/links.ts'
import { renderLog } from '../../src/render/log.ts'
import { renderSummary } from '../../src/render/summary.ts'
import { baseConfig } from './base-config.ts'
import { ACCOUNT } from './ids.ts'
import { situations } from './northwind.ts'

export const links: Links = {
  updateWorkflow: {
    file: 'iam-audit-update.yml',
    url: 'https://github.com/acme/security/actions/workflows/iam-audit-update.yml',
  },
  issue: { number: 1, url: 'https://github.com/acme/security/issues/1' },
}
const runUrl = 'https://github.com/acme/security/actions/runs/77'
const baselinePath = '.github/iam-baseline.json'

/** Every approval came by one pull request; what was asked of users was refused in part. */
export function evidenceContext({ holdings }: Pick<Verdict, 'holdings'>): EvidenceContext {
  const origin: ApprovalOrigin = {
    commit: {
      sha: 'cafe1234567890abcdef1234567890abcdef1234',
      url: 'https://github.com/acme/security/commit/cafe1234567890abcdef1234567890abcdef1234',
      ...{ author: 'octocat', committedAt: '2026-05-01T09:00:00Z' },
    },
    pullRequest: { number: 12, url: 'https://github.com/acme/security/pull/12', author: 'octocat' },
    reviewers: ['hubot', 'monalisa'],
  }
  return {
    generatedAt: '2026-11-26T03:18:00Z',
    tool: { version: '1.0.0', commit: 'abcdef0', presets_digest: 'p1', catalogue_digest: 'c1' },
    run: {
      ...{ repository: 'acme/security', sha: 'f00dfeed', run_id: '77', run_attempt: '1', url: runUrl },
      ...{ event: 'schedule', actor: 'octocat' },
    },
    inputs: { config_sha256: 'aa'.repeat(32), baseline_sha256: 'bb'.repeat(32) },
    ...{ configPath: '.github/iam-audit.yml', baselinePath, unread: [] },
    origins: new Map(
      holdings.flatMap(({ approval }) => (approval === null ? [] : [[entryKey(approval), origin] as const])),
    ),
    activity: new Map(
      holdings
        .filter(({ principal }) => principal.kind === 'user')
        .map(({ principal }, at) => [
          principal.id,
          {
            last_login: { known: at % 5 === 0 ? null : '2026-11-20T07:00:00Z' },
            access_keys: {
              known: [
                { created_at: '2025-01-01T00:00:00Z', last_used_at: '2026-11-25T10:00:00Z', active: true },
              ],
            },
            mfa: { refused: 'iam:mfa:listMFADevicesV5' },
          },
        ]),
    ),
  }
}

/** The visible part of the issue. */
export function issueText(verdict: Verdict, budget = 60_000): string {
  const key = { account: ACCOUNT, baseline: baselinePath }
  const desired = desiredIssue(verdict, { key, config: baseConfig, runUrl, links })
  const { head, drift, rest } = desired.render({ standing: null, budget, stamp: desired.stamp })
  return `${head}\n${drift}\n\n${rest}`
}

export function summaryText(verdict: Verdict): string {
  return renderSummary(verdict, { baselinePath, proposal: '{\n  "version": 1\n}\n', remarks: [], links })
}

/** Every golden file of the company: its name and its text. */
export function northwindSamples(): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  for (const [name, verdict] of Object.entries(situations())) {
    files.set(`${name}.summary.md`, summaryText(verdict))
    files.set(`${name}.log.txt`, `${renderLog(verdict).join('\n')}\n`)
    if (verdict.has_baseline) files.set(`${name}.issue.md`, issueText(verdict))
    if (name === '400-principals' || name === '40-causes') continue
    files.set(`${name}.evidence.html`, renderEvidence(verdict, evidenceContext(verdict)))
    files.set(`${name}.holders.csv`, renderHoldersCsv(verdict, evidenceContext(verdict)))
  }
  return files
}

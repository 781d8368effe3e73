/** The outputs of `action.yml`, every one of them set on every run. */
import { principalKey } from '../account/principal.ts'
import type { Verdict } from '../audit/model.ts'
import { setOutput } from './log.ts'

/** Names and defaults: what a run that stops early reports. */
const outputDefaults = {
  result: 'error',
  complete: 'false',
  coverage: 'partial',
  'account-id': '',
  'unapproved-holders': '',
  'exceeding-approvals': '',
  'expired-approvals': '',
  'no-longer-held': '',
  expiring: '',
  'issue-number': '',
  'issue-url': '',
  'issue-action': 'none',
  report: '',
  'proposed-baseline': '',
  evidence: '',
  'holders-csv': '',
  sarif: '',
  verified: 'false',
} as const

export type OutputName = keyof typeof outputDefaults
export const outputNames = Object.keys(outputDefaults) as OutputName[]
export type Outputs = Partial<Record<OutputName, string>>

/** What the verdict itself says, before anything was delivered. */
export function verdictOutputs(verdict: Verdict): Outputs {
  const pairs = (kind: string) => String(verdict.drift.filter((row) => row.kind === kind).length)
  const unapproved = verdict.drift.filter((row) => row.kind === 'unapproved-holder')
  // Without a baseline nothing was compared, and a count of zero would be an all-clear that nobody gave.
  const compared = {
    'unapproved-holders': String(new Set(unapproved.map((row) => principalKey(row.principal))).size),
    'exceeding-approvals': pairs('exceeds-approval'),
    'expired-approvals': pairs('approval-expired'),
    'no-longer-held': String(verdict.no_longer_held.length),
    expiring: String(verdict.expiring.length),
  }
  return {
    result: verdict.result,
    complete: String(verdict.complete),
    coverage: verdict.coverage_level,
    'account-id': verdict.account.id,
    ...(verdict.has_baseline ? compared : {}),
  }
}

/** Writes every output, the given ones over the defaults. */
export function writeOutputs(outputs: Outputs): void {
  for (const name of outputNames) setOutput(name, outputs[name] ?? outputDefaults[name])
}

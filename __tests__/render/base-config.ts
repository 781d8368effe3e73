/** The config that samples are made with. */
import type { Config } from '../../src/config/config.ts'

/** What is approved here: IAM but its reads. */
export const DEFINITION = { actions: ['iam:*:*'], except: ['iam:*:get*', 'iam:*:list*'] }

export const baseConfig: Config = {
  ...{ name: 'production', account: null, owners: { 'platform-team': 'octocat' }, presets: [] },
  permissions: [{ name: 'iam-administration', severity: 'high', holds: 'any', ...DEFINITION, line: 4 }],
  ...{ patterns: [], evidence: [], traces: null },
  sources: { legacyRoles: 'required', agencies: 'required', federation: 'required' },
  approvals: { require: ['justification'], maxDays: null, warnDays: 14 },
  issue: { enabled: true, on: ['drift', 'incomplete', 'expiring'], labels: ['iam-audit'], assignees: [] },
}

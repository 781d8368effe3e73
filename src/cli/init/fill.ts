/** The files of a new repository: the examples of this one with the facts of that one put in. */
import type { EndpointService } from '../../cloud/http/endpoint.ts'
import { auditorWildcardPolicy } from '../../cloud/iam/permissions-needed.ts'
import { inputDefaults } from '../../run/inputs.ts'
import { VERSION } from '../../run/tool.ts'
import { type ActionVersion, type Facts, UNKNOWN_REPOSITORY } from './facts.ts'
import templates from './templates.json' with { type: 'json' }

export const CODEOWNERS = '.github/CODEOWNERS'
export const IDENTITY_POLICY = '.github/iam-audit/identity-policy.json'

/** What stands in the examples where nothing is known. */
const unknown: ActionVersion = {
  repository: UNKNOWN_REPOSITORY,
  commit: '0'.repeat(40),
}

/** Text of each file by its path. */
export function filledFiles(facts: Facts): Readonly<Record<string, string>> {
  const fill = (text: string): string => filled(text, facts)
  return {
    '.github/iam-audit.yml': config(facts),
    '.github/workflows/iam-audit.yml': fill(templates.audit),
    '.github/workflows/iam-audit-gate.yml': fill(templates.gate),
    '.github/workflows/iam-audit-update.yml': fill(templates['update-baseline']),
    [CODEOWNERS]: fill(templates.CODEOWNERS),
    [IDENTITY_POLICY]: `${JSON.stringify(auditorWildcardPolicy(), null, 2)}\n`,
    '.github/iam-audit/trust-policy.json': fill(templates['trust-policy']),
  }
}

function filled(text: string, { account, repository, region, branch, reviewers, action }: Facts): string {
  const pinned = `${unknown.repository}@${unknown.commit}`
  const known =
    action === null
      ? text
      : text.replace(
          new RegExp(`${pinned} # v[^\\n]*`, 'g'),
          `${action.repository}@${action.commit} # v${VERSION}`,
        )
  const lines = placeInputs(region).map((line) => `\n$1${line}`)
  const placed = known.replace(/^( *)agency-urn: .*$/gm, `$&${lines.join('')}`)
  return (
    placed
      .replaceAll('YOUR_ACCOUNT_ID', account)
      // The ids of organization and repository, which newer subjects have, are not known here.
      .replace(/"repo:YOUR_ORG[^"]*:ref:/g, `"repo:${repository}:ref:`)
      .replaceAll('@YOUR_ORG/security', reviewers)
      .replaceAll('refs/heads/main', `refs/heads/${branch}`)
      .replaceAll('branches: [main]', `branches: [${branch}]`)
  )
}

/** Huawei Cloud Europe is a site of its own, with hosts of its own; `eu-west-0` is none of it. */
export function isEuropean(region: string): boolean {
  return region.startsWith('eu-west-1')
}

/** What the workflows say of the place; of the international site nothing, since that is the default. */
function placeInputs(region: string): readonly string[] {
  if (region === inputDefaults.region) return []
  if (!isEuropean(region)) return [`region: ${region}`]
  const endpoint = (service: EndpointService): string => `https://${service}.${region}.myhuaweicloud.eu`
  return [
    `region: ${region}`,
    `iam-endpoint: ${endpoint('iam')}`,
    `sts-endpoint: ${endpoint('sts')}`,
    // Without them the keys of this site would go to the international one as soon as the config has traces.
    `trace-region: ${region}`,
    `trace-endpoint: ${endpoint('cts')}`,
  ]
}

function config({ account, action }: Facts): string {
  const { repository, commit } = action ?? unknown
  return `# yaml-language-server: $schema=https://raw.githubusercontent.com/${repository}/${commit}/schemas/iam-audit.schema.json
version: 1
account: "${account}"
audited-permissions:
  - preset: iam-administration@1
  # Ways to become an administrator by other services: many hold some of them, so this is for later.
  # - preset: privilege-escalation@2
approvals:
  require: [justification, review] # review: somebody who made nothing of the pull request approves it
  warn-days: 14
`
}

/** `mode: check` for people: what the audit may use, what is missing, and a trust policy ready for this workflow. */
import type { CloudCheck } from '../cloud/check.ts'
import { code, jsonBlock, prose } from './escape.ts'

export interface GitHubRow {
  readonly what: string
  /** `documented`: a write, which is told and never tried. */
  readonly status: 'ok' | 'failed' | 'documented'
  readonly detail: string
}

export interface CheckResult {
  readonly cloud: CloudCheck | null
  /** Why the cloud could not be asked at all; null when it was. */
  readonly cloudProblem: string | null
  /** Milliseconds that this machine's clock is ahead of the cloud's; null when the cloud did not say. */
  readonly clockOffset: number | null
  readonly github: readonly GitHubRow[]
  /** Claims of the workflow's OIDC token; null when there is none. */
  readonly claims: Readonly<Record<'iss' | 'sub' | 'aud' | 'ref', string>> | null
  readonly providerUrn: string
  /** IAM actions that change something and that the auditor holds; null when that could not be told. */
  readonly writes: readonly string[] | null
}

/** Whether everything that an audit needs is there. */
export function checkPassed(result: CheckResult): boolean {
  const missing = result.cloud?.rows.some(
    (row) => !row.optional && (row.status === 'forbidden' || row.status === 'failed'),
  )
  return result.cloud !== null && missing === false && !result.github.some((row) => row.status === 'failed')
}

/** Markdown of the check. */
export function renderCheck(result: CheckResult): string {
  const { cloud } = result
  const passed = checkPassed(result)
  const words = passed
    ? '✅ **Everything the audit needs is permitted.**'
    : '❌ **Something that the audit needs is missing.**'
  const missing = (cloud?.rows ?? [])
    .filter((row) => row.status === 'forbidden')
    .flatMap((row) => row.action ?? [])
  return [
    '# IAM permission audit: check',
    words,
    ...(result.cloudProblem === null ? [] : [`- ${prose(result.cloudProblem)}`]),
    ...(missing.length === 0 ? [] : [`Allow the auditor: ${[...new Set(missing)].map(code).join(', ')}.`]),
    ...(cloud === null ? [] : [cloudTable(cloud)]),
    who(result),
    githubTable(result.github),
    ...(result.claims === null ? [] : [trust(result.claims, result.providerUrn)]),
  ].join('\n\n')
}

const statusMarks = {
  ok: '✅ ok',
  forbidden: '❌ 403',
  failed: '❌ failed',
  'not-tried': '– not tried',
} as const

function cloudTable(cloud: CloudCheck): string {
  const rows = cloud.rows.map((row) => {
    const note = row.optional && row.status !== 'ok' ? 'the audit can do without' : ''
    const detail = [prose(row.detail), note].filter((part) => part !== '').join('; ')
    return `| ${code(row.call)} | ${row.action === null ? 'none' : code(row.action)} | ${statusMarks[row.status]} | ${detail} |`
  })
  return `## Huawei Cloud\n\n| Call | IAM action | Result | |\n| --- | --- | --- | --- |\n${rows.join('\n')}`
}

function who({ cloud, clockOffset, writes }: CheckResult): string {
  const lines = [
    cloud?.auditor
      ? `- The auditor is ${code(cloud.auditor.urn)}, account ${code(cloud.account ?? '')}.`
      : null,
    clockOffset === null
      ? null
      : `- The clock of this machine is ${Math.abs(Math.round(clockOffset / 1000))} s ${clockOffset >= 0 ? 'ahead of' : 'behind'} the cloud's; 900 s are accepted.`,
    writes === null
      ? '- Whether the auditor may change IAM could not be told.'
      : writes.length === 0
        ? '- The auditor holds nothing that changes IAM.'
        : `- ⚠️ The auditor may change IAM (${writes.slice(0, 5).map(code).join(', ')}${writes.length > 5 ? ` and ${writes.length - 5} more` : ''}). It needs reads alone: use the identity policy of the README.`,
  ]
  return lines.filter((line) => line !== null).join('\n')
}

function githubTable(rows: readonly GitHubRow[]): string {
  const marks = { ok: '✅ ok', failed: '❌ failed', documented: 'not tried' } as const
  const lines = rows.map((row) => `| ${prose(row.what)} | ${marks[row.status]} | ${prose(row.detail)} |`)
  return `## GitHub\n\n| | Result | |\n| --- | --- | --- |\n${lines.join('\n')}`
}

function trust(claims: NonNullable<CheckResult['claims']>, providerUrn: string): string {
  const rows = (['iss', 'sub', 'aud', 'ref'] as const).map((name) => `| ${name} | ${code(claims[name])} |`)
  const policy = {
    Version: '5.0',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['sts:agencies:assumeWithOIDC'],
        Principal: { Federated: [providerUrn || 'iam::<account>:oidcProvider:<name>'] },
        Condition: {
          StringEquals: { 'oidc:iss': [claims.iss], 'oidc:aud': [claims.aud], 'oidc:sub': [claims.sub] },
        },
      },
    ],
  }
  return `## OIDC token of this workflow\n\n| Claim | Value |\n| --- | --- |\n${rows.join('\n')}\n\nTrust policy of the agency for exactly this workflow:\n\n${jsonBlock(policy)}`
}

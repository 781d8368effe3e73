/** SARIF 2.1.0 for code scanning: one result for each drift, at the line of the entry or permission concerned. */
import { createHash } from 'node:crypto'
import type { Drift, Verdict } from '../audit/model.ts'
import type { Severity } from '../policy/types.ts'
import { type Places, placeOf } from './annotations.ts'
import { driftHeading } from './drift-words.ts'
import { prose, sarifText, visible } from './escape.ts'
import { findingKey } from './finding-key.ts'
import { pathWords } from './path-words.ts'
import { type Subject, subjectsOf } from './principal-words.ts'
import { cutWords } from './way-out-words.ts'
import { actionsWords } from './words.ts'

/** GitHub takes no more results in one run. */
const MAXIMUM_RESULTS = 25_000

/** GitHub sorts security results by this number: critical above 9.0, high above 7.0, medium above 4.0. */
const securitySeverity: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '2.0',
}
const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
}

/** The file's text. The same drift has the same fingerprint every day. */
export function renderSarif(verdict: Verdict, places: Places, version: string): string {
  const rules = verdict.permissions.map(({ name, severity }) => ({
    id: name,
    name,
    shortDescription: { text: `${name} held and not approved` },
    fullDescription: {
      text: `A principal holds the audited permission ${name} beyond what the baseline approves.`,
    },
    help: {
      text: 'Take the access away in IAM, or approve it with a reviewed entry in the baseline.',
      markdown: 'Take the access away in IAM, or approve it with a reviewed entry in the baseline.',
    },
    defaultConfiguration: { level: levels[severity] },
    properties: { 'security-severity': securitySeverity[severity], tags: ['security', 'iam'] },
  }))
  const subjectOf = subjectsOf(verdict)
  const results = verdict.drift
    .slice(0, MAXIMUM_RESULTS)
    .map((row) => resultOf(row, subjectOf(row.principal), verdict, places))
  const sarif = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'IAM Permission Audit', semanticVersion: version, rules } },
        automationDetails: { id: `iam-permission-audit/${verdict.account.id}/` },
        // Fewer results of an audit that saw half the account do not mean that the others are mended.
        invocations: [{ executionSuccessful: verdict.complete && verdict.has_baseline }],
        results,
      },
    ],
  }
  return `${JSON.stringify(sarif, null, 2)}\n`
}

function resultOf(row: Drift, subject: Subject, verdict: Verdict, places: Places): unknown {
  const { file, line } = placeOf(row, places)
  const [path] = row.paths
  const ways = row.revocations.map(({ cuts }) => cuts.map((cut) => cutWords(cut, visible)).join(', and '))
  const plain = [
    `${driftHeading(row, visible)}.`,
    `Actions: ${actionsWords(row, visible)}.`,
    ...(path === undefined ? [] : [`Path: ${pathWords(subject, path, visible)}.`]),
    ...(ways.length === 0 ? [] : [`To revoke it: ${ways.join('; or ')}.`]),
  ]
  return {
    ruleId: row.permission,
    ruleIndex: verdict.permissions.findIndex((permission) => permission.name === row.permission),
    level: levels[row.severity],
    message: { text: plain.map(sarifText).join(' '), markdown: plain.map(prose).join('\n\n') },
    locations: [
      {
        physicalLocation: {
          artifactLocation: {
            uri: file.split('/').map(encodeURIComponent).join('/'),
            uriBaseId: '%SRCROOT%',
          },
          region: { startLine: line },
        },
      },
    ],
    partialFingerprints: fingerprints(row),
  }
}

/**
 * Who, what and how much; not where, so that a moved line is the same finding. GitHub tells alerts apart by
 * `primaryLocationLineHash` alone; without it the upload would hash the line, which all drift of a permission shares.
 */
function fingerprints(row: Drift): Readonly<Record<string, string>> {
  const hash = createHash('sha256').update(findingKey(row)).digest('hex')
  return { primaryLocationLineHash: `${hash}:1`, 'drift/v1': hash }
}

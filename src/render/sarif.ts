/** SARIF 2.1.0 for code scanning: one result for each finding, at the line of the entry or permission concerned. */
import { createHash } from 'node:crypto'
import type { Drift, Verdict, WasHeldRow } from '../audit/model.ts'
import type { Severity } from '../policy/types.ts'
import { type Places, placeOf, placeOfPast } from './annotations.ts'
import { driftHeading } from './drift-words.ts'
import { prose, sarifText, visible } from './escape.ts'
import { findingKey, wasHeldKey } from './finding-key.ts'
import { pathWords } from './path-words.ts'
import { type Subject, subjectsOf } from './principal-words.ts'
import { wasHeldLine } from './trace-words.ts'
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

/** One finding as this file says it, whatever it is about. */
interface Finding {
  readonly rule: string
  readonly severity: Severity
  /** Sentences. */
  readonly plain: readonly string[]
  readonly place: ReturnType<typeof placeOf>
  /** What it is the same finding by. */
  readonly key: string
}

/** The file's text. The same drift has the same fingerprint every day. */
export function renderSarif(verdict: Verdict, places: Places, version: string): string {
  const rules = rulesOf(verdict)
  const subjectOf = subjectsOf(verdict)
  const indexes = new Map(rules.map(({ id }, index) => [id, index]))
  const findings = [
    ...verdict.drift.map((row) => driftFinding(row, subjectOf(row.principal), places)),
    ...verdict.was_held.map((row) => pastFinding(row, places)),
  ]
  const results = findings
    .slice(0, MAXIMUM_RESULTS)
    .map((finding) => resultOf(finding, indexes.get(finding.rule) ?? -1))
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

/** A rule for each permission, and one more where somebody held it between two runs. */
function rulesOf({ permissions, was_held }: Verdict) {
  const past = new Set(was_held.map((row) => row.permission))
  return [
    ...permissions.map(({ name, severity }) =>
      ruleOf(name, severity, {
        short: `${name} held and not approved`,
        full: `A principal holds the audited permission ${name} beyond what the baseline approves.`,
        help: 'Take the access away in IAM, or approve it with a reviewed entry in the baseline.',
      }),
    ),
    ...permissions
      .filter(({ name }) => past.has(name))
      .map(({ name, severity }) =>
        ruleOf(pastRule(name), severity, {
          short: `${name} held between two runs and not approved`,
          full: `By the traces a principal held the audited permission ${name} for a time, approved neither then nor now, and holds it no longer.`,
          help: 'Find out what was done with the access: it is gone, what it made possible may not be. The finding ends with the window of the traces.',
        }),
      ),
  ]
}

/** No name of a permission has a slash. */
function pastRule(permission: string): string {
  return `${permission}/was-held`
}

function ruleOf(
  id: string,
  severity: Severity,
  { short, full, help }: { readonly short: string; readonly full: string; readonly help: string },
) {
  return {
    id,
    name: id,
    shortDescription: { text: short },
    fullDescription: { text: full },
    help: { text: help, markdown: help },
    defaultConfiguration: { level: levels[severity] },
    properties: { 'security-severity': securitySeverity[severity], tags: ['security', 'iam'] },
  }
}

function driftFinding(row: Drift, subject: Subject, places: Places): Finding {
  const [path] = row.paths
  const ways = row.revocations.map(({ cuts }) => cuts.map((cut) => cutWords(cut, visible)).join(', and '))
  return {
    rule: row.permission,
    severity: row.severity,
    plain: [
      `${driftHeading(row, visible)}.`,
      `Actions: ${actionsWords(row, visible)}.`,
      ...(path === undefined ? [] : [`Path: ${pathWords(subject, path, visible)}.`]),
      ...(ways.length === 0 ? [] : [`To revoke it: ${ways.join('; or ')}.`]),
    ],
    place: placeOf(row, places),
    key: findingKey(row),
  }
}

/** What was held then and is gone stands at the entry that did not approve it, or at the baseline that has none. */
function pastFinding(row: WasHeldRow, places: Places): Finding {
  return {
    rule: pastRule(row.permission),
    severity: row.severity,
    plain: [`${wasHeldLine(row, visible)}.`],
    place: placeOfPast(row, places),
    key: wasHeldKey(row),
  }
}

function resultOf({ rule, severity, plain, place, key }: Finding, ruleIndex: number): unknown {
  return {
    ruleId: rule,
    ruleIndex,
    level: levels[severity],
    message: { text: plain.map(sarifText).join(' '), markdown: plain.map(prose).join('\n\n') },
    locations: [
      {
        physicalLocation: {
          artifactLocation: {
            uri: place.file.split('/').map(encodeURIComponent).join('/'),
            uriBaseId: '%SRCROOT%',
          },
          region: { startLine: place.line },
        },
      },
    ],
    partialFingerprints: fingerprints(key),
  }
}

/**
 * Who, what and how much; not where, so that a moved line is the same finding. GitHub tells alerts apart by
 * `primaryLocationLineHash` alone; without it the upload would hash the line, which all drift of a permission shares.
 */
function fingerprints(key: string): Readonly<Record<string, string>> {
  const hash = createHash('sha256').update(key).digest('hex')
  return { primaryLocationLineHash: `${hash}:1`, 'drift/v1': hash }
}

/** `evidence.html`: one page for an auditor's file, which needs no network, and no script to be read. */
import { createHash } from 'node:crypto'
import type { Verdict } from '../../audit/model.ts'
import { crowdWords } from '../crowd-words.ts'
import { findingsOf } from '../drift-section.ts'
import { causeDay, causeHolders, causeWords, heldWords } from '../drift-words.ts'
import { crowdsOf, graphOf } from '../graph.ts'
import { partialLine } from '../holders-section.ts'
import { html, htmlCode } from '../html.ts'
import { principalWords } from '../principal-words.ts'
import { touchedWords } from '../touched-words.ts'
import { untoldLines, wasHeldLine, whoDidWords } from '../trace-words.ts'
import { explanation, headline, scopeSentence, sourceWords, statusWords } from '../verdict-words.ts'
import { revocationGroups, revocationWords, sharedRevocations } from '../way-out-words.ts'
import { listWords } from '../words.ts'
import type { EvidenceContext } from './context.ts'
import { holderRows } from './holder-row.ts'
import { holdersTable, link } from './holders-table.ts'
import { SCRIPT } from './script.ts'
import { STYLE } from './style.ts'
import { svgOf } from './svg.ts'

/** Routes that the picture has: more is a picture of nothing. */
const ROUTES = 60

const states: Readonly<Record<Verdict['result'], readonly [className: string, words: string]>> = {
  unchanged: ['good', 'Approved: all is as the baseline has it'],
  reduced: ['good', 'Approved: less is held than approved'],
  drift: ['bad', 'Drift: held and not approved'],
  incomplete: ['unsure', 'Incomplete'],
  'no-baseline': ['unsure', 'No baseline yet'],
}

/** The whole page. */
export function renderEvidence(verdict: Verdict, context: EvidenceContext): string {
  const title = headline(verdict, (text) => text)
  const hash = createHash('sha256').update(SCRIPT).digest('base64')
  return `${[
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    // No address is asked for anything, whatever stands in a name.
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${html(`IAM audit: ${title}`)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    head(verdict, title),
    '<main>',
    ...sections(verdict, context),
    '</main>',
    `<footer>Made by the IAM permission audit ${html(context.tool.version)} on ${html(context.generatedAt)}. All names are shown as text; invisible characters are shown by their code.</footer>`,
    `<script>${SCRIPT}</script>`,
    '</body>',
    '</html>',
  ].join('\n')}\n`
}

function head(verdict: Verdict, title: string): string {
  const [className, words] = states[verdict.result]
  const explained = explanation(verdict, htmlCode)
  return [
    '<header>',
    `<h1>${html(title)}</h1>`,
    `<p><span class="state ${className}">${words}</span></p>`,
    `<p>${explained === null ? '' : `<strong>${explained}</strong> `}${scopeSentence(verdict, htmlCode)}</p>`,
    '</header>',
  ].join('\n')
}

function sections(verdict: Verdict, context: EvidenceContext): string[] {
  const rows = holderRows(verdict, context)
  const partial = partialLine(verdict).replaceAll('`', '')
  return [
    section('This audit', facts(verdict, context)),
    section('What was looked at', coverage(verdict)),
    ...(verdict.gaps.length === 0 ? [] : [section('What could not be read or decided', gaps(verdict))]),
    ...(verdict.drift.length === 0 ? [] : [section('Held and not approved', findings(verdict))]),
    ...(verdict.was_held.length === 0
      ? []
      : [section('Held between two runs', list(verdict.was_held.map((row) => wasHeldLine(row, htmlCode))))]),
    section('How access reaches whom', picture(verdict)),
    section(
      'Holders',
      `${partial === '' ? '' : `<p>${html(partial)}</p>\n`}${rows.length === 0 ? '<p>No holder was found.</p>' : holdersTable(rows)}`,
    ),
    ...beside(verdict),
    section('Definitions', definitions(verdict)),
    ...(context.unread.length === 0
      ? []
      : [section('What GitHub did not say', list(context.unread.map(html)))]),
  ]
}

function section(title: string, content: string): string {
  return `<section>\n<h2>${title}</h2>\n${content}\n</section>`
}

function list(items: readonly string[]): string {
  return `<ul>\n${items.map((item) => `<li>${item}</li>`).join('\n')}\n</ul>`
}

function table(caption: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((text) => `<th scope="col">${text}</th>`).join('')
  const body = rows.map(
    ([first = '', ...cells]) =>
      `<tr><th scope="row">${first}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`,
  )
  return `<table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table>`
}

function facts(verdict: Verdict, context: EvidenceContext): string {
  const { run, tool, inputs } = context
  const { account, stats } = verdict
  const file = (path: string, digest: string | null): string =>
    `${htmlCode(path)}${digest === null ? ' (there is none)' : `, SHA-256 <code>${html(digest)}</code>`}`
  const pairs: readonly (readonly [string, string])[] = [
    ['Account', `${html(account.name)} <code>${html(account.id)}</code>`],
    ['Read at', html(verdict.taken_at)],
    ['Read by', verdict.auditor === null ? 'not known' : htmlCode(verdict.auditor.urn)],
    ['Repository', `${htmlCode(run.repository)} at commit <code>${html(run.sha)}</code>`],
    [
      'Run',
      `${link(run.url, run.run_id)}, attempt ${html(run.run_attempt)}, ${html(run.event)}, started by ${html(run.actor)}`,
    ],
    ['Config', file(context.configPath, inputs.config_sha256)],
    ['Baseline', file(context.baselinePath, inputs.baseline_sha256)],
    [
      'Tool',
      `${html(tool.version)}, commit <code>${html(tool.commit)}</code>, presets <code>${html(tool.presets_digest)}</code>, catalogue <code>${html(tool.catalogue_digest)}</code> (${verdict.catalogue})`,
    ],
    ['Requests', `${stats.requests}, ${stats.retries} retries, ${(stats.duration_ms / 1000).toFixed(1)} s`],
  ]
  return `<dl>\n${pairs.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`).join('\n')}\n</dl>`
}

function coverage(verdict: Verdict): string {
  const { coverage: rows, population, dormant, known_gaps, notices } = verdict
  const asleep = dormant.map(
    ({ agency, why }) =>
      `agency ${htmlCode(agency)} is dormant: ${why === 'expired' ? 'expired' : 'no party may assume it'}`,
  )
  const accepted = known_gaps.map(
    (gap) =>
      `${htmlCode(gap.name)} is accepted as undetermined until ${html(gap.expires)} (${html(gap.justification)}); it reaches ${listWords(
        gap.reaches.map((one) => principalWords(one, htmlCode)),
        20,
      )}`,
  )
  const untold = untoldLines(verdict, htmlCode)
  const remarks = [...accepted, ...asleep, ...notices.map(html), ...untold]
  return [
    table(
      'Ways to power',
      ['Way', 'Status', 'Number'],
      rows.map((row) => [sourceWords[row.source], statusWords[row.status], String(row.count ?? '')]),
    ),
    table(
      'Population, held against the account’s own counts',
      ['What', 'Seen', 'The account says'],
      Object.entries(population).map(([what, { seen, expected }]) => [
        what,
        String(seen),
        expected === null ? 'not said' : String(expected),
      ]),
    ),
    ...(remarks.length === 0 ? [] : [list(remarks)]),
  ].join('\n')
}

function gaps(verdict: Verdict): string {
  return list(
    verdict.gaps.map(({ message, remedy, reaches, http_code }) => {
      const who =
        reaches === null
          ? 'everybody'
          : listWords(
              reaches.map((one) => principalWords(one, htmlCode)),
              20,
            )
      return `${html(message)}${http_code === null ? '' : ` (${html(http_code)})`} It may concern ${who}. ${html(remedy)}`
    }),
  )
}

function findings(verdict: Verdict): string {
  const { traces } = verdict
  const rows = findingsOf(verdict).map(({ number, cause, drift }) => {
    const ways = revocationGroups(drift).flatMap((group) =>
      sharedRevocations(group, cause.kind, cause.principals)
        .slice(0, 2)
        .map((way) => `${revocationWords(way, htmlCode)} (${touchedWords(way, htmlCode)})`),
    )
    const [gravest] = drift
    return [
      `${number}`,
      gravest?.severity ?? '',
      causeWords(cause, drift, htmlCode),
      `<span class="day">${html(causeDay(cause))}</span>`,
      cause.principals.length > 1
        ? `${causeHolders(cause, htmlCode)}: ${listWords(
            cause.principals.map((one) => principalWords(one, htmlCode)),
            50,
          )}`
        : causeHolders(cause, htmlCode),
      heldWords(drift, htmlCode).replaceAll('**', ''),
      ways.length === 0 ? 'see the paths' : list(ways),
      ...(traces === null ? [] : [whoDidWords(cause.by, traces, htmlCode)]),
    ]
  })
  return table(
    'What changed, the most dangerous first',
    [
      ...['No.', 'Severity', 'What changed', 'When', 'Who', 'Now holds', 'To revoke it'],
      ...(traces === null ? [] : ['Who did it']),
    ],
    rows,
  )
}

function picture(verdict: Verdict): string {
  const counting = verdict.holdings.filter((one) => one.counts)
  const crowds = crowdsOf(counting, crowdWords(verdict))
  const drawing = svgOf(graphOf(crowds, ROUTES), 'How access reaches whom')
  return drawing === '' ? '<p>There is nothing to draw.</p>' : `<div class="wide">${drawing}</div>`
}

function beside(verdict: Verdict): string[] {
  const rows = (title: string, items: readonly string[]): string[] =>
    items.length === 0 ? [] : [section(title, list(items))]
  const who = (row: { readonly principal: Verdict['holdings'][number]['principal'] }): string =>
    principalWords(row.principal, htmlCode)
  return [
    ...rows(
      'Approvals that end soon',
      verdict.expiring.map(
        (row) =>
          `${who(row)}, ${htmlCode(row.permission)}: ${html(row.expires)}${row.owner === null ? '' : `, owner ${html(row.owner)}`}`,
      ),
    ),
    ...rows(
      'Approved and no longer held',
      verdict.no_longer_held.map((row) => `${who(row)}, ${htmlCode(row.permission)}`),
    ),
    ...rows(
      'Held less than approved',
      verdict.reduced.map((row) => `${who(row)}, ${htmlCode(row.permission)}`),
    ),
    ...rows(
      'Renamed since they were approved',
      verdict.renamed.map((row) => `${htmlCode(row.recorded)} is now ${who(row)}`),
    ),
    ...rows(
      'Entries that lack a required field',
      verdict.unreviewed.map(
        (row) => `${who(row)}, ${htmlCode(row.permission)}: ${html(row.missing.join(', '))}`,
      ),
    ),
  ]
}

function definitions({ permissions }: Verdict): string {
  return table(
    'Audited permissions: the actions that match a pattern and none of the exceptions',
    ['Permission', 'Severity', 'Held', 'Actions', 'Except'],
    permissions.map(({ name, severity, holds, definition }) => [
      htmlCode(name),
      severity,
      holds === 'any' ? 'by any action of it' : 'as a whole',
      definition.actions.map(htmlCode).join(', '),
      (definition.except ?? []).map(htmlCode).join(', '),
    ]),
  )
}

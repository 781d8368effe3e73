/**
 * One page that shows every artefact as GitHub would: summaries, the issue, comments, annotations, a diff, evidence.
 * Self-contained: no network, no script.
 */
import { marked } from 'marked'
import { pictureFrom } from './preview-picture.ts'
import { STYLE } from './preview-style.ts'

export type Artefact =
  | { readonly kind: 'summary'; readonly title: string; readonly text: string }
  | { readonly kind: 'log'; readonly title: string; readonly lines: readonly string[] }
  | { readonly kind: 'annotations'; readonly title: string; readonly lines: readonly string[] }
  | IssueArtefact
  | { readonly kind: 'diff'; readonly title: string; readonly before: string; readonly after: string }
  | { readonly kind: 'page'; readonly title: string; readonly html: string }
  | { readonly kind: 'csv'; readonly title: string; readonly text: string }

/** An issue or a pull request, with its comments. */
export interface IssueArtefact {
  readonly kind: 'issue'
  readonly number: number
  readonly title: string
  readonly state: 'open' | 'closed'
  readonly author: string
  readonly labels: readonly string[]
  readonly assignees: readonly string[]
  readonly body: string
  readonly comments: readonly { readonly author: string; readonly body: string }[]
}

export interface Chapter {
  readonly title: string
  readonly about: string
  readonly artefacts: readonly Artefact[]
}

/** The page. */
export function previewPage(chapters: readonly Chapter[]): string {
  const links = chapters.map(({ title }, at) => `<li><a href="#c${at}">${escaped(title)}</a></li>`)
  const sections = chapters.map(
    ({ title, about, artefacts }, at) =>
      `<section id="c${at}"><h1>${escaped(title)}</h1><p class="about">${escaped(about)}</p>${artefacts.map(drawn).join('\n')}</section>`,
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>IAM permission audit: preview</title>
<style>
${STYLE}
</style>
</head>
<body>
<header><strong>IAM permission audit for Huawei Cloud</strong>, as GitHub shows it. Every text on this page came out of the action, run against a simulated account.
<nav><ol>${links.join('')}</ol></nav></header>
<main>
${sections.join('\n')}
</main>
</body>
</html>
`
}

function drawn(artefact: Artefact): string {
  switch (artefact.kind) {
    case 'summary':
      return framed(artefact.title, `<div class="markdown">${markdown(artefact.text, false)}</div>`)
    case 'log':
      return framed(artefact.title, `<pre class="log">${numbered(artefact.lines)}</pre>`)
    case 'annotations':
      return framed(artefact.title, `<ul class="annotations">${annotations(artefact.lines)}</ul>`)
    case 'issue':
      return issue(artefact)
    case 'diff':
      return framed(
        artefact.title,
        `<table class="diff">${diffRows(artefact.before, artefact.after)}</table>`,
      )
    case 'page':
      return framed(
        artefact.title,
        `<iframe title="${escaped(artefact.title)}" sandbox="allow-scripts" srcdoc="${escaped(artefact.html)}"></iframe>`,
      )
    case 'csv':
      return framed(
        artefact.title,
        `<div class="wide"><table class="csv">${csvRows(artefact.text)}</table></div>`,
      )
  }
}

const framed = (title: string, body: string): string => `<article><h2>${escaped(title)}</h2>${body}</article>`

function issue({ number, title, state, author, labels, assignees, body, comments }: IssueArtefact): string {
  const pill = `<span class="pill ${state}">${state === 'open' ? 'Open' : 'Closed'}</span>`
  const said = [{ author, body }, ...comments].map(
    (one) =>
      `<div class="said"><div class="by"><strong>${escaped(one.author.replace('[bot]', ''))}</strong>${one.author.endsWith('[bot]') ? ' <span class="bot">bot</span>' : ''} commented</div><div class="markdown">${markdown(one.body, true)}</div></div>`,
  )
  const tags = labels.map((label) => `<span class="label">${escaped(label)}</span>`).join(' ')
  const facts = `<p class="facts">${pill} ${tags}${assignees.length > 0 ? ` assigned to ${escaped(assignees.join(', '))}` : ''}</p>`
  return `<article class="issue"><h2>${escaped(title)} <span class="number">#${number}</span></h2>${facts}${said.join('\n')}</article>`
}

/** GitHub's Markdown: with line breaks in issues and comments, and charts drawn. */
function markdown(text: string, breaks: boolean): string {
  const html = marked.parse(text, { gfm: true, breaks, async: false })
  return html
    .replace(
      /<pre><code class="language-mermaid">([\s\S]*?)<\/code><\/pre>/g,
      (_, chart: string) => `<div class="picture">${pictureFrom(unescaped(chart))}</div>`,
    )
    .replaceAll('<table>', '<div class="wide"><table>')
    .replaceAll('</table>', '</table></div>')
}

const numbered = (lines: readonly string[]): string =>
  lines.map((line, at) => `<span class="n">${at + 1}</span>${escaped(line)}`).join('\n')

/** What the runner makes of its commands. */
function annotations(lines: readonly string[]): string {
  const found = lines.flatMap((line) => {
    const [, level = '', properties = '', message = ''] =
      /^::(error|warning|notice)([^:]*)::(.*)$/.exec(line) ?? []
    if (level === '') return []
    const value = (name: string): string =>
      decoded(new RegExp(`[ ,]${name}=([^,]*)`).exec(properties)?.[1] ?? '')
    const where =
      value('file') === '' ? '' : `<code>${escaped(value('file'))}#L${escaped(value('line'))}</code>`
    return [
      `<li class="${level}"><strong>${escaped(value('title') || level)}</strong> ${where}<div>${escaped(decoded(message))}</div></li>`,
    ]
  })
  return found.join('\n')
}

const decoded = (text: string): string =>
  text
    .replaceAll('%0A', ' ')
    .replaceAll('%0D', '')
    .replaceAll('%2C', ',')
    .replaceAll('%3A', ':')
    .replaceAll('%25', '%')

/** Lines that differ, with three around them; both texts are sorted lists of entries, so a common start and end tell. */
function diffRows(before: string, after: string): string {
  const [old, fresh] = [before.split('\n'), after.split('\n')]
  const kept = common(old, fresh)
  const rows: { readonly mark: string; readonly text: string }[] = []
  let at = 0
  let to = 0
  for (const [one, other] of [...kept, [old.length, fresh.length] as const]) {
    for (; at < one; at++) rows.push({ mark: '-', text: old[at] ?? '' })
    for (; to < other; to++) rows.push({ mark: '+', text: fresh[to] ?? '' })
    if (one < old.length) rows.push({ mark: ' ', text: old[one] ?? '' })
    at = one + 1
    to = other + 1
  }
  const near = (index: number): boolean =>
    rows.slice(Math.max(0, index - 3), index + 4).some(({ mark }) => mark !== ' ')
  return rows
    .flatMap(({ mark, text }, index) =>
      near(index)
        ? [
            `<tr class="${mark === '+' ? 'added' : mark === '-' ? 'removed' : ''}"><td>${mark}</td><td>${escaped(text)}</td></tr>`,
          ]
        : [],
    )
    .join('')
}

/** Pairs of equal lines, by the longest common subsequence. */
function common(old: readonly string[], fresh: readonly string[]): (readonly [number, number])[] {
  const lengths = Array.from({ length: old.length + 1 }, () => new Uint16Array(fresh.length + 1))
  const lengthAt = (i: number, j: number): number => lengths[i]?.[j] ?? 0
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = fresh.length - 1; j >= 0; j--) {
      const row = lengths[i] as Uint16Array
      row[j] =
        old[i] === fresh[j] ? lengthAt(i + 1, j + 1) + 1 : Math.max(lengthAt(i + 1, j), lengthAt(i, j + 1))
    }
  const pairs: (readonly [number, number])[] = []
  for (let i = 0, j = 0; i < old.length && j < fresh.length; )
    if (old[i] === fresh[j]) pairs.push([i++, j++])
    else if (lengthAt(i + 1, j) >= lengthAt(i, j + 1)) i++
    else j++
  return pairs
}

function csvRows(text: string): string {
  const rows = text
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/)
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, bare]) =>
        (quoted ?? bare ?? '').replaceAll('""', '"'),
      ),
    )
  return rows
    .map((row, at) => {
      const tag = at === 0 ? 'th' : 'td'
      return `<tr>${row.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`
    })
    .join('')
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

function unescaped(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

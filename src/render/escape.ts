/**
 * The one place of escaping. Every name comes from the cloud, a config or a baseline, and any of them may have been
 * written to forge a link, a mention, a workflow command or this product's own marker.
 */

/** Control, bidirectional, zero-width and other invisible characters, lone surrogates and blanks but the space included. */
const invisible = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu

/** Invisible characters as `⟨U+202E⟩`, and blanks at the ends as `␣`: two names that look alike must not be. */
export function visible(text: string): string {
  return markInvisible(text).replace(/^ +| +$/g, (blanks) => '␣'.repeat(blanks.length))
}

function markInvisible(text: string): string {
  return text.replace(
    invisible,
    (character) => `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  )
}

/** Cut to so many characters in the middle, and seen to be cut: long names often differ at their ends only. */
function cut(text: string, limit: number): string {
  const characters = [...text]
  if (characters.length <= limit) return text
  const end = Math.floor(limit / 4)
  return [...characters.slice(0, limit - end - 1), '…', ...characters.slice(-end)].join('')
}

/** Characters of a name in text: twice what the cloud takes. Patterns and conditions may be longer; the report has them. */
const LONGEST_NAME = 256

/**
 * A name in Markdown: a code span, in which GitHub sees no link, mention, reference, emphasis or HTML. Also safe in
 * a table cell.
 */
export function code(text: string): string {
  const shown = cut(visible(text), LONGEST_NAME)
  if (shown === '') return '(empty)'
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map((run) => run[0].length))
  const fence = '`'.repeat(longest + 1)
  const pad = longest > 0 ? ' ' : ''
  // Table cells split at bars even inside code; GitHub takes the backslash away again, but only in tables, and a bar
  // is rare enough to be shown as its look-alike everywhere.
  return `${fence}${pad}${shown.replaceAll('|', '∣')}${pad}${fence}`
}

/** Prose in Markdown, with whatever names are quoted in it: nothing in it is more than text. */
export function prose(text: string): string {
  return (
    visible(text)
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/[\\`*_{}[\]()#+\-.!|~$^=:]/g, '\\$&')
      // An empty comment splits what GitHub would link; it shows nothing.
      .replace(/@/g, '@<!-- -->')
      .replace(/\\#/g, '\\#<!-- -->')
      .replace(/GH\\-/gi, (match) => `${match}<!-- -->`)
      .replace(/(https?|ftp)\\:/gi, '$1<!-- -->\\:')
      .replace(/www\\\./gi, 'www<!-- -->\\.')
      .replace(/[0-9a-f]{7,}/gi, (hex) => hex.replace(/.{6}(?=.)/g, '$&<!-- -->'))
  )
}

/**
 * Plain text of SARIF's `message.text`, in which `[text](id)` is a link and `\\` an escape (section 3.11.6 of the
 * standard); GitHub and editors draw them.
 */
export function sarifText(text: string): string {
  return visible(text).replace(/[\\[\]]/g, '\\$&')
}

/** Characters of a reason: whoever writes more would push everything else out of a comment or summary. */
const LONGEST_REASON = 500

/** Somebody's justification in Markdown: prose, cut and seen to be cut where it is longer than a reason. */
export function reason(text: string): string {
  return prose(cut(text, LONGEST_REASON))
}

/** Characters of a label in a picture: Mermaid draws nothing at all of more than 50,000 in all. */
const LONGEST_LABEL = 64

/** A label in a Mermaid picture, with its quotes: everything but plain characters as character code. */
export function mermaid(text: string): string {
  const label = cut(visible(text), LONGEST_LABEL)
  // Mermaid refuses to draw a label that begins as a list does in Markdown, and takes a line in which somebody is
  // called `direction LR` for an order to itself, whatever else stands there.
  const meant = new Set([(/^\d*[.+-]/.exec(label)?.[0].length ?? 0) - 1])
  for (const { index } of label.matchAll(/direction(?=\s)/gi)) meant.add([...label.slice(0, index)].length)
  const shown = [...label].map((character, at) =>
    /[A-Za-z0-9 ,./+\-⟨⟩␣À-ɏ]/.test(character) && !meant.has(at)
      ? character
      : `#${character.codePointAt(0)};`,
  )
  return `"${shown.join('')}"`
}

/** JSON as a fenced block to copy from. */
export function jsonBlock(json: unknown): string {
  return fencedJson(JSON.stringify(json, null, 2))
}

/**
 * JSON text as a fenced block: what could end the block or be more than text, and what nobody sees, is written as
 * escapes, which mean the same to JSON. Names in all scripts stay as people read them.
 */
export function fencedJson(text: string): string {
  const safe = text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.replace(/[<>&@`]/g, escapes).replace(invisible, escapes))
  return `\`\`\`json\n${safe.join('\n')}\n\`\`\``
}

function escapes(text: string): string {
  return text
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}

/** One line of the log that cannot be taken for a workflow command. */
export function logLine(text: string): string {
  return markInvisible(text)
    .replace(/^(\s*)::/, '$1: :')
    .replaceAll('##[', '# #[')
}

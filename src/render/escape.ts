/**
 * The one place of escaping. Every name comes from the cloud, a config or a baseline, and any of them may have been
 * written to forge a link, a mention, a workflow command or this product's own marker.
 */

/** Control, bidirectional, zero-width and other invisible characters, lone surrogates included. */
const invisible = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/** Invisible characters as `⟨U+202E⟩`, and blanks at the ends as `␣`: two names that look alike must not be. */
export function visible(text: string): string {
  return text
    .replace(
      invisible,
      (character) => `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
    )
    .replace(/^ +| +$/g, (blanks) => '␣'.repeat(blanks.length))
}

/**
 * A name in Markdown: a code span, in which GitHub sees no link, mention, reference, emphasis or HTML. Also safe in
 * a table cell.
 */
export function code(text: string): string {
  const shown = visible(text)
  if (shown === '') return '(empty)'
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map((run) => run[0].length))
  const fence = '`'.repeat(longest + 1)
  const pad = longest > 0 ? ' ' : ''
  // Table cells split at bars even inside code; GitHub takes the backslash away again, but only in tables, and a bar
  // is rare enough to be shown as its look-alike everywhere.
  return `${fence}${pad}${shown.replaceAll('|', '∣')}${pad}${fence}`
}

/** Somebody's prose in Markdown, such as a justification: nothing in it is more than text. */
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
      .replace(/\bGH\\-/gi, (match) => `${match}<!-- -->`)
      .replace(/\b(https?|ftp)\\:/gi, '$1<!-- -->\\:')
      .replace(/\bwww\\\./gi, 'www<!-- -->\\.')
      .replace(/[0-9a-f]{7,}/gi, (hex) => `${hex.slice(0, 3)}<!-- -->${hex.slice(3)}`)
  )
}

/** A name inside HTML that stands in Markdown, such as a `<summary>`. */
export function html(text: string): string {
  return `<code>${escapeHtml(visible(text))}</code>`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`*_[\]@#|\\~]/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** A label in a Mermaid picture, with its quotes: everything but plain characters as character code. */
export function mermaid(text: string): string {
  const shown = [...visible(text)].map((character) =>
    /[A-Za-z0-9 ,./+\-⟨⟩␣À-ɏ]/.test(character) ? character : `#${character.codePointAt(0)};`,
  )
  return `"${shown.join('')}"`
}

/** JSON for a fenced block: pretty, and without a character that could end the block or become more than text. */
export function jsonBlock(json: unknown): string {
  const text = JSON.stringify(json, null, 2).replace(
    /[<>&@`\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return `\`\`\`json\n${text}\n\`\`\``
}

/** One line of the log that cannot be taken for a workflow command. */
export function logLine(text: string): string {
  return visible(text)
    .replace(/^(\s*)::/, '$1: :')
    .replaceAll('##[', '# #[')
}

/** Parts of Markdown that are folded, and blocks to copy from. */
import { visible } from './escape.ts'

/** A folded part; `summary` is HTML. */
export function fold(summary: string, content: string, open = false): string {
  return `<details${open ? ' open' : ''}><summary>${summary}</summary>\n\n${content.trim()}\n\n</details>`
}

/** Lines in a fence that nothing in them can end. */
export function textBlock(lines: readonly string[], language = 'text'): string {
  const shown = lines.map(visible)
  const longest = Math.max(2, ...[...shown.join('\n').matchAll(/`+/g)].map((run) => run[0].length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${shown.join('\n')}\n${fence}`
}

/** One word of a shell command, quoted where it must be. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_.,:/@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

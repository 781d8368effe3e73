/** Standard output may be the log of a runner, which takes some of what it reads for commands. */
import type { Format } from './command.ts'

/** How each format writes a number sign that must not be seen as one. */
const numberSigns: Readonly<Record<Format, string>> = {
  text: '# ',
  markdown: '# ',
  html: '&#35;',
  json: '\\u0023',
  sarif: '\\u0023',
}

/** The same text, in which no name is a workflow command. */
export function harmless(text: string, format: Format): string {
  // In JSON a quote stands before every name, and in HTML colons are written otherwise.
  const lines = format === 'text' || format === 'markdown' ? text.replace(/^(\s*)::/gm, '$1: :') : text
  return lines.replaceAll('##[', `${numberSigns[format]}#[`)
}

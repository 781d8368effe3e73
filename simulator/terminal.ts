/** Makes the Markdown of summary and issue readable in a terminal: what GitHub would fold or draw is told in a line. */
import { tableText } from './terminal-table.ts'

/** @param width columns of the terminal; tables are fitted into it */
export function terminalText(markdown: string, width = 100): string {
  const text = markdown
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(
      /```mermaid\n([\s\S]*?)```/g,
      (_, chart: string) => `[a picture of ${chart.split('-->').length - 1} arrows, drawn on GitHub]`,
    )
  return foldedText(`${text}\n`)
    .split(/^((?:\|.*\n)+)/m)
    .map((part) => (part.startsWith('|') ? `${tableText(part, width - 2, plain)}\n` : plain(part)))
    .join('')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n+|\s+$/g, '')
    .replace(/^(?=.)/gm, '  ')
}

/** Folds as GitHub shows them closed; one within another is behind the outer. */
function foldedText(text: string): string {
  const innermost = /<details>(?:(?!<details>)[\s\S])*?<\/details>/g
  const outer: string[] = []
  let flat = text
  while (innermost.test(flat)) {
    flat = flat.replace(innermost, (fold) => `\uE000${outer.push(fold) - 1}\uE000`)
  }
  return flat.replace(/\uE000(\d+)\uE000/g, (_, at: string) => {
    const fold = outer[Number(at)] ?? ''
    const [, title = ''] = /<summary>([\s\S]*?)<\/summary>/.exec(fold) ?? []
    return `▸ ${title.replace(/<[^>]+>/g, '')} (folded)`
  })
}

/** Markdown without its marks. */
function plain(markdown: string): string {
  return markdown
    .replace(/<br>/g, '\n')
    .replace(/<\/?(sub|code|details|summary)>/g, '')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replace(/\[([^\]]*)\]\((https?:[^)]*)\)/g, '$1')
    .replace(/^```[a-z]*$/gm, '')
    .replace(/\\([\\`*_{}[\]()#+\-.!|~$^=:])/g, '$1')
    .replace(/\*\*([^*]+)\*\*/g, '$1')
    .replace(/^_(.*)_$/gm, '$1')
    .replaceAll('`', '')
    .replace(/^#### (.*)$/gm, '• $1')
    .replace(/^#{1,3} (.*)$/gm, (_, title: string) => `\n${title}\n${'─'.repeat(Math.min(78, title.length))}`)
}

/** Breaks long lines at blanks; what follows a break stands under the text that it belongs to. */
export function fitted(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => fittedLine(line, width))
    .join('\n')
}

function fittedLine(line: string, width: number): string {
  if (line.length <= width) return line
  const lead = /^ *(?:(?:[-•▸]|DRIFT) )?/.exec(line)?.[0] ?? ''
  const rows: string[] = []
  let row = lead
  for (const word of line.slice(lead.length).split(' ')) {
    const longer = row.trim() === lead.trim() ? `${row}${word}` : `${row} ${word}`
    if (longer.length <= width || row.length === lead.length) {
      row = longer
      continue
    }
    rows.push(row)
    row = `${' '.repeat(lead.length)}${word}`
  }
  return [...rows, row].join('\n')
}

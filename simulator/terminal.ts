/** Makes the Markdown of summary and issue readable in a terminal: what GitHub would fold or draw is told in a line. */
export function terminalText(markdown: string): string {
  return markdown
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(
      /```mermaid\n([\s\S]*?)```/g,
      (_, chart: string) => `[a picture of ${chart.split('-->').length - 1} arrows, drawn on GitHub]`,
    )
    .replace(
      /<details><summary>([\s\S]*?)<\/summary>([\s\S]*?)<\/details>/g,
      (_, title: string, body: string) => folded(title, body),
    )
    .replace(/<\/?(sub|code|details|summary)>/g, '')
    .replace(/&amp;/g, '&')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/\\([\\`*_{}[\]()#+\-.!|~$^=:])/g, '$1')
    .replace(/\*\*([^*]+)\*\*/g, '$1')
    .replace(/^_(.*)_$/gm, '$1')
    .replaceAll('`', '')
    .replace(/^#### (.*)$/gm, '• $1')
    .replace(/^#{1,3} (.*)$/gm, (_, title: string) => `\n${title}\n${'─'.repeat(Math.min(78, title.length))}`)
    .replace(/\n{3,}/g, '\n\n')
    .trim()
    .replace(/^(?=.)/gm, '  ')
}

/** A fold as GitHub shows it closed, with how much is behind it. */
function folded(title: string, body: string): string {
  const rows = body.trim().split('\n').length
  return `▸ ${title.replace(/<[^>]+>/g, '')} (${rows} lines, folded)`
}

/** Breaks long lines at blanks; what follows a break stands under the text that it belongs to. */
export function fitted(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => fittedLine(line, width))
    .join('\n')
}

function fittedLine(line: string, width: number): string {
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

/** Makes the Markdown of summary and issue readable in a terminal: what GitHub would fold or draw is told in a line. */
export function terminalText(markdown: string): string {
  return markdown
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(
      /```mermaid\n([\s\S]*?)```/g,
      (_, chart: string) => `  [a picture of ${chart.split('-->').length - 1} arrows, drawn on GitHub]`,
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
    .replace(/^#### (.*)$/gm, '    • $1')
    .replace(
      /^#{1,3} (.*)$/gm,
      (_, title: string) =>
        `\n  ${title.toUpperCase().slice(0, 1)}${title.slice(1)}\n  ${'─'.repeat(Math.min(100, title.length))}`,
    )
    .replaceAll('`', '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

/** A fold as GitHub shows it closed, with how much is behind it. */
function folded(title: string, body: string): string {
  const rows = body.trim().split('\n').length
  return `  ▸ ${title.replace(/<[^>]+>/g, '')} (${rows} lines, folded)`
}

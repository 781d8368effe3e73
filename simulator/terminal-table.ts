/** A table of Markdown in a terminal: columns as wide as there is room, cells broken at blanks. */

const GAP = '  '
/** @param plain takes the marks of Markdown off a cell */
export function tableText(markdown: string, width: number, plain: (text: string) => string): string {
  const [head = [], , ...body] = markdown
    .trimEnd()
    .split('\n')
    .map((line) => cellsOf(line).map(plain))
  const rows = [head, ...body]
  const shown = head.map((_, column) => column).filter((column) => body.some((row) => row[column]))
  const cellsIn = (column: number): string[] => rows.map((row) => row[column] ?? '')
  const longestWord = (column: number): number =>
    Math.max(...cellsIn(column).flatMap((cell) => cell.split(/[ \n]/).map(textWidth)))
  const room = (): number => width - GAP.length * (shown.length - 1)
  // What does not fit word by word is on GitHub.
  while (shown.length > 2 && sum(shown.map(longestWord)) > room()) shown.pop()
  const widths = columnWidths(
    shown.map((column) => ({
      needs: Math.max(...cellsIn(column).flatMap((cell) => cell.split('\n').map(textWidth))),
      least: longestWord(column),
    })),
    room(),
  )
  const drawn = rows.map((row) =>
    rowText(
      shown.map((column) => row[column] ?? ''),
      widths,
    ),
  )
  const rule = widths.map((one) => '─'.repeat(one)).join(GAP)
  return [...(head.every((cell) => cell === '') ? [] : [drawn[0], rule]), ...drawn.slice(1)].join('\n')
}

function cellsOf(line: string): string[] {
  const inner = line.trim().replace(/^\|/, '').replace(/\|$/, '')
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim())
}

/** What each column gets: what it needs where there is room, else those give way that are widest beyond a word. */
function columnWidths(
  columns: readonly { readonly needs: number; readonly least: number }[],
  room: number,
): number[] {
  const widths = columns.map(({ needs }) => needs)
  while (sum(widths) > room) {
    const [widest] = columns
      .map(({ least }, at) => ({ at, spare: (widths[at] ?? 0) - least }))
      .filter(({ spare }) => spare > 0)
      .sort((one, other) => other.spare - one.spare)
    if (widest === undefined) break
    widths[widest.at] = (widths[widest.at] ?? 0) - 1
  }
  return widths
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)

function rowText(cells: readonly string[], widths: readonly number[]): string {
  const broken = cells.map((cell, column) => wrapped(cell, widths[column] ?? 0))
  const height = Math.max(...broken.map((lines) => lines.length))
  return Array.from({ length: height }, (_, at) =>
    broken
      .map((lines, column) => {
        const text = lines[at] ?? ''
        return `${text}${' '.repeat(Math.max(0, (widths[column] ?? 0) - textWidth(text)))}`
      })
      .join(GAP)
      .trimEnd(),
  ).join('\n')
}

function wrapped(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrappedLine(line, width))
}

function wrappedLine(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/ +/)) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && textWidth(longer) > width) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}

/** Columns that a text takes: pictures take two. */
export function textWidth(text: string): number {
  return [...text].reduce((sum, character) => sum + (/\p{Emoji_Presentation}/u.test(character) ? 2 : 1), 0)
}

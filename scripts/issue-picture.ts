/** The picture at the head of the README: the first screen of an issue, drawn from what the action writes. */

import { situations } from '../__tests__/render/northwind.ts'
import { issueText } from '../__tests__/render/northwind-samples.ts'
import type { Verdict } from '../src/audit/model.ts'

const WIDTH = 1160
const MARGIN = 24
const LINE = 18
const PAD = 7
/** What a character of the font takes, on average. */
const CHARACTER = 6.7
/** How much wider code and bold run. */
const WIDER = 1.08
const columns = [
  { width: 62, takes: '' },
  { width: 290, takes: 'What changed' },
  { width: 104, takes: 'When' },
  { width: 182, takes: 'Who' },
  { width: 262, takes: 'Now holds' },
  { width: 212, takes: 'Undo it' },
] as const

interface Piece {
  readonly text: string
  readonly bold: boolean
  readonly code: boolean
}

/** The picture as SVG. */
export function issuePicture(): string {
  const text = issueText(situations()['7-causes'] as Verdict)
  const lines = text.split('\n')
  const headline = lines.find((line) => line.startsWith('# '))?.slice(2) ?? ''
  const sentence = lines.find((line) => line.startsWith('**')) ?? ''
  const [head = [], , ...rows] = lines.filter((line) => line.startsWith('|')).map(cellsOf)
  const shown = columns.map(({ takes }) => head.indexOf(takes))
  const parts: string[] = []
  let y = MARGIN
  const put = (piece: string, height: number): void => {
    parts.push(piece)
    y += height
  }
  const pill = '<rect x="24" y="24" width="64" height="26" rx="13" fill="#1a7f37"/>'
  put(`${pill}<text x="56" y="42" text-anchor="middle" fill="#fff" font-weight="600">Open</text>`, 0)
  put(`<text x="102" y="42" fill="#59636e">github-actions opened this issue · #1</text>`, 50)
  for (const line of wrapped(headline, (WIDTH - 2 * MARGIN) / (CHARACTER * 1.55)))
    put(`<text x="${MARGIN}" y="${y + 16}" font-size="19" font-weight="600">${drawn(line)}</text>`, 26)
  y += 6
  for (const line of wrapped(sentence, (WIDTH - 2 * MARGIN) / CHARACTER))
    put(`<text x="${MARGIN}" y="${y + 13}">${drawn(line)}</text>`, LINE + 1)
  y += 10
  for (const [at, row] of [head, ...rows].entries()) {
    const cells = columns.map(({ width }, column) =>
      wrapped(row[shown[column] ?? -1] ?? '', (width - 2 * PAD) / CHARACTER),
    )
    const height = Math.max(...cells.map((cell) => cell.length)) * LINE + 2 * PAD
    let x = MARGIN
    for (const [column, cell] of cells.entries()) {
      const { width } = columns[column] as (typeof columns)[number]
      const fill = at === 0 ? '#f6f8fa' : '#fff'
      parts.push(
        `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}" stroke="#d1d9e0"/>`,
      )
      for (const [number, line] of cell.entries()) {
        const place = `x="${x + PAD}" y="${y + PAD + 13 + number * LINE}"`
        parts.push(`<text ${place}${at === 0 ? ' font-weight="600"' : ''}>${drawn(line)}</text>`)
      }
      x += width
    }
    y += height
  }
  const height = y + MARGIN
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="-apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif" font-size="13" fill="#1f2328">`,
    `<title>${xml(plain(headline))}</title>`,
    `<rect x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8" fill="#fff" stroke="#d1d9e0"/>`,
    ...parts,
    '</svg>\n',
  ].join('\n')
}

const xml = (text: string): string =>
  text.replaceAll('\u00a0', ' ').replaceAll('&', '&amp;').replaceAll('<', '&lt;')

const cellsOf = (line: string): string[] =>
  line.split(' | ').map((one) => one.replace(/^\| ?| ?\|$/g, '').trim())

const plain = (text: string): string =>
  piecesOf(text)
    .map((one) => one.text)
    .join('')

/** Code, bold and the rest; of a link its text. */
function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = []
  let bold = false
  const readable = text.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
  for (const part of readable.split(/(\*\*|`[^`]*`)/)) {
    if (part === '**') bold = !bold
    else if (part.startsWith('`')) pieces.push({ text: part.slice(1, -1), bold, code: true })
    else if (part !== '') pieces.push({ text: part.replace(/\\([^\w\s])/g, '$1'), bold, code: false })
  }
  return pieces
}

/** Lines of at most so many characters, broken at blanks, in pieces. */
function wrapped(text: string, limit: number): Piece[][] {
  const lines: Piece[][] = [[]]
  let length = 0
  for (const piece of piecesOf(text))
    for (const word of piece.text.split(/(?<= )/)) {
      const wide = piece.bold || piece.code ? WIDER : 1
      if (length > 0 && length + word.trimEnd().length * wide > limit) {
        lines.push([])
        length = 0
      }
      const line = lines.at(-1) as Piece[]
      const last = line.at(-1)
      if (last?.bold === piece.bold && last.code === piece.code)
        line[line.length - 1] = { ...piece, text: `${last.text}${word}` }
      else line.push({ ...piece, text: word })
      length += word.length * wide
    }
  return lines
}

function drawn(line: readonly Piece[]): string {
  return line
    .map(({ text, bold, code }) => {
      const styles = [
        ...(bold ? ['font-weight="600"'] : []),
        ...(code
          ? ['font-family="ui-monospace, Menlo, Consolas, monospace" font-size="0.92em" fill="#0550ae"']
          : []),
      ]
      return styles.length === 0 ? xml(text) : `<tspan ${styles.join(' ')}>${xml(text)}</tspan>`
    })
    .join('')
}

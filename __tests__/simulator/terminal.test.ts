import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { fitted, terminalText } from '../../simulator/terminal.ts'

const golden = ['one-new-holder.summary', 'one-expired.issue', 'incomplete.summary'].map((name) =>
  readFileSync(`__tests__/render/golden/${name}.md`, 'utf8'),
)

describe.each([80, 100, 120])('in a terminal of %s columns', (width) => {
  test.each(golden)('no line breaks by itself, and no word is lost', (markdown) => {
    const text = terminalText(markdown, width)
    const shown = fitted(text, width)
    const longest = Math.max(...shown.split(/\s+/).map((word) => word.length))
    expect(Math.max(...shown.split('\n').map((row) => row.length))).toBeLessThanOrEqual(
      Math.max(width, longest + 4),
    )
    expect(shown.split(/\s+/)).toEqual(text.split(/\s+/))
  })
})

test('what follows a break stands under its text', () => {
  expect(fitted('  - one two\n  DRIFT one two', 9)).toBe('  - one\n    two\n  DRIFT one\n        two')
})

test('no Markdown or HTML is left', () => {
  for (const text of golden) expect(terminalText(text)).not.toMatch(/\*\*|`|<\/?[a-z]+>|<!--|\\[.\-_]/)
})

describe('a table', () => {
  const table =
    '| | Who | What |\n| --- | --- | --- |\n| 🔴 1 | `alice` | everything there is to hold |\n| | `bob` | **nothing**<br>at all |\n'

  test('stands in columns, cells broken at blanks', () => {
    expect(terminalText(table, 32)).toBe(
      [
        '        Who    What',
        '  ────  ─────  ─────────────────',
        '  🔴 1  alice  everything there',
        '               is to hold',
        '        bob    nothing',
        '               at all',
      ].join('\n'),
    )
  })

  test('loses its last columns before a word is cut', () => {
    expect(terminalText(table, 16)).not.toContain('What')
    expect(terminalText(table, 16)).toContain('alice')
  })

  test('without words in a column or a head is drawn without them', () => {
    expect(terminalText('| | |\n| --- | --- |\n| one | |\n')).toBe('  one')
  })
})

test('a fold within a fold is behind the outer one', () => {
  const inner = '<details><summary>inner</summary>\n\ntext\n\n</details>'
  expect(terminalText(`<details><summary>outer</summary>\n\n${inner}\n\n</details>\n\nafter`)).toBe(
    '  ▸ outer (folded)\n\n  after',
  )
})

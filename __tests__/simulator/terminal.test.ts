import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { fitted, terminalText } from '../../simulator/terminal.ts'

const golden = ['one-new-holder.summary', 'one-expired.issue', 'incomplete.summary'].map((name) =>
  terminalText(readFileSync(`__tests__/render/golden/${name}.md`, 'utf8')),
)

describe.each([80, 100, 120])('in a terminal of %s columns', (width) => {
  test.each(golden)('no line breaks by itself, and no word is lost', (text) => {
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
  for (const text of golden) expect(text).not.toMatch(/\*\*|`|<\/?[a-z]+>|<!--|\\[.\-_]/)
})

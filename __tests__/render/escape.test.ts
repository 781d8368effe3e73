/** Names are text and nothing else, wherever they stand. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { code, jsonBlock, logLine, mermaid, prose, visible } from '../../src/render/escape.ts'
import { settings } from '../property-settings.ts'

const parts = [
  ...[
    '`',
    '``',
    '|',
    '\\',
    '*',
    '_',
    '~',
    '#',
    '@',
    '<',
    '>',
    '&',
    '!',
    '[',
    ']',
    '(',
    ')',
    ':',
    '$',
    '-',
    '+',
    '.',
  ],
  ...[
    '@octocat',
    '@acme/team',
    '#1',
    'GH-1',
    'acme/x#1',
    'a@b.example',
    'https://evil.example',
    'www.evil.example',
  ],
  ...[
    '<!-- iam-audit:v1 -->',
    '-->',
    '</details>',
    '<img src=x>',
    '::error::',
    '##[error]',
    'deadbeefdeadbeef',
  ],
  ...[
    '\n',
    '\r\n',
    '\u2028',
    '\u202e',
    '\u200b',
    '\ud800',
    '\u0000',
    '\u00a0',
    ' ',
    '  ',
    'bob',
    '张三',
    '1. ',
    '- ',
  ],
]
const names = fc.array(fc.constantFrom(...parts), { maxLength: 8 }).map((some) => some.join(''))
const invisible = /[\p{C}\p{Zl}\p{Zp}\u00a0]/u

describe('code', () => {
  test('is one code span on one line that nothing in it can end, also in a table', () => {
    fc.assert(
      fc.property(names, (name) => {
        const span = code(name)
        if (name === '') return expect(span).toBe('(empty)')
        const fence = /^`+/.exec(span)?.[0] ?? ''
        const inside = span.slice(fence.length, -fence.length)
        expect(span.endsWith(fence)).toBe(true)
        expect(inside.match(/`+/g) ?? []).not.toContain(fence)
        // A backtick beside the fence would be part of it.
        expect(inside).not.toMatch(/^`|`$/)
        expect(span).not.toMatch(/[|\r\n]/)
        expect(span).not.toMatch(invisible)
      }),
      settings(),
    )
  })

  test('shows what is in it', () => {
    expect(code('bob')).toBe('`bob`')
    expect(code(' bob ')).toBe('`␣bob␣`')
    expect(code('a`b')).toBe('`` a`b ``')
    expect(code('a|b')).toBe('`a∣b`')
    expect(code('\u202ebob')).toBe('`⟨U+202E⟩bob`')
  })

  test('long names are cut in the middle, where they differ least', () => {
    const long = (end: string): string => code('😀'.repeat(300) + end)
    expect([...long('1')].length).toBe(258)
    expect(long('1')).toMatch(/…/)
    expect(long('1')).not.toBe(long('2'))
    expect(long('1').isWellFormed()).toBe(true)
  })
})

describe('prose', () => {
  /** What GitHub sees as text: escapes and empty comments are gone, each of which ends a word for it. */
  const words = (text: string): string[] => text.split('<!-- -->')

  test('has no markup, link, mention or reference', () => {
    fc.assert(
      fc.property(names, (name) => {
        const text = prose(name)
        expect(text).not.toMatch(/[\r\n]/)
        expect(text).not.toMatch(invisible)
        expect(text.replaceAll('<!-- -->', '')).not.toMatch(/[<>]/)
        expect(text.replace(/&(amp|lt|gt);/g, '')).not.toMatch(/&/)
        // Every mark of Markdown has its backslash.
        expect(text.replaceAll('<!-- -->', '').replace(/\\[!-/:-@[-`{-~]/g, '')).not.toMatch(
          /[\\`*_{}[\]()#+.!|~$^=:]/,
        )
        for (const word of words(text)) {
          expect(word).not.toMatch(/@./)
          expect(word).not.toMatch(/#\d|gh\\-\d/i)
          expect(word).not.toMatch(/(https?|ftp)\\:|www\\\./i)
          expect(word).not.toMatch(/[0-9a-f]{7}/i)
        }
      }),
      settings(),
    )
  })

  test('reads as what was written', () => {
    expect(prose('Platform on-call, SEC-123')).toBe('Platform on\\-call, SEC\\-123')
    expect(prose('a & <b>')).toBe('a &amp; &lt;b&gt;')
  })
})

describe('log', () => {
  test('no line is a command to the runner', () => {
    fc.assert(
      fc.property(names, (name) => {
        const line = logLine(name)
        expect(line.trimStart()).not.toMatch(/^::/)
        expect(line).not.toContain('##[')
        expect(line).not.toMatch(/[\r\n\u2028\0]/)
      }),
      settings(),
    )
  })

  test('keeps what it is indented by', () => {
    expect(logLine('  - bob')).toBe('  - bob')
    expect(logLine('  ::error::x')).toBe('  : :error::x')
  })
})

test('a label of a picture holds no mark that Mermaid knows', () => {
  fc.assert(
    fc.property(names, (name) => {
      const label = mermaid(name)
      expect(label).toMatch(/^".*"$/)
      expect(label.slice(1, -1).replace(/#\d+;/g, '')).toMatch(/^[A-Za-z0-9 ,./+\-⟨⟩␣]*$/)
    }),
    settings(),
  )
})

test('JSON in a block means the same, and is nothing but JSON', () => {
  fc.assert(
    fc.property(names, (name) => {
      const block = jsonBlock({ [name]: [name] })
      expect(block.slice(7, -3)).not.toMatch(/[<>&@`]/)
      expect(JSON.parse(block.slice(7, -3))).toEqual({ [name]: [name] })
    }),
    settings(),
  )
})

test('names that look alike are shown apart', () => {
  const alike = [
    'bob',
    'bob ',
    ' bob',
    'bob\u200b',
    '\u202ebob',
    'bob\u00a0',
    'b\u00adob',
    'bob\n',
    'bob\ufe0f',
  ]
  expect(new Set(alike.map(visible)).size).toBe(alike.length)
})

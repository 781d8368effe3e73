import { describe, expect, test } from '@jest/globals'
import {
  ABSENT,
  type Mark,
  presenceSpans,
  type Span,
  UNKNOWN,
  valueAt,
  valueSpans,
} from '../../src/traces/spans.ts'

const LONG_AFTER = 1_000_000
const add = (at: number): Mark<true> => ({ at, time: at * 1000, after: true })
const remove = (at: number, weak = false): Mark<true> => ({ at, time: at * 1000, after: ABSENT, weak })

/** A span as people write it: from where, and whether it was there. */
const drawn = (spans: readonly Span<unknown>[]): string =>
  spans
    .map(
      ({ from, value }) =>
        `${from}${value === ABSENT ? '-' : value === UNKNOWN ? '?' : value === true ? '+' : value}`,
    )
    .join(' ')

describe('what is there or not', () => {
  test.each<[string, Mark<true>[], boolean, string]>([
    ['nothing happened, and it is there', [], true, '0+'],
    ['nothing happened, and it is not', [], false, '0-'],
    ['it came and stayed', [add(2)], true, '0- 2+'],
    ['it went', [remove(3)], false, '0+ 3-'],
    ['it came and went', [add(1), remove(4)], false, '0- 1+ 4-'],
    ['it went and came', [remove(1), add(4)], true, '0+ 1- 4+'],
    ['it came, and nothing shows how it went', [add(2)], false, '0- 2+ 2.25-'],
    ['it came twice: once it went unseen', [add(2), add(5)], true, '0- 2+ 2.25- 5+'],
    ['it went twice: once it came unseen', [remove(2), remove(5)], false, '0+ 2- 4.75+ 5-'],
    ['it went, and is there: it came unseen', [remove(2)], true, '0+ 2-'],
    ['what it belonged to was deleted', [add(2), remove(5, true)], false, '0- 2+ 5-'],
    [
      'what it belonged to was deleted, and nothing shows that it was there',
      [remove(5, true)],
      false,
      '0- 5-',
    ],
  ])('%s', (_, marks, present, expected) => {
    expect(drawn(presenceSpans(marks, present, LONG_AFTER))).toBe(expected)
  })

  test('what happened while the account was read may not have been seen', () => {
    expect(drawn(presenceSpans([add(2), remove(5)], true, 4000))).toBe('0- 2+')
    expect(drawn(presenceSpans([add(5)], false, 4000))).toBe('0-')
  })

  test('the order in which traces are handed over does not matter', () => {
    expect(drawn(presenceSpans([remove(4), add(1)], false, LONG_AFTER))).toBe('0- 1+ 4-')
  })
})

describe('what has a value', () => {
  const set = (at: number, after: string | typeof UNKNOWN, created = false): Mark<string> => ({
    ...{ at, time: at * 1000, after, created },
  })
  const spans = (marks: Mark<string>[], present: string | typeof ABSENT): string =>
    drawn(valueSpans(marks, present, LONG_AFTER))

  test('before its first change it is unknown, unless that made it', () => {
    expect(spans([set(2, 'b')], 'b')).toBe('0? 2b')
    expect(spans([set(2, 'b', true)], 'b')).toBe('0- 2b')
  })

  test('between changes it is what the last one made it', () => {
    expect(spans([set(2, 'b'), set(4, 'c')], 'c')).toBe('0? 2b 4c')
  })

  test('a last change that says nothing made it what it is now', () => {
    expect(spans([set(2, 'b'), set(4, UNKNOWN)], 'c')).toBe('0? 2b 4c')
    expect(spans([set(2, UNKNOWN), set(4, 'c')], 'c')).toBe('0? 2? 4c')
  })

  test('a change that the present contradicts was followed by one that nothing shows', () => {
    expect(spans([set(2, 'b')], 'c')).toBe('0? 2b 2.25?')
    expect(spans([set(2, 'b', true)], ABSENT)).toBe('0- 2b 2.25?')
  })
})

test('the value at a position is that of the last span that began', () => {
  const spans = presenceSpans([add(2), remove(5)], false, LONG_AFTER)
  expect([0, 1.75, 2, 4.75, 5, 9].map((at) => valueAt(spans, at))).toEqual([
    ABSENT,
    ABSENT,
    true,
    true,
    ABSENT,
    ABSENT,
  ])
})

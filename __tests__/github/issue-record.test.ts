import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { IssueRow } from '../../src/github/desired-issue.ts'
import {
  fingerprint,
  hasMarker,
  type IssueRecord,
  markerLine,
  readBody,
  rowDigest,
  visibleBudget,
  writeBody,
} from '../../src/github/issue-record.ts'
import { settings } from '../property-settings.ts'
import { key, row } from './stage.ts'

const LIMIT = 65_536

function recordOf(rows: readonly IssueRow[]): IssueRecord {
  const digests = rows.map(rowDigest)
  return {
    revision: 3,
    fingerprints: { drift: fingerprint(digests), unconfirmed: '', incomplete: 'a', expiring: 'b' },
    digests,
    rows: rows.map(({ name, principal, permission, words }) => ({
      ...{ name, principal, permission, words },
      digest: rowDigest({ key: JSON.stringify(name) }),
    })),
    assigned: ['octocat'],
    stamp: { taken_at: '2026-01-01T00:00:00Z', run_url: '' },
  }
}

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '-->',
    '<!-- iam-audit:record {} -->',
    '<!-- iam-audit:drift -->',
    '<!-- /iam-audit:drift -->',
    '\n<!-- /iam-audit:drift -->\n',
    '\n  <!-- iam-audit:drift -->\n',
    '\n<!-- iam-audit:record {"v":1} -->\n',
    '`@octocat`',
    '\r\n\r\n',
    '\ud800',
    ' -->\n',
  ),
)

test('what is written is read back, whatever names and text are made of', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(hostile, hostile, hostile), { maxLength: 6 }), hostile, (names, text) => {
      const rows = names.map(
        ([user, id, words]): IssueRow => ({ ...row(user), key: id + words, principal: id, words }),
      )
      const digests = rows.map(rowDigest)
      const record = {
        ...recordOf(rows),
        rows: rows.map((one, index) => ({
          ...{ name: one.name, principal: one.principal, permission: one.permission, words: one.words },
          digest: digests[index] as string,
        })),
      }
      const body = writeBody(key, { head: text, drift: 'one', rest: text }, record)
      expect(hasMarker(body, key)).toBe(true)
      const read = readBody(body)
      expect(read).toMatchObject({ intact: true, drift: 'one' })
      // Whatever stands between is not cut at what looks like a delimiter.
      const around = `before\n${text}\nafter`
      const shown = readBody(writeBody(key, { head: '', drift: around, rest: '' }, record)).drift
      expect(shown?.startsWith('before\n') && shown.endsWith('\nafter')).toBe(true)
      expect(read.record).toEqual(JSON.parse(JSON.stringify(record)))
      // As the web editor sends it back: whatever ended a line, CRLF does now.
      expect(readBody(body.replace(/\r\n?|\n/g, '\r\n').trimEnd()).intact).toBe(true)
      // One HTML comment at the end, and nothing in it that means anything to GitHub.
      const hidden = body.slice(body.lastIndexOf('<!-- iam-audit:record '))
      expect(hidden.slice(4, -4)).not.toMatch(/[<>@&`\u007f-\uffff]/)
    }),
    settings(300),
  )
})

test('markers differ exactly when keys do, and stay one line', () => {
  fc.assert(
    fc.property(
      hostile.filter((text) => text.isWellFormed()),
      hostile.filter((text) => text.isWellFormed()),
      (one, other) => {
        const marker = markerLine({ ...key, account: one, baseline: other })
        expect(marker).not.toMatch(/[\r\n]/)
        expect(marker.indexOf('-->')).toBe(marker.length - 3)
        expect(hasMarker(`${marker}\nText`, { ...key, account: other, baseline: one })).toBe(one === other)
      },
    ),
    settings(),
  )
})

describe('a body that somebody edited', () => {
  const rows = [row('alice'), row('bob')]
  const body = writeBody(key, { head: 'Verdict.', drift: '- alice\n- bob', rest: 'More.' }, recordOf(rows))

  test.each<[string, (text: string) => string, { known: boolean; intact: boolean }]>([
    ['not at all', (text) => text, { known: true, intact: true }],
    ['all clear', (text) => text.replace('- alice', 'All clear.'), { known: true, intact: false }],
    ['a line added at the end', (text) => `${text}\nSee SEC-12.`, { known: true, intact: false }],
    [
      'the record removed',
      (text) => text.slice(0, text.indexOf('<!-- iam-audit:record')),
      { known: false, intact: false },
    ],
    ['its end removed', (text) => text.slice(0, -20), { known: false, intact: false }],
    ['no JSON', (text) => text.replace('"revision"', 'revision'), { known: false, intact: false }],
    ['another version', (text) => text.replace('"v":1', '"v":2'), { known: false, intact: false }],
    [
      'a wrong type',
      (text) => text.replace('"revision":3', '"revision":"3"'),
      { known: false, intact: false },
    ],
    ['a key too short', (text) => text.replace(/"keys":"./, '"keys":"'), { known: false, intact: false }],
    [
      'a second record',
      (text) => `${text}<!-- iam-audit:record {"v":1} -->`,
      { known: false, intact: false },
    ],
    [
      'a deep record',
      (text) => text.replace('"assigned":[', `"assigned":[${'['.repeat(9999)}`),
      { known: false, intact: false },
    ],
  ])('%s', (_, edit, expected) => {
    const read = readBody(edit(body))
    expect({ known: read.record !== null, intact: read.intact }).toEqual(expected)
  })

  test.each([null, '', 'x', '<!-- iam-audit:record ', ' -->', `${markerLine(key)}`])(
    'never was one: %j',
    (text) => {
      expect(readBody(text)).toEqual({ record: null, intact: false, drift: null })
    },
  )
})

describe('size', () => {
  test.each([0, 1, 2000, 3000, 20_000])('%i rows leave room to read and fit the limit exactly', (count) => {
    const rows = Array.from({ length: count }, (_, index) => row(`user-${index}-${'名'.repeat(20)}`))
    const digests = rows.map(rowDigest)
    const record: IssueRecord = {
      ...recordOf([]),
      digests,
      rows: rows.map((one, index) => ({ ...one, digest: digests[index] as string })),
    }
    const budget = visibleBudget(key, record)
    expect(budget).toBeGreaterThan(28_000)
    const body = writeBody(
      key,
      { head: 'a'.repeat(budget - 20), drift: 'b'.repeat(10), rest: 'c'.repeat(10) },
      record,
    )
    expect(body.length).toBeLessThanOrEqual(LIMIT)
    expect(body.length).toBeGreaterThan(LIMIT - 100)
    expect(readBody(body).record?.digests).toEqual(digests.slice(0, 3000))
  })
})

test('a fingerprint is of the set', () => {
  expect(fingerprint([])).toBe('')
  expect(fingerprint(['a', 'b'])).toBe(fingerprint(['b', 'a', 'b']))
  expect(fingerprint(['ab'])).not.toBe(fingerprint(['a', 'b']))
})

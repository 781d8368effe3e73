/** No text keeps a secret, whatever it does to its letters. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { code, jsonBlock, logLine, mermaid, prose, reason } from '../../src/render/escape.ts'
import { MASK, Secrets } from '../../src/text/scrub.ts'
import { settings } from '../property-settings.ts'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const keys = fc
  .array(fc.constantFrom(...`${letters}+/=_-.&<>"'\\|%#@~`), { minLength: 6, maxLength: 90 })
  .map((all) => all.join(''))
const around = fc.string({ maxLength: 40 })

function secretsOf(...values: string[]): Secrets {
  const secrets = new Secrets()
  for (const value of values) secrets.add(value)
  return secrets
}

/** Every way in which this product writes somebody else's text. */
const writers: readonly [name: string, write: (text: string) => string][] = [
  ['as it is', (text) => text],
  ['a code span', code],
  ['prose', prose],
  ['a reason', reason],
  ['a line of the log', logLine],
  ['a label of a picture', mermaid],
  ['a JSON block', (text) => jsonBlock({ text })],
  ['JSON', (text) => JSON.stringify({ text })],
  ['prose in JSON', (text) => JSON.stringify({ text: prose(text) })],
  ['an address', encodeURIComponent],
  ['an address in prose', (text) => prose(encodeURIComponent(text))],
]

describe('a secret', () => {
  test.each([
    ['A%AAA>', prose],
    ['A%AAA>', reason],
    ['A&lt;A"', (text: string) => JSON.stringify({ text })],
    ['A\\u0041>', prose],
  ])(
    '%s, which holds what looks like an escape, is taken out where other letters are escaped',
    (secret, write) => {
      expect(secretsOf(secret).scrub(write(`x ${secret} y`))).toContain(MASK)
    },
  )

  test.each(writers)('written as %s is taken out', (_, write) => {
    fc.assert(
      fc.property(keys, around, around, (secret, before, after) => {
        fc.pre(!before.includes(secret) && secret.trim() === secret)
        const text = write(`${before} ${secret} ${after}`)
        // Cut away, or there: then it must go.
        const clean = secretsOf(secret).scrub(text)
        if (text.includes(write(secret).slice(1, -1)) && write(secret).length > 8)
          expect(clean).toContain(MASK)
        expect(clean).not.toContain(secret)
      }),
      settings(200),
    )
  })

  test('with a bar beside what looks like an escape is taken out of a code span', () => {
    expect(secretsOf('%AAA|AA').scrub(code('x %AAA|AA y'))).toBe('`x *** y`')
  })

  test('cut, whichever end is left, leaves nothing to guess by', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...letters), { minLength: 40, maxLength: 900 }).map((all) => all.join('')),
        fc.nat(),
        fc.nat(),
        (secret, from, length) => {
          const part = secret.slice(from % secret.length).slice(0, 16 + (length % 100))
          const clean = secretsOf(secret).scrub(`found "${part}…"; allowed: audit.`)
          if (part.length >= 16) expect(clean).toBe(`found "${MASK}…"; allowed: audit.`)
        },
      ),
      settings(),
    )
  })

  test('of several lines is taken out line by line, with and without its blanks', () => {
    const secrets = secretsOf(' line-one \nline-two\r\n')
    expect(secrets.scrub('a line-one b line-two c')).toBe(`a ${MASK} b ${MASK} c`)
  })

  test('that overlaps another, or stands beside itself, leaves no rest', () => {
    const secrets = secretsOf('abcdefgh', 'efghijkl')
    expect(secrets.scrub('-abcdefghijkl-abcdefghabcdefgh-')).toBe(`-${MASK}-${MASK}${MASK}-`)
  })

  test('too short to be one is left alone, and so is a text without any', () => {
    expect(secretsOf('a', 'true', '').scrub('a true story')).toBe('a true story')
    expect(secretsOf('hunter2').scrub('What hunter 2 said: `\\*`, &amp; %41.')).toBe(
      'What hunter 2 said: `\\*`, &amp; %41.',
    )
  })

  test('that somebody made up of words takes no words out of honest text', () => {
    expect(secretsOf('the-cache-of-iam-audit').scrub('the-cache-of-iam is full')).toBe(
      'the-cache-of-iam is full',
    )
  })
})

test('values keep their shape', () => {
  const value = { list: ['x hunter2', 2, null, { hunter2: true }], none: undefined }
  expect(secretsOf('hunter2').scrubAll(value)).toEqual({
    list: [`x ${MASK}`, 2, null, { [MASK]: true }],
    none: undefined,
  })
})

test('what holds no secret stays the same object, and what is shared stays shared', () => {
  const [clean, dirty] = [{ name: 'alice' }, { name: 'hunter2' }]
  const value = { clean: [clean], dirty: [dirty, dirty] }
  const scrubbed = secretsOf('hunter2').scrubAll(value)
  expect(scrubbed.clean).toBe(value.clean)
  expect(scrubbed.dirty[0]).toEqual({ name: MASK })
  expect(scrubbed.dirty[0]).toBe(scrubbed.dirty[1])
  expect(secretsOf('nothing-of-it').scrubAll(value)).toBe(value)
})

test('a large text takes no longer than reading it', () => {
  const secrets = secretsOf('Sk'.repeat(20), letters.repeat(30))
  const text = `${'\\"name\\": \\u0041 &amp; '.repeat(100_000)}${letters}`
  expect(secrets.scrub(text).endsWith(MASK)).toBe(true)
})

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { samples } from './samples.ts'

const folder = '__tests__/render/golden'
const rendered = samples()

test('there is a committed sample for each situation (npm run generate)', () => {
  expect(
    readdirSync(folder)
      .filter((name) => name.includes('.'))
      .sort(),
  ).toEqual([...rendered.keys()].sort())
})

describe.each([...rendered])('%s', (name, text) => {
  test('is as committed', () => {
    expect(text).toBe(readFileSync(`${folder}/${name}`, 'utf8'))
  })

  test('never says "nobody", closes its folds, and fits', () => {
    expect(text).not.toMatch(/\bnobody\b/i)
    expect(text.split('<details>').length).toBe(text.split('</details>').length)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1024 * 1024)
  })
})

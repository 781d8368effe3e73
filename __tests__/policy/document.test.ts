import { describe, expect, test } from '@jest/globals'
import { parseDocument } from '../../src/policy/index.ts'
import documents from './cases/documents.json' with { type: 'json' }

describe('policy documents', () => {
  test.each(documents)('$name', ({ text, undetermined }) => {
    const parsed = parseDocument(text)
    if (undetermined === null) expect(parsed.ok).toBe(true)
    else expect(parsed).toEqual({ ok: false, reason: expect.stringContaining(undetermined) })
  })

  test('scalars become lists, and what is absent stays absent', () => {
    const text = '{"Version":"5.0","Statement":{"Effect":"Deny","NotAction":"iam:*:*","Resource":"*"}}'
    expect(parseDocument(text)).toEqual({
      ok: true,
      statements: [{ number: 1, effect: 'Deny', notAction: ['iam:*:*'], resource: ['*'] }],
    })
  })

  test('a document nested very deep is unclear, and is answered at once', () => {
    const deep = '{"Version":"5.0","Statement":'.concat('['.repeat(200_000), ']'.repeat(200_000), '}')
    expect(parseDocument(deep).ok).toBe(false)
  })

  test('a very long document is read whole', () => {
    const actions = Array.from({ length: 50_000 }, (_, at) => `"iam:users:action${at}"`).join(',')
    expect(parseDocument(`{"Version":"5.0","Statement":[{"Effect":"Allow","Action":[${actions}]}]}`).ok).toBe(
      true,
    )
  })

  test('a reason quotes little of the document', () => {
    const parsed = parseDocument(`{"Version":"5.0","Statement":[],"${'x'.repeat(10_000)}":1}`)
    expect(parsed.ok ? '' : parsed.reason).toMatch(/^.{10,120}$/)
  })
})

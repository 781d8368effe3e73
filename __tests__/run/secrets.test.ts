/** What a run starts with is registered before anything is said, wherever it was pasted. */
import { describe, expect, jest, test } from '@jest/globals'
import { readInputs } from '../../src/run/inputs.ts'
import { maskEnvironment, scrub } from '../../src/run/secrets.ts'

const key = 'q7RkX2mB9vTn4LsYc6WdZ1fJh8GpAe3UoKi5xCbQ'
const token = `${'Zx9Kq2'.repeat(40)}`

/** What is left of a text once such a run has registered its secrets; the runner is told too. */
function said(environment: Record<string, string>, text: string): string {
  const written = jest.spyOn(process.stdout, 'write').mockReturnValue(true)
  try {
    maskEnvironment(environment)
  } finally {
    written.mockRestore()
  }
  return scrub(text)
}

describe('what holds a secret', () => {
  test.each<[string, Record<string, string>, string]>([
    ['the secret key', { 'INPUT_SECRET-ACCESS-KEY': 'key-in-an-input-1' }, 'key-in-an-input-1'],
    ['the security token', { 'INPUT_SECURITY-TOKEN': 'token-in-an-input-1' }, 'token-in-an-input-1'],
    ['the cache secret', { 'INPUT_CACHE-SECRET': 'cache-secret-1' }, 'cache-secret-1'],
    ['the GitHub token', { 'INPUT_GITHUB-TOKEN': 'github-token-1' }, 'github-token-1'],
    ['a family of the environment', { HW_SECRET_KEY: 'key-of-family-1\n' }, 'key-of-family-1'],
    [
      'its token, though the rest is missing',
      { HW_SECURITY_TOKEN: 'token-of-family-1' },
      'token-of-family-1',
    ],
    ['a family without token', { HUAWEI_CLOUD_SECRET_ACCESS_KEY: 'key-of-third' }, 'key-of-third'],
    [
      'what asks for the OIDC token',
      { ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token-1' },
      'request-token-1',
    ],
    ['the address of a proxy', { HTTPS_PROXY: 'http://me:pass%40word1@proxy:3128' }, 'pass@word1'],
    ['such an address without a scheme', { http_proxy: 'me:other-word@proxy:3128' }, 'other-word'],
    ['mode, pasted', { INPUT_MODE: key }, key],
    ['a path, pasted', { INPUT_CONFIG: `.github/${key}` }, key],
    ['a number, pasted', { 'INPUT_MAX-RATE': `${key.slice(0, 24)}7a` }, `${key.slice(0, 24)}7a`],
    ['the access key, exchanged with the secret key', { 'INPUT_ACCESS-KEY-ID': `${key}x1` }, `${key}x1`],
  ])('%s', (_, environment, secret) => {
    expect(said(environment, `server said: ${secret}!`)).toBe('server said: ***!')
  })

  test('and in an error that quotes only its beginning', () => {
    const environment = { INPUT_MODE: token }
    expect(() => readInputs(environment)).toThrow(/allowed: auto/)
    try {
      readInputs(environment)
    } catch (error) {
      const text = said(environment, (error as Error).message)
      expect(text).toContain('found "***…"; allowed: auto')
    }
  })
})

test.each([
  ['INPUT_CONFIG', '.github/iamAuditProductionAccountSettings2.yml'],
  ['INPUT_SARIF', 'results/IamAuditOfProduction1/out.sarif'],
  ['INPUT_SNAPSHOT', '/tmp/iam-audit-run-Ab3xYz/snapshot.json.gz'],
  ['INPUT_CACHE', '/home/runner/work/_temp/0b22a1c3d4e5f60718293a4b5c6d7aaa'],
  ['INPUT_ACCESS-KEY-ID', 'HPUAABCDEF0123456789'],
  ['INPUT_MODE', 'update-baselines'],
])('a name is none: %s %s', (input, value) => {
  expect(said({ [input]: value }, value)).toBe(value)
})

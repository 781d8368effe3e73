import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'
import { schemaFiles } from '../../scripts/schema-files.ts'
import { readBaseline } from '../../src/baseline/read-baseline.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { patternProblem } from '../../src/policy/index.ts'

const read = (path: string): string => readFileSync(path, 'utf8')

test.each(Object.entries(schemaFiles()))('schemas/%s is what the zod schema says', (name, text) => {
  // To bring it up to date: npm run generate
  expect(read(`schemas/${name}`)).toBe(text)
})

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true })
;(addFormats as unknown as (one: Ajv2020) => void)(ajv)
const config = ajv.compile(JSON.parse(read('schemas/iam-audit.schema.json')))
const baseline = ajv.compile(JSON.parse(read('schemas/iam-baseline.schema.json')))

describe('the examples', () => {
  test('pass both the schema and the reader', () => {
    const text = read('examples/iam-audit.yml')
    expect([config(parse(text)), config.errors]).toEqual([true, null])
    const { account, permissions } = readConfig(text, 'examples/iam-audit.yml')
    const json = read('examples/iam-baseline.json')
    expect([baseline(JSON.parse(json)), baseline.errors]).toEqual([true, null])
    const file = readBaseline(json, 'examples/iam-baseline.json', { account })
    expect(Object.keys(file.baseline.audited_permissions)).toEqual(permissions.map((one) => one.name))
  })
})

const least = { version: 1, 'audited-permissions': [{ preset: 'iam-administration@1' }] }
const badConfigs: [string, unknown][] = [
  ['no version', { ...least, version: undefined }],
  ['an unknown key', { ...least, foo: 1 }],
  ['an unknown key of approvals', { ...least, approvals: { foo: 1 } }],
  ['no permissions', { ...least, 'audited-permissions': [] }],
  ['an unknown preset', { ...least, 'audited-permissions': [{ preset: 'x@1' }] }],
  ['a bad name', { ...least, 'audited-permissions': [{ name: 'X', actions: ['*'] }] }],
  ['a bad pattern', { ...least, 'audited-permissions': [{ name: 'x', actions: ['iam:users'] }] }],
  ['a bad severity', { ...least, 'audited-permissions': [{ name: 'x', actions: ['*'], severity: 'x' }] }],
]
test.each(badConfigs)('the schema of the config refuses %s', (_, value) => {
  const json = JSON.parse(JSON.stringify(value))
  expect(config(json)).toBe(false)
  expect(() => readConfig(JSON.stringify(json), 'c')).toThrow()
})

test('an account of digits passes the schema and the reader, in quotes or not', () => {
  for (const account of ['12345678901234567890123456789012', '"1234"', '1e5']) {
    const text = `${JSON.stringify(least).slice(0, -1)}, "account": ${account}}`
    expect([config(parse(text)), config.errors]).toEqual([true, null])
    expect(readConfig(text, 'c').account).toBe(account.replaceAll('"', ''))
  }
})

const entry = { user: 'a', user_id: 'a', permission: 'p', grants: [{ actions: ['*'] }] }
const file = (over: object): object => ({
  ...{ version: 1, account: 'a', audited_permissions: { p: { actions: ['*'] } } },
  approvals: [{ ...entry, ...over }],
})
const badEntries: [string, object][] = [
  ['an unknown key', { foo: 1 }],
  ['no grants', { grants: [] }],
  ['a bad pattern', { grants: [{ actions: ['a:b'] }] }],
  ['a bad day', { expires: 'tomorrow' }],
  ['a day that does not exist', { expires: '2027-02-30' }],
  ['eligible without end', { assignment: 'eligible' }],
  ['both kinds of resources', { grants: [{ actions: ['*'], resources: ['a'], not_resources: ['b'] }] }],
  ['disabled false', { disabled: false }],
  ['another assignment', { assignment: 'maybe' }],
]
test.each(badEntries)('the schema of the baseline refuses %s', (_, over) => {
  const json = file(over)
  expect(baseline(json)).toBe(false)
  expect(() => readBaseline(JSON.stringify(json), 'b')).toThrow()
})

test('the schema of the baseline allows fields of one’s own', () => {
  expect([baseline(file({ 'x-ticket': [1] })), baseline.errors]).toEqual([true, null])
})

test('the pattern rule for editors is that of the reader', () => {
  const parts = ['', '*', 'a', 'a*', '?', ':', '::', ' ', 'é', '\u007f', '\n']
  const texts = parts.flatMap((one) => parts.flatMap((two) => parts.map((three) => one + two + three)))
  for (const text of [...texts, 'iam:users:get*', 'a:b:c:d', 'a*:*', 'a?:*']) {
    const value = { ...least, 'audited-permissions': [{ name: 'x', actions: [text] }] }
    expect([text, config(value)]).toEqual([text, patternProblem(text) === null])
  }
})

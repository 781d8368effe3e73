import { describe, expect, test } from '@jest/globals'
import { halfFamilies, keysFromEnvironment } from '../../src/cloud/keys/given-keys.ts'
import { readInputs } from '../../src/run/inputs.ts'
import { UserError } from '../../src/text/problem.ts'

const given = (inputs: Record<string, string>) =>
  Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]))

function problemsOf(inputs: Record<string, string>): string[] {
  try {
    readInputs(given(inputs))
    return []
  } catch (error) {
    expect(error).toBeInstanceOf(UserError)
    return (error as UserError).problems.map((problem) => problem.where)
  }
}

test('without inputs every default of action.yml holds', () => {
  expect(readInputs({})).toMatchObject({
    mode: 'auto',
    config: '.github/iam-audit.yml',
    baseline: '.github/iam-baseline.json',
    maxRate: 10,
    dryRun: false,
    allowPublic: false,
    failOn: new Set(['unapproved-holder', 'exceeds-approval', 'approval-expired', 'was-held']),
    update: new Set(['new', 'exceeding', 'expired', 'no-longer-held']),
  })
})

test('fail-on takes none, and no-longer-held beside the drift kinds', () => {
  expect(readInputs(given({ 'fail-on': 'none' })).failOn).toEqual(new Set())
  expect(readInputs(given({ 'fail-on': 'no-longer-held, approval-expired' })).failOn).toEqual(
    new Set(['no-longer-held', 'approval-expired']),
  )
})

test('update takes renew, which is no default', () => {
  expect(readInputs(given({ update: 'renew' })).update).toEqual(new Set(['renew']))
  expect(readInputs({}).update).not.toContain('renew')
})

test.each([
  ['cn-east-3', '', 'cn-north-4'],
  ['ap-southeast-3', '', 'ap-southeast-1'],
  ['eu-west-101', '', 'ap-southeast-1'],
  ['cn-east-3', 'cn-south-1', 'cn-south-1'],
])('traces of region %s and trace-region %j are asked for in %s', (region, traceRegion, expected) => {
  expect(readInputs(given({ region, 'trace-region': traceRegion })).traceRegion).toBe(expected)
})

test('users are separated by commas or line breaks', () => {
  expect(readInputs(given({ users: 'alice, bob\ncarol\n' })).users).toEqual(['alice', 'bob', 'carol'])
})

describe('what is wrong is named', () => {
  const cases: [name: string, inputs: Record<string, string>, where: string[]][] = [
    ['an unknown mode', { mode: 'audits' }, ['input mode']],
    ['a rate of zero', { 'max-rate': '0' }, ['input max-rate']],
    ['a rate that is no number', { 'max-rate': 'fast' }, ['input max-rate']],
    ['a boolean in words', { 'dry-run': 'yes' }, ['input dry-run']],
    ['an unknown drift kind', { 'fail-on': 'drift' }, ['input fail-on']],
    ['none beside a kind', { 'fail-on': 'none,approval-expired' }, ['input fail-on']],
    ['an unknown severity', { 'fail-on-severity': 'severe' }, ['input fail-on-severity']],
    ['an unknown update kind', { update: 'everything' }, ['input update']],
    ['a list of users without a user, which would be everybody', { users: ', ,' }, ['input users']],
    ['a day that does not exist', { expires: '2027-02-30' }, ['input expires']],
    [
      'a provider without an agency',
      { 'oidc-provider-urn': 'iam::a:oidcProvider:github' },
      ['input agency-urn'],
    ],
    ['half a key', { 'access-key-id': 'AccessKey' }, ['input secret-access-key']],
    ['the other half', { 'secret-access-key': 'SecretKey' }, ['input access-key-id']],
    [
      'a snapshot read and written',
      { snapshot: 'a.json', 'save-snapshot': 'b.json' },
      ['input save-snapshot'],
    ],
    ['a rate beyond reason', { 'max-rate': '1e9' }, ['input max-rate']],
    ['a token with a line break', { 'github-token': 'first\nsecond' }, ['input github-token']],
    [
      'keys that no header carries',
      { 'access-key-id': 'Access Key', 'secret-access-key': 'geheimniß', 'security-token': 'a\u200b' },
      ['input access-key-id', 'input secret-access-key', 'input security-token'],
    ],
    ['an agency by its name alone', { 'agency-urn': 'auditor' }, ['input agency-urn']],
    [
      'endpoints and region, with the rest',
      { 'iam-endpoint': 'https://iam.evil.example', 'sts-endpoint': 'http://sts', region: 'Mars', mode: 'x' },
      ['input iam-endpoint', 'input mode', 'input region', 'input sts-endpoint'],
    ],
    [
      'where traces are, which is no other service',
      { 'trace-region': 'nowhere', 'trace-endpoint': 'https://iam.ap-southeast-1.myhuaweicloud.com' },
      ['input trace-endpoint', 'input trace-region'],
    ],
    [
      'a bucket that is called as the service',
      { 'trace-endpoint': 'https://cts.obs.myhuaweicloud.com' },
      ['input trace-endpoint'],
    ],
    [
      'several at once',
      { mode: 'x', 'max-rate': '-1', 'dry-run': '1' },
      ['input dry-run', 'input max-rate', 'input mode'],
    ],
  ]
  test.each(cases)('%s', (_name, inputs, where) => {
    expect(problemsOf(inputs).sort()).toEqual(where)
  })
})

test('no error repeats the value of a secret', () => {
  const secrets = ['secret-access-key', 'security-token', 'github-token', 'cache-secret']
  try {
    readInputs(given(Object.fromEntries(secrets.map((name) => [name, 'Geheim\nplanted']))))
  } catch (error) {
    expect(String((error as Error).message)).not.toMatch(/Geheim|planted/)
  }
  expect.assertions(1)
})

describe('keys of the environment', () => {
  const family = { HW_ACCESS_KEY: 'AccessKey', HW_SECRET_KEY: 'SecretKey\n' }

  test('lose the line break they were stored with', () => {
    expect(keysFromEnvironment(family)).toEqual({
      ...{ accessKeyId: 'AccessKey', secretAccessKey: 'SecretKey' },
      origin: 'the variables HW_ACCESS_KEY, HW_SECRET_KEY and HW_SECURITY_TOKEN',
    })
  })

  test('that no header carries are refused by the name of the variable', () => {
    const wrong = { ...family, HW_SECURITY_TOKEN: 'Geheim\nplanted' }
    expect(() => keysFromEnvironment(wrong)).toThrow(/^variable HW_SECURITY_TOKEN: holds a blank/)
    expect(() => keysFromEnvironment(wrong)).not.toThrow(/Geheim|planted/)
  })

  test('of half a family are told, and not used', () => {
    const halves = { HW_ACCESS_KEY: 'AccessKey', HUAWEICLOUD_SDK_SK: 'SecretKey' }
    expect(keysFromEnvironment(halves)).toBeNull()
    expect(halfFamilies(halves)).toEqual([
      'HUAWEICLOUD_SDK_SK is set and HUAWEICLOUD_SDK_AK is not.',
      'HW_ACCESS_KEY is set and HW_SECRET_KEY is not.',
    ])
  })
})

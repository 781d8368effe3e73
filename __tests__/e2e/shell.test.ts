/**
 * `dist/cli.js` in an empty folder against a simulated cloud: every command, every exit code. What differs in words
 * alone stays in the process of the test.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { AccountBuilder, allow, deny, document, idOf } from '../../simulator/iam/account.ts'
import { type IamSimulator, startIamSimulator } from '../../simulator/iam/server.ts'
import { runShell, type ShellRun, shellKeys } from '../../simulator/shell.ts'
import { runWarmShell } from './shell-in-process.ts'
import { BASELINE, CONFIG, plainConfig } from './world.ts'

/** alice administers users by a group, but for what a Deny takes; carol is in the built-in group; dave may assume an agency. */
const company = (): AccountBuilder =>
  new AccountBuilder('acme')
    .users('alice', 'bob', 'carol', 'dave')
    .group('ops', 'alice')
    .group('admin', 'carol')
    .policy('People', document(allow('iam:users:*')))
    .policy('CustomOps', document(allow('iam:*:*')))
    .policy('guard', document(deny('iam:users:deleteUserV5')))
    .policy('MayAssume', document(allow('sts:agencies:assume')))
    .attach('People', { group: 'ops' })
    .attach('guard', { user: 'alice' })
    .attach('MayAssume', { user: 'dave' })
    .agency('robot', {
      Version: '5.0',
      Statement: [
        {
          ...{ Effect: 'Allow', Action: ['sts:agencies:assume'] },
          Principal: { IAM: [idOf('account', 'acme')] },
        },
      ],
    })
    .attach('CustomOps', { agency: 'robot' })

const folders: string[] = []
let cloud: IamSimulator
let saved: string

const emptyFolder = (files: Readonly<Record<string, string>> = {}): string => {
  const folder = mkdtempSync(join(tmpdir(), 'iam-audit-shell-'))
  folders.push(folder)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

const ofCloud = (): string[] => [
  '--iam-endpoint',
  cloud.url,
  '--sts-endpoint',
  cloud.url,
  '--max-rate',
  '1000',
]
const live = (folder: string, ...args: string[]): Promise<ShellRun> =>
  runShell([...args, ...ofCloud()], { folder, environment: shellKeys })
const asked = (folder: string, ...args: string[]): Promise<ShellRun> =>
  runShell([...args, '--snapshot', saved], { folder })
const warm = (folder: string, ...args: string[]): Promise<ShellRun> =>
  runWarmShell([...args, ...ofCloud()], { folder, environment: shellKeys })
const warmAsked = (folder: string, ...args: string[]): Promise<ShellRun> =>
  runWarmShell([...args, '--snapshot', saved], { folder })

beforeAll(async () => {
  cloud = await startIamSimulator({ account: company().account })
  saved = join(emptyFolder(), 'account.json.gz')
  const run = await live(dirname(saved), 'snapshot', '--out', saved)
  expect([run.exitCode, run.output]).toEqual([0, ''])
  expect(run.errors).toContain('Read 5 users')
})
afterAll(async () => {
  await cloud.close()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

describe('audit', () => {
  test('without a baseline shows who holds what, by way, and ends with 1', async () => {
    const run = await live(emptyFolder({ [CONFIG]: plainConfig }), 'audit')
    expect(run.exitCode).toBe(1)
    expect(run.output).toMatch(/^.*there is no baseline yet/)
    expect(run.output).toContain('through group ops → People v1, statement 1, iam:users:*')
    expect(run.output).toMatch(/^ {2}dave$/m)
    expect(run.output).toContain('through may assume robot')
    expect(run.output).not.toContain(idOf('user', 'alice'))
  })

  test('is green with what update-baseline wrote, and red with one more holder', async () => {
    const folder = emptyFolder({ [CONFIG]: plainConfig })
    const written = await live(folder, 'update-baseline', '--justification', 'SEC-1')
    expect([written.exitCode, written.errors]).toEqual([0, ''])
    expect(written.output).toContain('added     alice, iam-administration')
    const again = await warm(folder, 'update-baseline', '--justification', 'SEC-1')
    expect([again.exitCode, again.output]).toEqual([0, expect.stringContaining('is up to date')])
    const green = await live(folder, 'audit')
    expect([green.exitCode, green.errors]).toEqual([0, ''])

    const more = company().attach('CustomOps', { user: 'bob' })
    await using other = await startIamSimulator({ account: more.account })
    const args = ['audit', '--iam-endpoint', other.url, '--sts-endpoint', other.url, '--max-rate', '1000']
    const red = await runShell(args, { folder, environment: shellKeys })
    expect([red.exitCode, red.output]).toEqual([1, expect.stringContaining('DRIFT bob')])
    const told = await runWarmShell([...args, '--fail-on', 'none'], { folder, environment: shellKeys })
    expect(told.exitCode).toBe(0)
    expect(told.output).toContain('DRIFT bob')
  })

  test('has every format, on the output, in a file, or all at once', async () => {
    const folder = emptyFolder({ [CONFIG]: plainConfig })
    const json = await asked(folder, 'audit', '--json')
    expect(JSON.parse(json.output)).toMatchObject({ kind: 'audit', version: 2, result: 'no-baseline' })
    expect((await warmAsked(folder, 'audit', '--format', 'markdown')).output).toMatch(/^# /)
    expect((await warmAsked(folder, 'audit', '--format', 'html')).output).toMatch(/^<!doctype html>/)
    const sarif = JSON.parse((await warmAsked(folder, 'audit', '--format', 'sarif')).output)
    expect(sarif.version).toBe('2.1.0')
    const filed = await asked(folder, 'audit', '--json', '--out', 'report.json', '--artifacts', 'kept')
    expect([filed.exitCode, filed.output]).toEqual([1, ''])
    expect(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')).grants).toEqual(
      JSON.parse(json.output).grants,
    )
    expect(readdirSync(join(folder, 'kept')).sort()).toEqual([
      'evidence.html',
      'holders.csv',
      'iam-audit.sarif',
      'proposed-baseline.json',
      'report.json',
      'summary.md',
    ])
  })

  test('an account that cannot be read in full ends with 1', async () => {
    await using other = await startIamSimulator({
      account: company().account,
      faults: [{ path: '/v5/groups', status: 403 }],
    } as never)
    const args = ['audit', '--iam-endpoint', other.url, '--sts-endpoint', other.url, '--max-rate', '1000']
    const run = await runShell(args, {
      folder: emptyFolder({ [CONFIG]: plainConfig }),
      environment: shellKeys,
    })
    expect(run.exitCode).toBe(1)
  })
})

describe('who can do what', () => {
  test('who-can: somebody is 0, nobody 1', async () => {
    const yes = await asked(emptyFolder(), 'who-can', 'iam:users:createUserV5')
    expect([yes.exitCode, yes.errors]).toEqual([0, ''])
    expect(yes.output).toMatch(/^3 users and 1 agency hold iam:users:createUserV5:/)
    const no = await warmAsked(emptyFolder(), 'who-can', 'kms:cmk:create', '--ask-anyway')
    expect(no.exitCode).toBe(0) // carol, in the built-in group, can do everything
    const one = await asked(emptyFolder(), 'who-can', 'iam:users:deleteUserV5', '--json')
    const json = JSON.parse(one.output)
    expect(json.grants.map((row: { principal: string }) => row.principal).sort()).toEqual([
      'carol',
      'dave',
      'robot',
    ])
    const ajv = new Ajv2020({ strict: false, logger: false })
    expect(ajv.validate(JSON.parse(readFileSync('schemas/iam-audit-answer.schema.json', 'utf8')), json)).toBe(
      true,
    )
  })

  test('asked of the cloud they say the same', async () => {
    const [here, there] = [
      await asked(emptyFolder(), 'who-can', 'iam:users:createUserV5'),
      await live(emptyFolder(), 'who-can', 'iam:users:createUserV5'),
    ]
    const withoutLast = (text: string): string => text.trimEnd().split('\n').slice(0, -1).join('\n')
    expect(withoutLast(there.output)).toBe(withoutLast(here.output))
  })

  test.each([
    [['alice', 'iam:users:createUserV5'], 0, 'Yes: alice holds iam:users:createUserV5.'],
    [['alice', 'iam:users:deleteUserV5'], 1, 'No: a Deny takes iam:users:deleteUserV5 away from alice.'],
    [['bob', 'iam:users:createUserV5'], 1, 'No: nothing gives iam:users:createUserV5 to bob.'],
    [['dave', 'iam:users:deleteUserV5'], 0, 'Yes: dave holds iam:users:deleteUserV5.'],
    [['robot', 'iam:users:createUserV5'], 0, 'Yes: agency robot holds iam:users:createUserV5.'],
    [['acme', 'iam:users:createUserV5'], 0, 'Yes: acme is the root user and can do everything.'],
    [['carol'], 0, 'carol holds something of'],
    [['bob'], 1, 'bob holds nothing of'],
  ] as const)('explain %j ends with %d', async (words, exitCode, said) => {
    const run = await warmAsked(emptyFolder(), 'explain', ...words)
    expect([run.exitCode, run.errors]).toEqual([exitCode, ''])
    expect(run.output).toContain(said)
  })

  test('what could not be read makes a no 3, and leaves a yes', async () => {
    const snapshot = join(emptyFolder(), 'half.json')
    const { gunzipSync } = await import('node:zlib')
    const whole = JSON.parse(gunzipSync(readFileSync(saved)).toString('utf8'))
    const gap = {
      ...{ call: 'GET /v5/users', code: 'forbidden', iam_action: null, http_code: null },
      ...{ scope: { type: 'account' }, message: 'Something was not read.', remedy: 'Read it.' },
    }
    writeFileSync(snapshot, JSON.stringify({ ...whole, gaps: [gap] }))
    const ask = (...words: string[]) =>
      runWarmShell([...words, '--snapshot', snapshot], { folder: dirname(snapshot) })
    expect((await ask('explain', 'bob', 'iam:users:createUserV5')).exitCode).toBe(3)
    expect((await ask('explain', 'alice', 'iam:users:createUserV5')).exitCode).toBe(0)
    expect((await ask('who-can', 'iam:users:createUserV5')).output).toContain('Something was not read.')
  })
})

describe('check', () => {
  test('0 when nothing is missing', async () => {
    const run = await live(emptyFolder(), 'check')
    expect([run.exitCode, run.errors]).toEqual([0, ''])
    // Some calls have nothing to be tried on here, and are not called permitted.
    expect(run.output).toMatch(/^Nothing that the audit needs was refused\. .*\n[\s\S]*^unproven /m)
    expect((await warm(emptyFolder(), 'check', '--json')).output).toContain('"passed"')
    expect((await warm(emptyFolder(), 'check', '--format', 'markdown')).output).toMatch(/^# /)
  })
})

describe('what cannot be asked ends with 2, in one line without a stack', () => {
  test.each<[string, (folder: string) => Promise<ShellRun>, RegExp]>([
    ['a wrong option', (folder) => runShell(['audit', '--what'], { folder }), /unknown option/],
    ['no keys', (folder) => runWarmShell(['audit', ...ofCloud()], { folder }), /There are no keys/],
    [
      'no keys for a check',
      (folder) => runWarmShell(['check', ...ofCloud()], { folder }),
      /There are no keys/,
    ],
    [
      'wrong keys',
      (folder) =>
        runWarmShell(['audit', ...ofCloud()], {
          folder,
          environment: { HW_ACCESS_KEY: 'NoSuchKey', HW_SECRET_KEY: 'NoSuchSecretKey' },
        }),
      /401/,
    ],
    ['no config', () => warmAsked(emptyFolder(), 'audit'), /iam-audit\.yml: There is no such file/],
    [
      'a wrong config',
      () =>
        warmAsked(
          emptyFolder({
            [CONFIG]: 'version: 1\nwhat: 2\naudited-permissions: [{preset: iam-administration@1}]\n',
          }),
          'audit',
        ),
      /iam-audit\.yml:2:1: /,
    ],
    [
      'an unknown action',
      (folder) => warmAsked(folder, 'who-can', 'iam:users:createUserV6'),
      /Did you mean "iam:users:createUserV5"\?/,
    ],
    ['no action', (folder) => warmAsked(folder, 'explain', 'alice', 'iam:users'), /is no action/],
    ['nobody', (folder) => asked(folder, 'explain', 'alicia'), /Nobody in the account/],
    [
      'no snapshot',
      (folder) => runWarmShell(['explain', 'alice', '--snapshot', 'none'], { folder }),
      /none: could not/,
    ],
    ['no repository', (folder) => runWarmShell(['gate', '--base', 'main'], { folder }), /no git repository/],
    ['no account to init for', (folder) => runWarmShell(['init'], { folder }), /--account: is missing/],
    [
      'a file that cannot be written',
      (folder) => asked(folder, 'audit', '--out', '/dev/null/report'),
      /cannot be written/,
    ],
  ])('%s', async (_, start, why) => {
    const { exitCode, output, errors } = await start(emptyFolder({ [CONFIG]: plainConfig }))
    expect([exitCode, output]).toEqual([2, ''])
    expect(errors).toMatch(why)
    expect(errors).not.toMatch(/^ +at /m)
    // A missing repository is a second thing that is wrong; without a baseline the answer has two notes of its own.
    expect(errors.trimEnd().split('\n').length).toBeLessThanOrEqual(3)
  })
})

test('an unknown action is asked about all the same when that is wanted', async () => {
  const run = await asked(emptyFolder(), 'explain', 'bob', 'iam:users:createUserV6', '--ask-anyway')
  expect(run.exitCode).toBe(1)
})

test('snapshot --out - writes to the standard output', async () => {
  const run = await live(emptyFolder(), 'snapshot', '--out', '-')
  expect(JSON.parse(run.output).kind).toBe('iam-audit-snapshot')
})

test('no name is a command of a runner, and no secret is shown', async () => {
  const hostile = company()
    .users('::error::x', '##[error]y')
    .join('ops', '::error::x')
    .join('ops', '##[error]y')
  await using other = await startIamSimulator({ account: hostile.account })
  const folder = emptyFolder({ [CONFIG]: plainConfig })
  for (const format of ['text', 'json', 'markdown', 'html', 'sarif']) {
    const args = ['--iam-endpoint', other.url, '--sts-endpoint', other.url, '--max-rate', '1000']
    const start = format === 'text' ? runShell : runWarmShell
    const run = await start(['audit', '--format', format, ...args], { folder, environment: shellKeys })
    expect(run.output + run.errors).not.toMatch(/^\s*::|##\[/m)
    expect(run.output + run.errors).not.toContain(shellKeys.HUAWEICLOUD_SDK_SK)
    if (format === 'json')
      expect(JSON.parse(run.output).grants.map((one: { user: string }) => one.user)).toContain('##[error]y')
  }
})

test('a reader that has gone ends it quietly', () => {
  const script = `"${process.execPath}" "$0" who-can 'iam:*:*' --snapshot "$1" --json | head -c 10`
  const output = execFileSync('bash', ['-c', `set -o pipefail; ${script}`, 'dist/cli.js', saved], {
    ...{ encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
  })
  expect(output).toHaveLength(10)
})

/** Another Node of this machine than the one that runs the tests. */
const older = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .find((path) => {
    if (!existsSync(path)) return false
    return execFileSync(path, ['--version'], { encoding: 'utf8' }).startsWith('v20.')
  })

;(older === undefined ? test.skip : test)('runs on Node 20 without packages', async () => {
  const folder = emptyFolder({ [CONFIG]: plainConfig })
  const options = { folder, environment: shellKeys, ...(older === undefined ? {} : { node: older }) }
  const run = await runShell(['audit', '--artifacts', 'kept', ...ofCloud()], options)
  expect([run.exitCode, run.output]).toEqual([1, expect.stringContaining('there is no baseline yet')])
  const updated = await runShell(['update-baseline', '--justification', 'x', ...ofCloud()], options)
  expect(updated.exitCode).toBe(0)
  expect(existsSync(join(folder, BASELINE))).toBe(true)
  expect((await runShell(['who-can', 'iam:*:*', '--snapshot', saved], options)).exitCode).toBe(0)
})

/** The shell commands: the words of their answers, and that no answer is taken for more than it is. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { allow, deny, document } from '../../simulator/iam/account.ts'
import { type Answer, answerCommand, type Command } from '../../src/cli/command.ts'
import { explain } from '../../src/cli/explain.ts'
import { takeSnapshot } from '../../src/cli/snapshot.ts'
import { whoCan } from '../../src/cli/who-can.ts'
import { coverageSources, type Snapshot } from '../../src/snapshot/snapshot.ts'
import { writeSnapshot } from '../../src/snapshot/snapshot-file.ts'
import { ACCOUNT, account, groupId, policyId, snapshotOf, userId } from '../audit/stage.ts'

const folder = mkdtempSync(join(tmpdir(), 'cli-'))
afterAll(() => rmSync(folder, { recursive: true }))

const NOW = Date.parse('2026-11-01T12:00:00Z')
const MFA = { Bool: { 'g:MFAPresent': 'true' } }

const stage = () =>
  account()
    .users('ada', 'bob', 'eve', 'mia')
    .user('off', { enabled: false })
    .policy('people', document(allow('iam:users:*')))
    .policy('careful', document(allow('iam:users:delete', { Resource: ['iam:*:*:user:temp*'] })))
    .policy('guard', document(deny('iam:users:delete'), deny('iam:users:create', { Condition: MFA })))
    .policy(
      'mine',
      document(allow('iam:users:create', { Condition: { StringEquals: { 'g:UserName': 'bob' } } })),
    )
    .group('team', 'ada', 'eve')
    .group('admin', 'mia')
    .attach('people', { group: 'team' })
    .attach('people', { user: 'off' })
    .attach('careful', { user: 'bob' })
    .attach('guard', { user: 'eve' })
    .attach('mine', { user: 'ada' })

let files = 0
function save(change: Partial<Snapshot> = {}, from = stage()): string {
  const path = join(folder, `snapshot${files++}.json.gz`)
  writeFileSync(path, writeSnapshot(snapshotOf(from, change), path))
  return path
}

const ask = (
  command: Command,
  words: readonly string[],
  change?: Partial<Snapshot>,
  from = stage(),
): Answer => answerCommand(command, ['--snapshot', save(change, from), ...words], NOW)
const lines = (answer: Answer): string[] => answer.output.split('\n')

describe('who-can', () => {
  test('names everybody who holds the action, how, and within which limits', () => {
    const answer = ask(whoCan, ['iam:users:delete'])
    expect(answer).toMatchObject({ exitCode: 0, errors: '' })
    expect(lines(answer)).toEqual([
      '4 users hold iam:users:delete:',
      `ada (${userId('ada')})`,
      expect.stringContaining('  ada → group team → people v1, statement 1, iam:users:* (version v1 written'),
      `bob (${userId('bob')}), only on iam:*:*:user:temp*`,
      expect.stringContaining('  bob → careful v1, statement 1, iam:users:delete'),
      `mia (${userId('mia')})`,
      expect.stringContaining('  mia → built-in group admin, which holds everything'),
      `off (${userId('off')}), disabled`,
      expect.stringContaining('  off → people v1, statement 1, iam:users:*'),
      'The root user acme can do everything.',
      `Account ${ACCOUNT} as of 2026-11-01T06:00:00Z, among IAM users, by v5 identity policies.`,
      '',
    ])
  })

  test('shows a conditional Deny beside the grant', () => {
    expect(ask(whoCan, ['iam:users:create']).output).toMatch(
      /conditional Deny, not subtracted: guard v1, statement 2/,
    )
  })

  test('tells what limits a part, and which path it is', () => {
    const from = account()
      .users('finn')
      .policy('wide', document(allow('*:*:*', { Condition: MFA })))
      .policy('look', document(allow('iam:users:getUserV5')))
      .attach('wide', { user: 'finn' })
      .attach('look', { user: 'finn' })
    const [, first, ...paths] = lines(ask(whoCan, ['iam:users:*'], {}, from))
    expect(first).toBe(`finn (${userId('finn')}), in part only if g:MFAPresent Bool true`)
    const all = paths.join('\n')
    expect(all).toContain('look v1, statement 1, iam:users:getUserV5 (')
    expect(all).toContain('wide v1, statement 1, *:*:*, on some resources or conditions (')
  })

  test('answers for a pattern, and tells parts from the whole', () => {
    const { output } = ask(whoCan, ['iam:users:*'])
    expect(output).toContain(`eve (${userId('eve')}), a part of it`)
    expect(output).toContain(`ada (${userId('ada')})\n`)
  })

  test('nobody is nobody among those looked at', () => {
    const coverage = coverageSources.map((source) => ({
      ...{ source, count: null },
      status: source === 'agencies' ? ('not-attempted' as const) : ('audited' as const),
    }))
    const from = account().users('ada')
    const answer = ask(whoCan, ['kms:keys:delete'], { coverage }, from)
    expect(lines(answer)[0]).toBe('0 users hold kms:keys:delete.')
    expect(answer.output).toMatch(/among IAM users, by v5 identity policies\. .*agencies/)
  })

  test.each<[string, Partial<Snapshot>]>([
    ['members that were not read', { memberships: [] }],
    ['attachments that were not read', { attachments: [] }],
    [
      'policies that were not read',
      { policies: snapshotOf(stage()).policies.map((one) => ({ ...one, version: null })) },
    ],
  ])('%s make the answer a part of one', (_, change) => {
    const { output } = ask(whoCan, ['iam:users:delete'], change)
    expect(output).toMatch(/^\d users? holds? iam:users:delete, as far as could be told/)
    expect(output).toContain('Not determined:')
  })
})

describe('explain', () => {
  test('without an action names the Deny that takes a part away, but to nobody in the built-in group', () => {
    const from = account()
      .users('ada', 'mia')
      .policy('people', document(allow('iam:*:*')))
      .policy('guard', document(deny('ecs:*:*'), deny('iam:users:delete*')))
      .group('admin', 'mia')
    for (const user of ['ada', 'mia']) from.attach('people', { user }).attach('guard', { user })
    const { output } = ask(explain, ['ada'], {}, from)
    expect(output).toContain('    but for what a Deny takes away: guard v1, statement 2, iam:users:delete*\n')
    expect(output).not.toContain('statement 1, ecs')
    expect(ask(explain, ['mia'], {}, from).output).not.toContain('takes away')
  })

  test('tells a Deny of what nothing grants from one that takes something away', () => {
    const from = account()
      .users('dora')
      .policy('guard', document(deny('iam:groups:*')))
      .attach('guard', { user: 'dora' })
    const { output } = ask(explain, ['dora', 'iam:groups:create'], {}, from)
    expect(output).toMatch(/^No: nothing grants iam:groups:create to dora .*, and a Deny takes it away\./)
  })

  const first = (answer: Answer): string => lines(answer)[0] ?? ''

  test('names what granted it', () => {
    expect(lines(ask(explain, ['ada', 'iam:users:create']))).toEqual([
      `Yes: ada (${userId('ada')}) holds iam:users:create.`,
      'Granted by:',
      '  policy people v1, statement 1, pattern iam:users:*, by group team',
      'Ruled out, because the condition names somebody else:',
      '  policy mine v1, statement 1, pattern iam:users:create, directly; if g:UserName StringEquals bob',
      expect.stringContaining('among IAM users'),
      '',
    ])
  })

  test('names what a Deny took away', () => {
    expect(lines(ask(explain, ['eve', 'iam:users:delete'])).slice(0, 5)).toEqual([
      `No: a Deny takes iam:users:delete away from eve (${userId('eve')}).`,
      'Granted by:',
      '  policy people v1, statement 1, pattern iam:users:*, by group team',
      'Taken away by:',
      '  policy guard v1, statement 1, pattern iam:users:delete, directly',
    ])
  })

  test('names the conditional Deny that was not subtracted', () => {
    const { output } = ask(explain, ['eve', 'iam:users:create'])
    expect(output).toMatch(/^Yes: eve/)
    expect(output).toContain(
      'not subtracted:\n  policy guard v1, statement 2, pattern iam:users:create, directly; if ',
    )
  })

  test('finds the user by id as well', () => {
    expect(first(ask(explain, [userId('ada'), 'iam:users:create']))).toMatch(/^Yes: ada/)
  })

  test.each([
    ['a member of admin', 'mia', /^Yes: mia .* as a member of the built-in group admin/],
    ['the root user', 'acme', /^Yes: acme .* is the root user/],
    ['somebody who holds nothing', 'bob', /^No: nothing grants kms:keys:delete to bob/],
    ['somebody disabled', 'off', /^No: nothing grants kms:keys:delete to off .*, disabled\.$/],
  ])('%s', (_, user, words) => {
    expect(first(ask(explain, [user, 'kms:keys:delete']))).toMatch(words)
  })

  test.each<[string, Partial<Snapshot>]>([
    ['the members of a group that has it', { memberships: [{ group_id: groupId('admin'), user_ids: [] }] }],
    ['the members of admin', { memberships: [{ group_id: groupId('team'), user_ids: [] }] }],
    [
      'to whom a policy with it is attached',
      { attachments: snapshotOf(stage()).attachments.filter((row) => row.policy_id !== policyId('people')) },
    ],
  ])('is undetermined when %s was not read', (_, change) => {
    const { output } = ask(explain, ['bob', 'iam:users:create'], change)
    expect(output).toMatch(/^Undetermined: nothing that was read grants/)
    expect(output).toContain('Not determined:')
  })

  test('a Deny is no answer while the members of admin, whom none binds, were not read', () => {
    const memberships = snapshotOf(stage()).memberships.filter((row) => row.group_id !== groupId('admin'))
    const { output } = ask(explain, ['eve', 'iam:users:delete'], { memberships })
    expect(output).toMatch(/^Undetermined: a Deny takes iam:users:delete away from eve .*, unless .* admin/)
    expect(output).toContain('Not determined:')
  })

  test('is undetermined when a policy of the user does not parse, and says why', () => {
    const from = stage().policy('unclear', '{"Version":"9"}').attach('unclear', { user: 'bob' })
    const { output } = ask(explain, ['bob', 'kms:keys:delete'], {}, from)
    expect(output).toMatch(/^Undetermined: .*\n.*\n {2}policy unclear v1: /)
  })

  test('without an action tells all that is held of the presets', () => {
    const { output } = ask(explain, ['ada'])
    expect(output).toMatch(/^ada .* holds something of \d of 3 audited permissions:/)
    expect(output).toContain('iam-administration')
    expect(output).toContain('ada → group team → people v1, statement 1, iam:users:*')
    expect(ask(explain, ['acme']).output).toMatch(/is the root user and can do everything/)
  })

  test('without an action knows the aliases that an audit of the presets knows', () => {
    const from = account()
      .users('ada')
      .policy('p', document(allow('iam:credentials:createCredential')))
      .attach('p', { user: 'ada' })
    const { output } = ask(explain, ['ada'], {}, from)
    expect(output).toMatch(/^ada .* holds something of 3 of 3 audited permissions:/)
    expect(output).toContain('part of privilege-escalation')
  })

  test('without an action tells all that is held of a config', () => {
    const config = join(folder, 'audit.yml')
    writeFileSync(config, 'version: 1\naudited-permissions:\n  - name: keys\n    actions: ["kms:*:*"]\n')
    expect(ask(explain, ['--config', config, 'ada']).output).toMatch(/^ada .* holds nothing of keys\./)
  })
})

describe('hostile names', () => {
  const evil = 'eve\n::error::forged \u202e\u001b[31m'

  test.each<[string, Command, readonly string[]]>([
    ['who-can', whoCan, ['iam:users:create']],
    ['explain', explain, [userId(evil), 'iam:users:create']],
    ['explain, all', explain, [userId(evil)]],
  ])('are made visible by %s', (_, command, words) => {
    const from = account()
      .user(evil)
      .policy(
        evil,
        document(allow('iam:users:*', { Resource: [evil], Condition: { Bool: { [evil]: evil } } })),
      )
      .group(evil, evil)
      .attach(evil, { group: evil })
    const { output, exitCode } = ask(command, words, { notices: [evil] }, from)
    expect(exitCode).toBe(0)
    expect(output).toContain('⟨U+000A⟩')
    expect(output).not.toMatch(/^::/m)
    expect(output).not.toMatch(/[\u202e\u001b]/)
  })
})

describe('what is asked wrongly', () => {
  const twins = stage().user('ada', { user_id: 'another' })
  test.each<[string, Command, readonly string[], RegExp]>([
    ['no snapshot', whoCan, ['iam:users:list'], /No snapshot is named.*\nUsage: npm run who-can/],
    [
      'a file that is not there',
      whoCan,
      ['--snapshot', '/nowhere', 'a:b:c'],
      /\/nowhere: cannot be read \(ENOENT\)/,
    ],
    ['an unknown option', whoCan, ['--all', 'a:b:c'], /Unknown option.*\nUsage:/],
    ['no action', whoCan, ['--snapshot', save()], /0 words follow the options, where 1 may/],
    [
      'a pattern of no meaning',
      whoCan,
      ['--snapshot', save(), 'iam:users'],
      /"iam:users" is no action and no pattern/,
    ],
    ['an unknown user', explain, ['--snapshot', save(), 'ADA'], /no user whose id or name is "ADA"/],
    [
      'a name of several',
      explain,
      ['--snapshot', save({}, twins), 'ada'],
      /2 users are called "ada": .*Give an id/,
    ],
    [
      'a pattern to explain',
      explain,
      ['--snapshot', save(), 'ada', 'iam:*:*'],
      /is no action, .*ask who-can/,
    ],
  ])('%s', (_, command, args, words) => {
    const answer = answerCommand(command, args, NOW)
    expect(answer).toMatchObject({ output: '', exitCode: 2 })
    expect(answer.errors).toMatch(words)
  })

  test('an old snapshot is answered from, with a warning', () => {
    const answer = answerCommand(whoCan, ['--snapshot', save(), 'a:b:c'], NOW + 3 * 86_400_000)
    expect(answer.errors).toMatch(/3 days ago/)
    expect(answer.exitCode).toBe(0)
  })
})

describe('a snapshot asked for wrongly says so before it reads anything', () => {
  const keys = { HUAWEICLOUD_SDK_AK: 'a', HUAWEICLOUD_SDK_SK: 'b' }
  test.each<[string, readonly string[], NodeJS.ProcessEnv, RegExp]>([
    ['no file', [], keys, /No file is named.\nUsage: npm run snapshot/],
    ['an unknown option', ['--all'], keys, /Unknown option '--all'.*\nUsage:/s],
    ['no keys', ['--out', 'a.json'], {}, /There are no keys in the environment/],
    [
      'half a pair of keys',
      ['--out', 'a.json'],
      { HW_ACCESS_KEY: 'a' },
      /HW_ACCESS_KEY is set and HW_SECRET_KEY is not/,
    ],
    ['no such rate', ['--out', 'a.json', '--max-rate', 'fast'], keys, /--max-rate is "fast"; allowed/],
    ['no such folder', ['--out', '/nowhere/a.json'], keys, /\/nowhere\/a.json: cannot be written \(ENOENT\)/],
    [
      "somebody else's endpoint",
      ['--out', 'a.json', '--iam-endpoint', 'https://iam.example.com'],
      keys,
      /iam\.example\.com/,
    ],
  ])('%s', async (_, args, environment, words) => {
    await expect(takeSnapshot(args, environment, () => {})).rejects.toThrow(words)
  })
})

test('both run from a shell', () => {
  const run = (file: string, ...words: readonly string[]) =>
    execFileSync(process.execPath, [file, '--snapshot', save(), ...words], {
      encoding: 'utf8',
      stdio: 'pipe',
    })
  expect(run('src/cli/who-can.ts', 'iam:users:delete')).toMatch(/^4 users hold/)
  expect(run('src/cli/explain.ts', 'ada', 'iam:users:create')).toMatch(/^Yes: ada/)
})

/** The command and the action are two ways to one audit: what one says the other says, what one writes the other takes. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { northwind } from '../../simulator/company.ts'
import { AccountBuilder, idOf } from '../../simulator/iam/account.ts'
import { runShell, shellKeys } from '../../simulator/shell.ts'
import { auditorWildcardPolicy } from '../../src/cloud/iam/permissions-needed.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { GitRepository } from './git-repository.ts'
import { runWarmShell } from './shell-in-process.ts'
import { BASELINE, CONFIG, plainConfig, startWorld, warm } from './world.ts'

class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'iam-audit-both-'))

  constructor(files: Readonly<Record<string, string>> = {}) {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.path, path)), { recursive: true })
      writeFileSync(join(this.path, path), text)
    }
  }

  read(path: string): string {
    return readFileSync(join(this.path, path), 'utf8')
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

describe('one account, one baseline', () => {
  test('have one verdict, in text and in JSON', async () => {
    const company = northwind(Date.now())
    await using world = await startWorld(company.account, { config: company.config })
    const first = await world.audit({ ...warm, inputs: { 'dry-run': 'true' } })
    world.files[BASELINE] = company.review(readFileSync(first.outputs['proposed-baseline'] as string, 'utf8'))
    company.thenTimePasses()
    // One reading for both: the account is read in an order that nobody can predict, and at a moment of its own.
    using folder = new Folder(world.files)
    const snapshot = join(folder.path, 'account.json')
    const action = await world.audit({ inputs: { 'save-snapshot': snapshot, 'dry-run': 'true' } })
    const shell = (...more: string[]) =>
      runShell(['audit', '--snapshot', snapshot, ...more], { folder: folder.path })
    const text = await shell()
    expect([text.exitCode, action.exitCode]).toEqual([1, 1])
    expect(action.outputs.result).toBe('drift')
    const lines = text.output.trimEnd().split('\n')
    expect(lines.length).toBeGreaterThan(5)
    expect(`\n${action.log}\n`).toContain(`\n${lines.join('\n')}\n`)
    const { generated_at: _, run: __, ...json } = JSON.parse((await shell('--json')).output)
    const { generated_at: ___, run: ____, ...report } = action.report
    expect(json).toEqual(report)
  })

  test('have one proposal', async () => {
    const account = new AccountBuilder('acme').users('alice').group('admin', 'alice').account
    await using world = await startWorld(account)
    const action = await world.audit({ inputs: { 'dry-run': 'true' } })
    using folder = new Folder({ [CONFIG]: plainConfig })
    const args = ['--iam-endpoint', world.cloud.url, '--sts-endpoint', world.cloud.url, '--max-rate', '1000']
    const options = { folder: folder.path, environment: shellKeys }
    expect((await runShell(['update-baseline', ...args], options)).exitCode).toBe(0)
    expect(folder.read(BASELINE)).toBe(readFileSync(action.outputs['proposed-baseline'] as string, 'utf8'))
  })
})

describe('init', () => {
  const facts = ['--account', idOf('account', 'acme'), '--repository', 'acme/security']

  test('in an empty repository writes what the action accepts', async () => {
    using git = new GitRepository()
    const run = await runShell(['init', ...facts], { folder: git.folder })
    expect([run.exitCode, run.errors]).toEqual([0, ''])
    const read = (path: string): string => readFileSync(join(git.folder, path), 'utf8')
    git.commit('main', { README: 'x' })
    const account = new AccountBuilder('acme').users('alice').group('admin', 'alice').account
    await using world = await startWorld(account)
    delete world.files[CONFIG]
    const workflow = parse(read('.github/workflows/iam-audit.yml'))
    const step = workflow.jobs.audit.steps.find((one: { id?: string }) => one.id === 'audit')
    expect(step.with).toEqual({
      mode: `\${{ inputs.mode || 'auto' }}`,
      'oidc-provider-urn': `iam::${idOf('account', 'acme')}:oidcProvider:github`,
      'agency-urn': `iam::${idOf('account', 'acme')}:agency:iam-audit`,
    })
    const first = await world.audit({ workspace: git.folder, inputs: { 'dry-run': 'true' } })
    expect(first.outputs).toMatchObject({ result: 'no-baseline', complete: 'true' })
    const { account: named, approvals } = readConfig(read(CONFIG), CONFIG)
    expect(named).toBe(idOf('account', 'acme'))
    expect(approvals.require).toEqual(['justification', 'review'])
    expect(read(CONFIG)).toMatch(/^# yaml-language-server: \$schema=https:\/\//)
    const trust = JSON.parse(read('.github/iam-audit/trust-policy.json'))
    expect(trust.Statement[0].Condition.StringEquals['oidc:sub']).toEqual([
      'repo:acme/security:ref:refs/heads/main',
    ])
    const everything = execFileSync('git', ['-C', git.folder, 'show', 'HEAD', '--format='], {
      encoding: 'utf8',
    })
    expect(everything).not.toMatch(/YOUR_/)
    expect(everything).toContain('@acme/security')
  })

  test('says the steps of the README, in its order, and writes its policy', async () => {
    using folder = new Folder()
    const run = await runWarmShell(['init', ...facts, '--branch', 'trunk'], { folder: folder.path })
    const steps = run.output.slice(run.output.indexOf('Next:'))
    // The workflow tells what the cloud has to trust, so it comes first.
    expect(steps).toMatch(
      /1\. Commit .* on trunk[\s\S]*2\. .* mode check[\s\S]*trust policy[\s\S]*3\. In IAM[\s\S]*4\. .*until it is green[\s\S]*5\. .*mode audit[\s\S]*first baseline[\s\S]*6\. .*ruleset of trunk[\s\S]*@acme\/security/,
    )
    expect(steps).toContain(`account ${idOf('account', 'acme')}`)
    expect(steps).not.toMatch(/^.{121}/m)
    for (const [path] of steps.matchAll(/\.github\/iam-audit\/\S+?\.json/g))
      expect(JSON.parse(folder.read(path)).Version).toBe('5.0')
    expect(JSON.parse(folder.read('.github/iam-audit/identity-policy.json'))).toEqual(auditorWildcardPolicy())
  })

  test('takes region, branch, reviewers and version', async () => {
    using folder = new Folder()
    const version = `acme/audit@${'ab'.repeat(20)}`
    const more = ['--region', 'cn-north-4', '--branch', 'trunk', '--reviewers', 'mona', '--action', version]
    expect((await runWarmShell(['init', ...facts, ...more], { folder: folder.path })).exitCode).toBe(0)
    const audit = folder.read('.github/workflows/iam-audit.yml')
    expect(audit).toContain(`uses: ${version} # v`)
    expect(parse(audit).on.push.branches).toEqual(['trunk'])
    expect(parse(audit).jobs.audit.steps[1].with.region).toBe('cn-north-4')
    expect(folder.read('.github/iam-audit/trust-policy.json')).toContain('refs/heads/trunk')
    expect(folder.read('.github/CODEOWNERS')).toMatch(/^\/\.github\/iam-audit\.yml +@mona$/m)
    expect(folder.read(CONFIG)).toContain(`/acme/audit/${'ab'.repeat(20)}/schemas/`)
  })

  test('keeps what is there, unless it is forced to write', async () => {
    using folder = new Folder({ [CONFIG]: 'mine', '.github/CODEOWNERS': '* @mona\n' })
    const run = await runShell(['init', ...facts], { folder: folder.path })
    expect(run.exitCode).toBe(1)
    expect(run.output).toMatch(/^kept {6}\.github\/iam-audit\.yml$/m)
    expect(run.output).toMatch(/^ {4}\/\.github\/workflows\/ +@acme\/security$/m)
    expect([folder.read(CONFIG), folder.read('.github/CODEOWNERS')]).toEqual(['mine', '* @mona\n'])
    expect((await runWarmShell(['init', ...facts, '--force'], { folder: folder.path })).exitCode).toBe(0)
    expect(folder.read(CONFIG)).toContain('version: 1')
    expect((await runWarmShell(['init', ...facts], { folder: folder.path })).exitCode).toBe(0)
  })

  test.each([
    ['--account', 'a"\nb: c'],
    ['--repository', 'acme'],
    ['--repository', 'acme/x: y'],
    ['--region', 'moon'],
    ['--branch', 'a]'],
    ['--reviewers', 'a b'],
    ['--action', 'acme/audit@v1'],
  ])('%s %j is refused, and nothing is written', async (option, value) => {
    using folder = new Folder()
    const run = await runWarmShell(['init', ...facts, option, value], { folder: folder.path })
    expect([run.exitCode, run.output]).toEqual([2, ''])
    expect(run.errors).toMatch(new RegExp(`^iam-audit: ${option}: found `))
    expect(() => folder.read(CONFIG)).toThrow()
  })
})

describe('gate', () => {
  const definition = { 'iam-administration': { actions: ['iam:*:*'], except: ['iam:*:get*'] } }
  const approval = (user: string, more: object = {}) => ({
    ...{ user, user_id: idOf('user', user), permission: 'iam-administration' },
    ...{ grants: [{ actions: ['iam:users:*'] }], justification: 'On call', ...more },
  })
  const baselineOf = (...approvals: object[]): string =>
    `${JSON.stringify({ version: 1, account: idOf('account', 'acme'), audited_permissions: definition, approvals }, null, 2)}\n`

  /** main has an approval of alice, and topic comes from it. */
  const repository = (): GitRepository => {
    const git = new GitRepository()
    git.commit('main', { [CONFIG]: plainConfig, [BASELINE]: baselineOf(approval('alice')), README: 'x' })
    git.branch('topic', 'main')
    return git
  }
  const gate = (git: GitRepository, ...more: string[]) =>
    runShell(['gate', '--base', 'main', ...more], { folder: git.folder })
  const warmGate = (git: GitRepository, ...more: string[]) =>
    runWarmShell(['gate', '--base', 'main', ...more], { folder: git.folder })

  test('passes what touches neither file, and a justified approval', async () => {
    using git = repository()
    git.commit('topic', { README: 'y' })
    const untouched = await gate(git)
    expect([untouched.exitCode, untouched.output]).toEqual([0, expect.stringContaining('touches neither')])
    git.commit('topic', { [BASELINE]: baselineOf(approval('alice'), approval('bob')) })
    const added = await gate(git)
    expect([added.exitCode, added.errors]).toEqual([0, ''])
    expect(added.output).toContain('added     bob, iam-administration: iam:users:attachPolicyV5')
    const json = JSON.parse((await warmGate(git, '--json')).output)
    expect(json).toMatchObject({ kind: 'gate', result: 'passed' })
    expect(json.entries).toMatchObject([{ principal: 'bob', change: 'added' }])
  })

  test('fails an approval without a reason, at its line', async () => {
    using git = repository()
    git.commit('topic', { [BASELINE]: baselineOf(approval('alice'), approval('bob', { justification: '' })) })
    const run = await gate(git)
    expect(run.exitCode).toBe(1)
    expect(run.output).toMatch(/^FAIL \.github\/iam-baseline\.json:\d+ /m)
    expect((await warmGate(git, '--format', 'markdown')).output).toMatch(/^# /)
  })

  test('says that no review can be read where one is needed', async () => {
    using git = repository()
    git.commit('topic', { [CONFIG]: plainConfig.replace('@1', '@1\n    except: ["iam:users:*"]') })
    const run = await warmGate(git)
    expect(run.exitCode).toBe(1)
    expect(run.output).toContain('reviews are read on GitHub alone')
  })

  test('what main got since is nobody’s change, and the working tree is judged before it is committed', async () => {
    using git = repository()
    git.commit('main', { [BASELINE]: baselineOf(approval('alice'), approval('carol')) })
    git.commit('topic', { README: 'z' })
    expect((await warmGate(git)).output).toContain('touches neither')
    writeFileSync(join(git.folder, BASELINE), baselineOf(approval('alice', { justification: 'Other' })))
    const run = await gate(git)
    expect(run.output).toContain('is judged as it is in the working tree')
    expect(run.output).toContain('reworded')
  })

  test('verifies with keys: nobody is approved for what they do not hold', async () => {
    using git = repository()
    git.commit('topic', { [BASELINE]: baselineOf(approval('alice'), approval('bob')) })
    const account = new AccountBuilder('acme').users('alice', 'bob', 'carol').group('admin', 'carol').account
    await using world = await startWorld(account)
    const args = ['--iam-endpoint', world.cloud.url, '--sts-endpoint', world.cloud.url, '--max-rate', '1000']
    const run = await runShell(['gate', '--base', 'main', ...args], {
      ...{ folder: git.folder, environment: shellKeys },
    })
    expect(run.exitCode).toBe(1)
    expect(run.output).toContain('bob')
  })

  test.each([
    [['--base', 'nowhere'], /names no commit here/],
    [['--base', '--output=x'], /names no commit here|argument missing/],
    [[], /name it with --base/],
  ])('%j cannot be asked', async (args, why) => {
    using git = repository()
    const run = await runWarmShell(['gate', ...args], { folder: git.folder })
    expect([run.exitCode, run.output]).toEqual([2, ''])
    expect(run.errors).toMatch(why)
  })

  test('a link in place of a file is refused', async () => {
    using git = repository()
    execFileSync('ln', ['-sf', '/etc/hostname', join(git.folder, CONFIG)])
    const run = await warmGate(git)
    expect([run.exitCode, run.output]).toEqual([2, ''])
    expect(run.errors).toMatch(/link/)
  })
})

import { describe, expect, test } from '@jest/globals'
import { readConfig } from '../../src/config/read-config.ts'
import { expandAliases, presetPermission, presets } from '../../src/policy/index.ts'
import { UserError } from '../../src/text/problem.ts'

const least = 'version: 1\naudited-permissions:\n  - preset: iam-administration@1\n'

function problems(text: string): string[] {
  try {
    readConfig(text, 'c.yml')
    return []
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return error.problems.map(
      (one) => `${one.line}:${one.column} ${one.message}${one.remedy ? ` ${one.remedy}` : ''}`,
    )
  }
}

describe('what was read', () => {
  test('defaults', () => {
    const config = readConfig(least, 'c.yml')
    expect(config).toMatchObject({
      ...{ name: '', account: null, owners: {}, presets: ['iam-administration@1'] },
      approvals: { require: ['justification'], maxDays: null, warnDays: 14 },
      issue: { enabled: true, on: ['drift', 'incomplete', 'expiring'], labels: ['iam-audit'], assignees: [] },
      sources: { legacyRoles: 'required', agencies: 'required', federation: 'required' },
      ...{ patterns: [], evidence: [], traces: null },
    })
    const preset = presets['iam-administration@1']
    expect(config.permissions).toEqual([
      {
        ...{ name: 'iam-administration', description: preset?.description, line: 3 },
        ...{ severity: preset?.severity, holds: preset?.holds },
        actions: preset?.actions.map((row) => row.pattern),
        except: preset?.except.map((row) => row.pattern),
      },
    ])
  })

  test('everything said', () => {
    const text = `version: 1
name: production
account: d78cbac186b744899480f25bd022aaaa
audited-permissions:
  - preset: full-administration@1
    name: everything
    severity: low
    description: All of it
    except: ["iam:*:get*"]
  - name: org
    holds: all
    actions: ["organizations:*:*"]
approvals: {require: [owner, review, owner], max-days: 30, warn-days: 0}
sources: {legacy-roles: optional, federation: off}
evidence: [mfa, last-login, mfa]
traces: 168
$schema: https://example.com/s.json
issue: {enabled: false, on: [], labels: [], assignees: [octocat, some-app]}
owners: {platform-team: octocat}
`
    const config = readConfig(text, 'c.yml')
    expect(config.permissions).toMatchObject([
      { name: 'everything', severity: 'low', holds: 'all', except: ['iam:*:get*'], line: 5 },
      { name: 'org', severity: 'high', holds: 'all', except: [], line: 10 },
    ])
    expect(config.approvals).toEqual({ require: ['owner', 'review', 'expires'], maxDays: 30, warnDays: 0 })
    expect(config.issue).toMatchObject({ enabled: false, on: [], assignees: ['octocat', 'some-app'] })
    expect(config.owners).toEqual({ 'platform-team': 'octocat' })
    expect(config).toMatchObject({
      sources: { legacyRoles: 'optional', agencies: 'required', federation: 'off' },
      ...{ evidence: ['mfa', 'last-login'], traces: 168 },
    })
    expect(config.patterns).toEqual([
      { permission: 'everything', list: 'except', pattern: 'iam:*:get*', line: 9, column: 14 },
      { permission: 'org', list: 'actions', pattern: 'organizations:*:*', line: 12, column: 15 },
    ])
  })

  test.each([
    ['00012345678901234567890123456789'],
    ['1e5'],
    ['12345678901234567890123456789012'],
    ['0x1F'],
    ['0o17'],
    ['"1e5"'],
    ["'007'"],
    ['d78cbac186b744899480f25bd022aaaa'],
  ])('the account %s is what stands there', (written) => {
    const config = readConfig(`${least}account: ${written} # ours\n`, 'c.yml')
    expect(config.account).toBe(written.replaceAll(/["']/g, ''))
  })

  test('a literal also audits its aliases, in both directions; a pattern does not', () => {
    const actions = (text: string): readonly string[] =>
      readConfig(`version: 1\naudited-permissions:\n  - {name: x, actions: [${text}]}\n`, 'c').permissions[0]
        ?.actions ?? []
    const one = actions('"iam:users:createUserV5"')
    for (const alias of one) expect([...actions(JSON.stringify(alias))].sort()).toEqual([...one].sort())
    expect(actions('"iam:users:createUser*"')).toEqual(['iam:users:createUser*'])
  })

  test('who audits one way to assume an agency audits all of them', () => {
    const actions = (...list: string[]): readonly string[] => {
      const json = { version: 1, 'audited-permissions': [{ name: 'x', actions: list }] }
      return readConfig(JSON.stringify(json), 'c').permissions[0]?.actions ?? []
    }
    const all = ['iam:agencies:assume', 'iam:tokens:assume', 'sts:agencies:assume']
    for (const one of all)
      expect([...actions('a:b:c', one, 'd:e:f')].sort()).toEqual(['a:b:c', 'd:e:f', ...all].sort())
    expect(actions('STS:agencies:Assume', 'iam:tokens:assume')).toEqual([
      ...['STS:agencies:Assume', 'iam:agencies:assume', 'iam:tokens:assume'],
    ])
    expect(actions('sts:agencies:*', 'sts:agencies:assumeWithOIDC')).not.toContain('iam:tokens:assume')
    // What is recorded for a preset stays what it was.
    const preset = presetPermission('privilege-escalation@1')
    const config = readConfig('version: 1\naudited-permissions: [{preset: privilege-escalation@1}]\n', 'c')
    expect(config.permissions[0]?.actions).toEqual(expandAliases(preset?.actions ?? []))
  })

  test('a no-break space within a text is nobody’s mistake', () => {
    expect(readConfig(`${least}name: "les\u00a0admins:\u00a0tous"\n`, 'c').name).toBe(
      'les\u00a0admins:\u00a0tous',
    )
  })

  test('twenty thousand owners take no minute', () => {
    const owners = Array.from({ length: 20_000 }, (_, at) => `  team-${at}: octocat\n`).join('')
    expect(Object.keys(readConfig(`${least}owners:\n${owners}`, 'c').owners)).toHaveLength(20_000)
  })

  test('nor do forty thousand keys that nobody knows, or twenty thousand that stand twice', () => {
    const unknown = Array.from({ length: 40_000 }, (_, at) => `x-${at}: 1\n`).join('')
    expect(problems(least + unknown)).toHaveLength(40_000)
    const twice = Array.from({ length: 40_000 }, (_, at) => `  t${at >> 1}: octocat\n`).join('')
    expect(problems(`${least}owners:\n${twice}`)).toHaveLength(20_000)
  })

  test('JSON is YAML', () => {
    const json = { version: 1, 'audited-permissions': [{ name: 'a', actions: ['*'] }] }
    expect(readConfig(JSON.stringify(json), 'c').permissions).toHaveLength(1)
    expect(readConfig(`\ufeff${JSON.stringify(json, null, '\t')}`, 'c').permissions).toHaveLength(1)
  })
})

interface Case {
  readonly name: string
  readonly text: string
  readonly found: readonly string[]
}

const permission = (rest: string): string => `version: 1\naudited-permissions:\n  - ${rest}\n`
const cases: Case[] = [
  {
    name: 'an except that takes away everything',
    text: permission('{name: reads, actions: ["iam:users:get*"], except: ["iam:*:get*"]}'),
    found: ['3:5 the audited permission "reads" contains no action: its except takes away everything'],
  },
  {
    name: 'a preset of which nothing is left',
    text: permission('{preset: iam-administration@1, except: ["IAM:*"]}'),
    found: ['3:5 the audited permission "iam-administration" contains no action'],
  },
  { name: 'an empty file', text: '', found: ['1:1 the file: found null; allowed: a map'] },
  { name: 'a list', text: '- 1\n', found: ['1:1 the file: found a list; allowed: a map'] },
  {
    name: 'no version',
    text: least.replace('version: 1\n', ''),
    found: ['"version" is missing. Add it; allowed: 1'],
  },
  {
    name: 'version as text',
    text: least.replace('1', '"1"'),
    found: ['1:10 "version": found "1"; allowed: 1'],
  },
  { name: 'no permissions', text: 'version: 1\n', found: ['"audited-permissions" is missing'] },
  {
    name: 'an empty list',
    text: 'version: 1\naudited-permissions: []\n',
    found: ['2:22 "audited-permissions": found an empty list; allowed: at least one permission'],
  },
  {
    name: 'an unknown preset',
    text: permission('preset: iam@9'),
    found: [
      '3:13 "audited-permissions.0.preset": found "iam@9"; allowed: iam-administration@1, privilege-escalation@1',
    ],
  },
  ...[
    ['iam-administration', 'iam-administration@1'],
    ['Full-Administration@1', 'full-administration@1'],
    ['privilege-escalaton@1', 'privilege-escalation@1'],
    ['iam-adminstration', 'iam-administration@1'],
  ].map(([found, meant]) => ({
    name: `the preset ${found}`,
    text: permission(`preset: ${found}`),
    found: [`. Did you mean ${meant}?`],
  })),
  {
    name: 'actions beside preset',
    text: permission('{preset: full-administration@1, actions: ["*"]}'),
    found: ['unknown key "actions"'],
  },
  {
    name: 'an entry that is text',
    text: permission('iam-administration@1'),
    found: ['found "iam-administration@1"; allowed: a map'],
  },
  ...['Iam', '-a', 'a_b', 'a'.repeat(65), ''].map((name) => ({
    name: `the name ${JSON.stringify(name)}`,
    text: permission(`{name: "${name}", actions: ["*"]}`),
    found: ['3:12 "audited-permissions.0.name": found'],
  })),
  { name: 'the longest name', text: permission(`{name: ${'a'.repeat(64)}, actions: ["*"]}`), found: [] },
  ...['iam', 'iam:users', 'a:b:c:d', '*:*', '*User', '', 'iam::', ':a:b', 'iam:é:b'].map((pattern) => ({
    name: `the pattern ${JSON.stringify(pattern)}`,
    text: permission(`{name: a, actions: ["x:y:z", "${pattern}"]}`),
    found: ['3:34 "audited-permissions.0.actions.1": found'],
  })),
  ...['*', 'iam:*', 'iam::create', '*:*:*', 'iam:*:get*'].map((pattern) => ({
    name: `the pattern ${JSON.stringify(pattern)} is allowed`,
    text: permission(`{name: a, actions: ["${pattern}"], except: ["none:of:these"]}`),
    found: [],
  })),
  {
    name: 'a pattern of except',
    text: permission('{preset: iam-administration@1, except: ["a"]}'),
    found: ['3:45 "audited-permissions.0.except.0": found "a"; 0 colons'],
  },
  {
    name: 'no actions',
    text: permission('{name: a, actions: []}'),
    found: ['3:24 "audited-permissions.0.actions": found an empty list; allowed: at least one'],
  },
  {
    name: 'another severity',
    text: permission('{name: a, actions: ["*"], severity: huge}'),
    found: ['allowed: critical, high, medium, low'],
  },
  {
    name: 'another holds',
    text: permission('{name: a, actions: ["*"], holds: some}'),
    found: ['allowed: any, all'],
  },
  {
    name: 'a name twice',
    text: permission('{name: a, actions: ["*"]}\n  - {name: a, actions: ["*"]}'),
    found: ['4:5 the name "a" stands twice'],
  },
  {
    name: 'a preset’s name twice',
    text: permission('preset: iam-administration@1\n  - {name: iam-administration, actions: ["*"]}'),
    found: ['4:5 the name "iam-administration" stands twice'],
  },
  {
    name: 'a name twice, one entry with another problem',
    text: permission('{name: a, actions: []}\n  - {name: a, actions: ["*"]}'),
    found: ['3:24', '4:5 the name "a" stands twice'],
  },
  {
    name: 'a slip in a key',
    text: `${least}aprovals: {}\n`,
    found: [
      '4:1 found the unknown key "aprovals"; allowed: version, name, account, audited-permissions, sources, approvals, issue, owners, evidence, traces, $schema. Did you mean approvals?',
    ],
  },
  {
    name: 'a nested unknown key',
    text: `${least}approvals:\n  maxdays: 3\n`,
    found: [
      '5:3 found the unknown key "maxdays"; allowed: require, max-days, warn-days. Did you mean max-days?',
    ],
  },
  {
    name: 'a key twice, once as a number and once as text',
    text: `${least}owners:\n  1: octocat\n  "1": hubot\n`,
    found: ['6:3 the key "1" stands twice in one map'],
  },
  {
    name: 'a duplicate key',
    text: `${least}name: a\nname: b\n`,
    found: ['5:1 the key "name" stands twice in one map'],
  },
  { name: 'a merge key', text: `${least}<<: {name: a}\n`, found: ['found the unknown key "<<"'] },
  {
    name: 'anchors and aliases, however often',
    text: `version: 1\naudited-permissions:\n  - &a {preset: iam-administration@1}\n  - *a\n`,
    found: ['3:8 found an anchor or alias', '4:5 found an anchor or alias'],
  },
  {
    name: 'a pattern that begins with * and has no quotes',
    text: permission('{name: a, actions: [*:*:*]}'),
    found: [
      '3:25 found an anchor or alias. Write the value out; a text that begins with * or & needs quotes, such as "*:*:*".',
    ],
  },
  {
    name: 'a key that JavaScript would swallow',
    text: `${least}__proto__: {}\n`,
    found: ['4:1 found the key "__proto__"'],
  },
  {
    name: 'a key of the other kind of entry',
    text: permission('{preset: full-administration@1, holds: all}'),
    found: ['unknown key "holds"; allowed: preset, name, description, severity, except. Remove it'],
  },
  {
    name: 'an owner whose name is a number to YAML',
    text: `${least}owners: {1: "org/team", ~: "@x"}\n`,
    found: ['4:13 "owners.1": found "org/team"; allowed: a GitHub handle', '4:28 "owners.": found "@x"'],
  },
  {
    name: 'a merge key under a directive',
    text: `%YAML 1.1\n---\n${least}<<: {name: no}\n`,
    found: ['6:1 found the unknown key "<<"'],
  },
  {
    name: 'a tag that nobody knows',
    text: `${least}name: !foo bar\n`,
    found: ['4:7 not YAML: Unresolved tag'],
  },
  { name: 'two documents', text: `${least}---\n${least}`, found: ['4:1 found a second YAML document'] },
  {
    name: 'a conflict marker',
    text: `<<<<<<< HEAD\n${least}=======\n>>>>>>> x\n`,
    found: ['1:1 found a merge conflict', '5:1 found a merge conflict', '6:1 found a merge conflict'],
  },
  {
    name: 'an account with a slip',
    text: `${least}account: "a b"\n`,
    found: ['4:10 "account": found "a b"; allowed: the account id, letters and digits'],
  },
  {
    name: 'an account that is true',
    text: `${least}account: true\n`,
    found: ['"account": found true; allowed: text'],
  },
  { name: 'an account left empty', text: `${least}account:\n`, found: ['"account": found null'] },
  {
    name: 'approvals',
    text: `${least}approvals: {require: [reason], max-days: 0, warn-days: -1}\n`,
    found: [
      '"approvals.require.0": found "reason"; allowed: justification, owner, expires, review',
      '"approvals.max-days": found 0; allowed: at least 1',
      '"approvals.warn-days": found -1; allowed: at least 0',
    ],
  },
  {
    name: 'issue',
    text: `${least}issue: {enabled: "yes", on: [all], labels: [""], assignees: ["@a"]}\n`,
    found: [
      'true or false',
      'allowed: drift, incomplete, expiring',
      '"issue.labels.0"',
      'a GitHub handle, without @',
    ],
  },
  {
    name: 'sources, evidence and traces',
    text: `${least}sources: {legacy-roles: no, agency: off}\nevidence: [logins]\ntraces: 169\n`,
    found: [
      '"sources.legacy-roles": found "no"; allowed: required, optional, off',
      'found the unknown key "agency"; allowed: legacy-roles, agencies, federation',
      '"evidence.0": found "logins"; allowed: last-login, access-keys, mfa',
      '"traces": found 169; allowed: off, or a number of hours from 1 to 168',
    ],
  },
  ...['0', '1.5', 'on', '"24"', 'null'].map((hours) => ({
    name: `traces: ${hours}`,
    text: `${least}traces: ${hours}\n`,
    found: [`"traces": found ${hours === 'on' ? '"on"' : hours}; allowed: off, or a number of hours`],
  })),
  {
    name: 'line ends of an old system',
    text: least.replaceAll('\n', '\r'),
    found: [
      '1:11 found a carriage return (CR) without a line feed; lines end with LF or CRLF. Save the file',
    ],
  },
  {
    name: 'one line end of an old system',
    text: `${least}name: a\rtraces: off\n`,
    found: ['4:8 found a carriage return (CR) without a line feed'],
  },
  { name: 'line ends of another system', text: least.replaceAll('\n', '\r\n'), found: [] },
  {
    name: 'a no-break space that indents',
    text: least.replace('  - preset', '\u00a0 - preset'),
    found: [
      '3:1 found a no-break space or another odd one (U+00A0) where YAML wants an ordinary space. Write',
    ],
  },
  {
    name: 'a no-break space behind a colon, and another behind a hyphen',
    text: least.replace('- p', '-\u00a0p').replace('1\n', '1\nname:\u3000x\n'),
    found: ['2:6 found a no-break space or another odd one (U+3000)', '4:4 found a no-break space'],
  },
  {
    name: 'a no-break space at the end of a value is made visible',
    text: `${least}issue: {enabled: true}\nsources: {agencies: "off\u00a0"}\n`,
    found: ['5:21 "sources.agencies": found "off\\u00a0"; allowed: required, optional, off'],
  },
  {
    name: 'an owner',
    text: `${least}owners: {team: "org/team"}\n`,
    found: ['"owners.team": found "org/team"; allowed: a GitHub handle'],
  },
]

test.each(cases)('$name', ({ text, found }) => {
  const all = problems(text)
  expect(all).toHaveLength(found.length)
  for (const words of found) expect(all.join('\n')).toContain(words)
})

test('problems come in the order of the file', () => {
  const lines = problems('foo: 1\nversion: 2\naudited-permissions:\n  - 5\nbar: 1\n').map((one) =>
    Number.parseInt(one, 10),
  )
  expect(lines).toEqual([1, 2, 4, 5])
})

test('hostile texts are quoted and cut', () => {
  const [problem] = problems(`${least}"a\\e[2J\\n\\u202e${'x'.repeat(500)}": 1\n`)
  expect(problem).toContain('"a\\u001b[2J\\n\\u202exxx')
  expect(problem?.length).toBeLessThan(400)
})

test('a file of brackets ends in a problem, not in an overflow', () => {
  expect(problems('['.repeat(200_000)).length).toBeGreaterThan(0)
})

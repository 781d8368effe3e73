import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { issuePicture } from '../../scripts/issue-picture.ts'
import { documents, withBlocks } from '../../scripts/readme-blocks.ts'
import { outputNames } from '../../src/action/outputs.ts'
import { entrySchemas } from '../../src/baseline/entry-schema.ts'
import { readBaseline } from '../../src/baseline/read-baseline.ts'
import { parseCommandLine } from '../../src/cli/program.ts'
import { auditorPolicy, auditorWildcardPolicy } from '../../src/cloud/iam/permissions-needed.ts'
import { configSchema } from '../../src/config/config-schema.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { renderCheck } from '../../src/render/check.ts'
import { linkSchema } from '../../src/report/link-schema.ts'
import { driftKinds, inputDefaults } from '../../src/run/inputs.ts'
import { VERSION } from '../../src/run/tool.ts'

const read = (path: string): string => readFileSync(path, 'utf8')
const action = parse(read('action.yml'))
const workflows = [
  ...readdirSync('.github/workflows').map((name) => `.github/workflows/${name}`),
  ...['audit', 'gate', 'update-baseline', 'review'].map((name) => `examples/${name}.yml`),
]

/** Every document for people who use it. */
const guides = readdirSync('docs')
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`)
const all = ['README.md', 'README.zh-CN.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...guides]

// To bring them up to date: npm run generate
test.each([...documents])('%s is what its generator writes', (path) => {
  expect(withBlocks(read(path))).toBe(read(path))
})

test('the picture of the issue is what the issue says', () => {
  expect(read('docs/issue.svg')).toBe(issuePicture())
})

test('action.yml and the code have the same inputs with the same defaults', () => {
  const declared = Object.fromEntries(
    Object.entries(action.inputs).map(([name, input]) => [
      name,
      (input as { default?: string }).default ?? '',
    ]),
  )
  expect({ ...declared, 'github-token': '' }).toEqual(inputDefaults)
})

test('action.yml and the code have the same outputs', () => {
  expect(Object.keys(action.outputs)).toEqual(outputNames)
})

test('the version is that of package.json', () => {
  expect(VERSION).toBe(JSON.parse(read('package.json')).version)
  expect(read('CHANGELOG.md')).toContain(`## ${VERSION}`)
})

test('every key of the config is in its document', () => {
  for (const key of Object.keys(configSchema.shape))
    expect(read('docs/configuration.md')).toContain(`\`${key}`)
})

test('every key of an entry is in the document of the baseline', () => {
  for (const schema of Object.values(entrySchemas))
    for (const key of Object.keys(schema.shape)) expect(read('docs/baseline.md')).toContain(`\`${key}`)
})

test('the outcomes tell of every result, issue-action and finding, and of no other', () => {
  const cells = (heading: string): string[] => {
    const table = read('docs/outcomes.md').split(`| ${heading} |`)[1]?.split('\n\n')[0] ?? ''
    return [...table.matchAll(/^\| ([^|]*) \|/gm)]
      .flatMap(([, cell]) => [...(cell as string).matchAll(/`([a-z-]+)`/g)])
      .map(([, name]) => name as string)
      .sort()
  }
  const named = (output: string): string[] =>
    [...action.outputs[output].description.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name as string)
  expect(cells('`result`')).toEqual([...new Set(named('result'))].sort())
  expect(cells('`issue-action`')).toEqual(named('issue-action').sort())
  expect(cells('Finding')).toEqual(
    [...driftKinds, 'no-longer-held', 'expiring', 'renamed', 'unreviewed'].sort(),
  )
})

test('the document of the report tells of every kind of link', () => {
  const kinds = linkSchema.options.map(({ shape }) => shape.kind.value)
  for (const kind of kinds) expect(read('docs/report.md')).toContain(`| \`${kind}\` |`)
})

test.each(all)('links of %s lead to files and headings that are there', (path) => {
  const links = [...read(path).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)]
  for (const [, file = '', anchor] of links) {
    const target = file === '' ? path : join(dirname(path), file)
    expect([target, existsSync(target)]).toEqual([target, true])
    if (anchor !== undefined) expect([...anchorsOf(read(target))]).toContain(anchor)
  }
})

/** Anchors that GitHub gives the headings of a document. */
function anchorsOf(text: string): Set<string> {
  const titles = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) => title as string)
  return new Set(
    titles.map((title) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\-_ ]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

describe('the README', () => {
  test('convinces within two hundred lines or so', () => {
    expect(read('README.md').split('\n').length).toBeLessThan(225)
  })

  test('shows a first workflow with what the whole one has', () => {
    const first = parse(exampleOf('first-workflow'))
    const whole = parse(read('examples/audit.yml'))
    const [checkout, audit] = first.jobs.audit.steps
    const step = whole.jobs.audit.steps.find((one: { id?: string }) => one.id === 'audit')
    expect(checkout.uses).toBe(whole.jobs.audit.steps[0].uses)
    expect(audit.uses).toBe(step.uses)
    expect(step.with).toMatchObject(audit.with)
    expect(first.permissions).toEqual(whole.jobs.audit.permissions)
    expect(first.on.schedule).toEqual(whole.on.schedule)
  })

  test('has a config that is read without a problem', () => {
    readConfig(exampleOf('config').replace('YOUR_ACCOUNT_ID', 'a'.repeat(32)), 'iam-audit.yml')
  })

  test('gives command lines that the command takes', () => {
    const lines = [...read('README.md').matchAll(/^iam-audit ([^#\n]*)/gm)]
    expect(lines.length).toBeGreaterThan(4)
    for (const [, line = ''] of lines)
      expect(parseCommandLine(line.trim().split(/ +/))).toHaveProperty('command')
  })

  test('says every limit of what is looked at', () => {
    const limits = read('README.md').split('## Set up')[0] ?? ''
    for (const words of ['Samples', 'keys', 'Identity Center', 'another account', 'service control policies'])
      expect(limits).toContain(words)
    for (const words of ['Enterprise Center', 'partner authorizations', 'workload', 'through services'])
      expect(limits).toContain(words)
  })
})

/** The fenced block behind a marker of the README. */
function exampleOf(name: string): string {
  return (
    new RegExp(`<!-- example: ${name} -->\\n\`\`\`[a-z]+\\n([\\s\\S]*?)\\n\`\`\``).exec(
      read('README.md'),
    )?.[1] ?? ''
  )
}

describe('the Chinese README says the same', () => {
  const [english, chinese] = [read('README.md'), read('README.zh-CN.md')]
  const lines = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([line]) => line)
  const fences = /^```[\s\S]*?^```/gm
  const prose = (text: string): string => text.replaceAll(fences, '')

  test('with the same headings, in the same order', () => {
    const levels = (text: string) => lines(prose(text), /^#+ /gm)
    expect(levels(chinese)).toEqual(levels(english))
  })

  test('with the same blocks, but for comments', () => {
    const blocks = (text: string) =>
      lines(text, fences).map((block) => block.replaceAll(/ +# .*$|^# .*$/gm, ''))
    expect(blocks(chinese)).toEqual(blocks(english))
    const marks = (text: string) => lines(text, /<!-- (example|generated): [a-z-]+ -->/g)
    expect(marks(chinese)).toEqual(marks(english))
  })

  test('with the same links', () => {
    // Headings have other names; each README names the other.
    const targets = (text: string) =>
      lines(prose(text), /(?<=\]\()[^)]+(?=\))/g)
        .map((target) => target.replace(/^#.*|^README.*/, 'a README'))
        .sort()
    expect(targets(chinese)).toEqual(targets(english))
  })

  test('with the same tables and lists', () => {
    const shape = (text: string) =>
      lines(prose(text), /^(\|.*\||- |\d\. |\*\*\d\. )/gm).map((line) =>
        line.startsWith('|') ? line.split(/(?<!\\)\|/).length : line,
      )
    expect(shape(chinese)).toEqual(shape(english))
  })

  test('with the same names of inputs, files and operations', () => {
    const names = (text: string) => [...new Set(lines(prose(text), /`[^`\n]+`/g))].sort()
    expect(names(chinese)).toEqual(names(english))
  })
})

test.each(['examples/iam-audit.yml', 'README.md', 'README.zh-CN.md', 'docs/configuration.md'])(
  'the schema that %s names is there, at the tag of this version',
  (path) => {
    const [, tag, file] =
      /\$schema=https:\/\/raw\.githubusercontent\.com\/[^/]+\/[^/]+\/([^/]+)\/(\S+)/.exec(read(path)) ?? []
    expect(tag).toBe(`v${VERSION}`)
    expect(existsSync(file as string)).toBe(true)
  },
)

describe('examples', () => {
  test('config and baseline are read without a problem', () => {
    const config = readConfig(read('examples/iam-audit.yml'), 'examples/iam-audit.yml')
    readBaseline(read('examples/iam-baseline.json'), 'examples/iam-baseline.json', {
      account: config.account,
    })
  })

  test('the identity policies are what the code needs', () => {
    expect(JSON.parse(read('examples/identity-policy.json'))).toEqual(auditorWildcardPolicy())
    expect(JSON.parse(read('examples/identity-policy-exact.json'))).toEqual(auditorPolicy())
  })

  test('the baseline names the schema of its version, where an editor finds it', () => {
    expect(JSON.parse(read('examples/iam-baseline.json')).$schema).toMatch(
      new RegExp(`/v${VERSION}/schemas/iam-baseline\\.schema\\.json$`),
    )
  })

  test('the trust policy is what mode check prints for the default branch', () => {
    const text = renderCheck({
      ...{
        cloud: null,
        cloudProblem: null,
        clockOffset: null,
        github: [],
        rights: null,
        would: null,
        notices: [],
      },
      claims: {
        iss: 'https://token.actions.githubusercontent.com',
        sub: 'repo:YOUR_ORG@ORG_ID/YOUR_REPOSITORY@REPOSITORY_ID:ref:refs/heads/main',
        aud: inputDefaults['oidc-audience'],
        ref: 'refs/heads/main',
      },
      ...{ would: null, notices: [], claimsProblem: null, providerUrn: '' },
    })
    const printed = JSON.parse(/```json\n([\s\S]*?)\n```/.exec(text)?.[1] ?? '')
    expect(JSON.parse(read('examples/trust-policy.json'))).toEqual(printed)
  })

  test('what writes runs one at a time and is not cut off', () => {
    for (const name of ['audit', 'update-baseline', 'review'])
      expect(parse(read(`examples/${name}.yml`)).concurrency).toMatchObject({ 'cancel-in-progress': false })
  })

  test('the schedule is off the hour', () => {
    const [{ cron }] = parse(read('examples/audit.yml')).on.schedule
    expect(['0', '*', '30']).not.toContain(cron.split(' ')[0])
  })

  test('the workflows name only inputs that exist', () => {
    for (const path of workflows.filter((one) => one.startsWith('examples/')))
      for (const job of Object.values(parse(read(path)).jobs) as {
        steps: { uses?: string; with?: object }[]
      }[])
        for (const step of job.steps.filter((one) => one.uses?.includes('iam-permission-audit')))
          for (const input of Object.keys(step.with ?? {}))
            expect(Object.keys(action.inputs)).toContain(input)
  })

  test('the gate has no paths filter: a required check would hang', () => {
    expect(Object.keys(parse(read('examples/gate.yml')).on.pull_request)).toEqual(['types'])
  })

  test('the gate runs whenever what it judges changes, the base branch included', () => {
    const { types } = parse(read('examples/gate.yml')).on.pull_request
    expect(types).toEqual(['opened', 'synchronize', 'reopened', 'edited'])
  })
})

describe.each(workflows)('%s', (path) => {
  const workflow = parse(read(path))

  test('pins every action by commit', () => {
    for (const [, uses] of read(path).matchAll(/uses: (\S+)/g)) expect(uses).toMatch(/@[0-9a-f]{40}$/)
  })

  test('starts from no permissions, and leaves no credentials behind', () => {
    expect(workflow.permissions).toEqual({})
    for (const job of Object.values(workflow.jobs) as {
      permissions: object
      'timeout-minutes': number
      steps: { uses?: string; with?: Record<string, unknown> }[]
    }[]) {
      expect(Object.keys(job.permissions).length).toBeGreaterThan(0)
      expect(job['timeout-minutes']).toBeGreaterThan(0)
      for (const step of job.steps.filter((one) => one.uses?.startsWith('actions/checkout')))
        expect(step.with?.['persist-credentials']).toBe(false)
    }
  })
})

test('whatever is installed runs without a token that can write, and what writes installs nothing', () => {
  const { jobs } = parse(read('.github/workflows/release.yml')) as {
    jobs: Record<
      string,
      { permissions: Record<string, string>; needs?: string; steps: { run?: string; uses?: string }[] }
    >
  }
  for (const { permissions, needs, steps } of Object.values(jobs)) {
    const runs = steps.map((step) => `${step.run ?? ''} ${step.uses ?? ''}`).join('\n')
    if (!Object.values(permissions).includes('write')) continue
    expect(needs).toBe('test')
    expect(runs).not.toMatch(/npm|npx|node|\.ci\/run|setup-node/)
  }
  expect(jobs.test?.permissions).toEqual({ contents: 'read' })
  expect(jobs.test?.steps.some((step) => step.run?.includes('.ci/run'))).toBe(true)
})

test('this repository has the owners that it prescribes', () => {
  const owned = read('.github/CODEOWNERS')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  for (const line of owned) expect(line).toMatch(/^\S+ +@\S+\/\S+$/)
  const paths = owned.map((line) => line.split(' ')[0])
  for (const path of ['*', '/.github/', '/dist/', '.gitattributes']) expect(paths).toContain(path)
})

test('a release is told by its own section of the changelog', () => {
  const steps: { run?: string }[] = parse(read('.github/workflows/release.yml')).jobs.release.steps
  const script = steps.find((step) => step.run?.includes('CHANGELOG.md'))?.run ?? ''
  const folder = mkdtempSync(join(tmpdir(), 'release-'))
  try {
    const notes = (tag: string): string => {
      const env = { ...process.env, GITHUB_REF_NAME: tag, RUNNER_TEMP: folder }
      execFileSync('bash', ['-eo', 'pipefail', '-c', script], { env, stdio: 'pipe' })
      return read(join(folder, 'notes.md'))
    }
    expect(notes('v1.0.0')).toContain('First release')
    expect(notes('v1.0.0')).not.toContain('## ')
    expect(() => notes('v1.0')).toThrow()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.each(readdirSync('.github/ISSUE_TEMPLATE').filter((name) => name !== 'config.yml'))(
  'the issue template %s asks for something',
  (name) => {
    const { name: title, description, body } = parse(read(`.github/ISSUE_TEMPLATE/${name}`))
    expect([typeof title, typeof description]).toEqual(['string', 'string'])
    expect(body.some((one: { validations?: object }) => one.validations)).toBe(true)
    const ids = body.flatMap((one: { id?: string }) => one.id ?? [])
    expect(new Set(ids).size).toBe(ids.length)
  },
)

test('CONTRIBUTING has every folder, in the order in which they may import', () => {
  const named = [...read('CONTRIBUTING.md').matchAll(/^\| ((?:`src\/[a-z]+`(?:, )?)+) \|/gm)].flatMap(
    ([, cell]) => [...(cell as string).matchAll(/`src\/([a-z]+)`/g)].map(([, folder]) => folder as string),
  )
  const folders = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory())
  expect([...named].sort()).toEqual(folders.map(({ name }) => name).sort())
  const [, floors = ''] =
    /const floors = \[([\s\S]*?)\] as const/.exec(read('__tests__/architecture.test.ts')) ?? []
  expect(named).toEqual([...floors.matchAll(/'([a-z]+)'/g)].map(([, folder]) => folder))
})

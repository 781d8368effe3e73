import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { withBlocks } from '../../scripts/readme-blocks.ts'
import { driftKinds, inputDefaults } from '../../src/action/inputs.ts'
import { outputNames } from '../../src/action/outputs.ts'
import { VERSION } from '../../src/action/tool.ts'
import { readBaseline } from '../../src/baseline/read-baseline.ts'
import { auditorPolicy } from '../../src/cloud/permissions-needed.ts'
import { configSchema } from '../../src/config/config-schema.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { renderCheck } from '../../src/render/check.ts'

const read = (path: string): string => readFileSync(path, 'utf8')
const action = parse(read('action.yml'))
const workflows = [
  ...readdirSync('.github/workflows').map((name) => `.github/workflows/${name}`),
  ...['audit', 'gate', 'update-baseline'].map((name) => `examples/${name}.yml`),
]

test('the README is what its generator writes', () => {
  expect(withBlocks(read('README.md'))).toBe(read('README.md'))
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

test('every key of the config is in the README', () => {
  for (const key of Object.keys(configSchema.shape)) expect(read('README.md')).toContain(`\`${key}`)
})

test('the README tells of every result, issue-action and finding, and of no other', () => {
  const cells = (heading: string): string[] => {
    const table = read('README.md').split(`| ${heading} |`)[1]?.split('\n\n')[0] ?? ''
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

test('links of the documents lead to files that are there', () => {
  for (const document of ['README.md', 'SECURITY.md', 'CONTRIBUTING.md'])
    for (const [, target] of read(document).matchAll(/\]\((?!https?:|#)([^)#]+)\)/g))
      expect(existsSync(target as string)).toBe(true)
})

test('anchors of the README lead to its headings', () => {
  const text = read('README.md')
  const headings = new Set(
    [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
      (title as string)
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  )
  for (const [, anchor] of text.matchAll(/\]\(#([^)]+)\)/g)) expect(headings).toContain(anchor)
})

describe('examples', () => {
  test('config and baseline are read without a problem', () => {
    const config = readConfig(read('examples/iam-audit.yml'), 'examples/iam-audit.yml')
    readBaseline(read('examples/iam-baseline.json'), 'examples/iam-baseline.json', {
      account: config.account,
    })
  })

  test('the identity policy is what the code needs', () => {
    expect(JSON.parse(read('examples/identity-policy.json'))).toEqual(auditorPolicy())
  })

  test('the trust policy is what mode check prints for the default branch', () => {
    const text = renderCheck({
      ...{ cloud: null, cloudProblem: null, clockOffset: null, github: [], rights: null },
      claims: {
        iss: 'https://token.actions.githubusercontent.com',
        sub: 'repo:YOUR_ORG/YOUR_REPOSITORY:ref:refs/heads/main',
        aud: inputDefaults['oidc-audience'],
        ref: 'refs/heads/main',
      },
      ...{ claimsProblem: null, providerUrn: '' },
    })
    const printed = JSON.parse(/```json\n([\s\S]*?)\n```/.exec(text)?.[1] ?? '')
    expect(JSON.parse(read('examples/trust-policy.json'))).toEqual(printed)
  })

  test('what writes runs one at a time and is not cut off', () => {
    for (const name of ['audit', 'update-baseline'])
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

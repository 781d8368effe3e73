/** The page about other pipelines, and its example: what they tell people to run is there to be run. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { commandNames, parseCommandLine } from '../../src/cli/program.ts'

const page = readFileSync('docs/other-places.md', 'utf8')
const gitlab = readFileSync('examples/gitlab-ci.yml', 'utf8')

/** Words after the program, as a shell splits them. */
const commandLines = (text: string): string[][] =>
  [...text.matchAll(/(?:iam-audit|dist\/cli\.js) ([a-z][a-z-]*(?: [^\n`#)]*)?)/g)].flatMap(
    ([, line = '']) => {
      const [first = ''] = line.split(' ')
      if (!commandNames.some((name) => name === first)) return []
      return [
        line
          .trim()
          .split(/ +/)
          .map((word) => word.replace(/^['"]|['"]$/g, '')),
      ]
    },
  )

test('every command line of the page and of the example is one', () => {
  const lines = commandLines(`${page}\n${gitlab}`)
  expect(lines.length).toBeGreaterThan(12)
  for (const line of lines) {
    const words = line.filter((word) => !word.startsWith('['))
    expect(() => parseCommandLine(words)).not.toThrow()
  }
})

test('every command has its exit codes on the page', () => {
  for (const name of commandNames.filter((one) => one !== 'completion'))
    expect(page).toMatch(new RegExp(`^\\| \`${name}[ \`]`, 'm'))
})

test('links of the page lead to files that are there', () => {
  for (const [, target = ''] of page.matchAll(/\]\((?!https?:|#)([^)#]+)\)/g))
    expect([target, existsSync(join(dirname('docs/other-places.md'), target))]).toEqual([target, true])
})

test('the example is a pipeline whose jobs run the command', () => {
  const { variables, ...jobs } = parse(gitlab)
  expect(variables.IAM_AUDIT_COMMIT).toMatch(/^[0-9a-f]{40}$/)
  for (const name of ['iam-audit', 'iam-audit-gate']) {
    expect(jobs[name].extends).toBe('.iam-audit')
    expect(jobs[name].script.at(-1)).toMatch(/^node \/opt\/iam-audit\/dist\/cli\.js (audit|gate) /)
  }
  expect(jobs['iam-audit'].artifacts.when).toBe('always')
})

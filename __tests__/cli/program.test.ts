/** The command line: its help and completions word for word, and what it refuses. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { initTemplates, TEMPLATES } from '../../scripts/init-templates.ts'
import type { CommandRun } from '../../src/cli/command.ts'
import { completionCommand } from '../../src/cli/completion.ts'
import { inputEnvironment, optionInputs } from '../../src/cli/options.ts'
import { commandNames, parseCommandLine, type Request } from '../../src/cli/program.ts'

/** To bring them up to date: UPDATE_GOLDEN=1. */
async function golden(name: string, text: string): Promise<void> {
  const path = `__tests__/cli/golden/${name}`
  if (process.env.UPDATE_GOLDEN) (await import('node:fs')).writeFileSync(path, text)
  expect(text).toBe(readFileSync(path, 'utf8'))
}

const helpOf = (...args: string[]): string => {
  const parsed = parseCommandLine([...args, '--help'])
  if (!('text' in parsed)) throw new Error('no help')
  return parsed.text
}

test('the help of the program', () => golden('help.txt', helpOf()))
test.each(commandNames)('the help of %s', (name) => golden(`help-${name}.txt`, helpOf(name)))
test.each(['bash', 'zsh', 'fish'])('the completions of %s', async (shell) => {
  const { output } = await completionCommand({ words: [shell] } as unknown as CommandRun)
  await golden(`completion.${shell}`, String(output))
})
test('without a command there is the help', () => {
  expect(parseCommandLine([])).toEqual({ text: helpOf() })
})

const request = (...args: string[]): Request => {
  const parsed = parseCommandLine(args)
  if ('text' in parsed) throw new Error(parsed.text)
  return parsed
}

test('options that are inputs of the action are told from the others', () => {
  expect(
    request('audit', '--fail-on', 'none', '--config', 'a.yml', '--ids', '--json', '--out', 'r.json'),
  ).toEqual({
    ...{ command: 'audit', words: [], format: 'json', out: 'r.json' },
    inputs: new Map([
      ['config', 'a.yml'],
      ['fail-on', 'none'],
    ]),
    own: { ids: true },
  })
})

test.each([
  [['audit', '--what'], 'unknown option'],
  [['audit', 'word'], 'too many arguments'],
  [['explain'], 'missing required argument'],
  [['who-can'], 'missing required argument'],
  [['who-can', 'a:b:c', 'd'], 'too many arguments'],
  [['who-can', 'a:b:c', '--format', 'html'], 'Allowed: text, json'],
  [['audit', '--json', '--format', 'html'], 'contradict'],
  [['adit'], 'Did you mean audit?'],
  [['audit', '--config'], 'argument missing'],
] as const)('%j is refused in one line', (args, why) => {
  expect(() => parseCommandLine(args)).toThrow(why)
  try {
    parseCommandLine(args)
  } catch (error) {
    expect((error as Error).message).not.toContain('\n')
  }
})

describe('inputs', () => {
  test('are named as options where they are wrong', () => {
    const environment = inputEnvironment(
      {},
      new Map([
        ['max-rate', 'fast'],
        ['iam-endpoint', 'https://example.com'],
      ]),
    )
    expect(() => optionInputs(environment)).toThrow(/^--max-rate: found "fast"/)
    expect(() => optionInputs(environment)).toThrow(/^--iam-endpoint: /m)
  })

  test('come from options alone, whatever a runner set', () => {
    const environment = inputEnvironment({ INPUT_CONFIG: 'theirs.yml', HOME: '/' }, new Map())
    expect(optionInputs(environment).config).toBe('.github/iam-audit.yml')
  })
})

test('the templates of init are the examples', () => {
  // To bring them up to date: npm run generate
  expect(readFileSync(TEMPLATES, 'utf8')).toBe(initTemplates())
})

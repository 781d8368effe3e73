/** `iam-audit init`: everything that a repository needs to audit an account, but a baseline. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { inputDefaults } from '../../run/inputs.ts'
import { UserError } from '../../text/problem.ts'
import { type Answer, type CommandRun, optionValue, textOf } from '../command.ts'
import { askAll, type Question } from './ask.ts'
import { type FactName, type Facts, factNames, factsFrom, UNKNOWN_REPOSITORY } from './facts.ts'
import { CODEOWNERS, filledFiles, IDENTITY_POLICY, isEuropean } from './fill.ts'
import { originOf, runningVersion } from './version.ts'

/** Name of the policy and the agency of the auditor, as the workflows and the README have it. */
const AUDITOR = 'iam-audit'

/** Writes what is not there. @throws UserError */
export async function initCommand(run: CommandRun): Promise<Answer> {
  const given = await answersOf(run)
  const facts = factsFrom(given, runningVersion(process.argv[1] ?? ''))
  const files = filledFiles(facts)
  const lines: string[] = []
  let kept = 0
  for (const [path, text] of Object.entries(files)) {
    const outcome = await place(join(run.folder, path), path, text, run.own.force === true)
    lines.push(`${outcome.padEnd(9)} ${path}`)
    if (outcome !== 'kept') continue
    kept++
    if (path === CODEOWNERS) lines.push('  It should have these lines:', ...linesOf(text))
  }
  return {
    output: textOf([...lines, '', ...nextSteps(facts, kept)]),
    notes: [],
    exitCode: kept === 0 ? 0 : 1,
  }
}

/** What the options say, and what a person answers to the rest; without a terminal nobody is asked. */
async function answersOf(run: CommandRun): Promise<Partial<Record<FactName, string>>> {
  const given: Partial<Record<FactName, string>> = {}
  for (const name of factNames) {
    const value = optionValue(run, name)
    if (value !== null) given[name] = value
  }
  const origin = originOf(run.folder)
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    return given.repository === undefined && origin !== null ? { ...given, repository: origin } : given
  const questions: readonly Question[] = [
    { name: 'account', words: 'Account id in Huawei Cloud', fallback: null },
    { name: 'repository', words: 'This repository on GitHub (owner/name)', fallback: origin },
    { name: 'region', words: 'Region', fallback: inputDefaults.region },
  ]
  const unanswered = questions.filter(({ name }) => given[name] === undefined)
  return { ...given, ...(await askAll(unanswered, { input: process.stdin, output: process.stdout })) }
}

/** Whether the file was written, is as it should be, or was kept as somebody else made it. */
async function place(
  target: string,
  path: string,
  text: string,
  force: boolean,
): Promise<'wrote' | 'unchanged' | 'kept'> {
  try {
    const present = await readFile(target, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
      return null
    })
    if (present === text) return 'unchanged'
    if (present !== null && !force) return 'kept'
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, text)
    return 'wrote'
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new UserError(
      [{ where: path, message: `cannot be written (${code}).`, remedy: 'Start it where it can.' }],
      { cause },
    )
  }
}

function linesOf(text: string): string[] {
  return text.split('\n').flatMap((line) => (line === '' || line.startsWith('#') ? [] : [`    ${line}`]))
}

function nextSteps({ account, action, branch, region, reviewers }: Facts, kept: number): string[] {
  return [
    ...(kept > 0 ? ['Files that were there are kept; --force overwrites them.', ''] : []),
    ...(action === null || action.repository === UNKNOWN_REPOSITORY
      ? [
          `Which ${action === null ? 'version' : 'repository'} of the action this is could not be told: put ${action === null ? 'its repository and commit' : 'it'} into the workflows.`,
          '',
        ]
      : []),
    ...(isEuropean(region)
      ? [
          'The endpoints of the European site stand in the workflows. That the new IAM answers there is not proven:',
          'step 4 tells.',
          '',
        ]
      : []),
    'Next:',
    `  1. Commit these files on ${branch}, the default branch, and push it.`,
    '  2. On GitHub start the workflow "IAM audit" with mode check. It ends red, since nothing in the cloud trusts it',
    '     yet; its summary has the trust policy for exactly this workflow. trust-policy.json is a draft of it:',
    '     repositories made or renamed since 15 July 2026 have another subject (oidc:sub).',
    `  3. In IAM of the account ${account} make, each by the name ${AUDITOR} but the provider:`,
    `     - an identity policy, with ${IDENTITY_POLICY};`,
    '     - an OIDC identity provider called github, for https://token.actions.githubusercontent.com with the client',
    '       id sts.huaweicloud.com;',
    '     - a trust agency, with the trust policy of step 2, and attach the identity policy to it.',
    '  4. Start it with mode check until it is green.',
    '  5. Start it with mode audit. It proposes the first baseline: fill in each justification, and commit it as',
    '     .github/iam-baseline.json by a pull request that somebody else reviews.',
    `  6. In a ruleset of ${branch} require the status check "gate" and a review by code owners (${reviewers}).`,
    '  The README has the same steps with the menus of the consoles: "Set up".',
  ]
}

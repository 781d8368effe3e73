/** A place where the scripts of the examples run: a repository to push to, and a command line of GitHub that logs. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'

export const BASELINE = '.github/iam-baseline.json'

export interface Place extends Disposable {
  readonly root: string
  git(folder: string, ...args: string[]): string
  /**
   * Runs a script as a runner does, in a fresh checkout in which the action wrote a baseline; what the summary says.
   */
  propose(script: string, run: string, baseline: string, variables?: Record<string, string>): string
  /** What was asked of GitHub, a word a line. */
  asked(): string
}

/** The step of an example by its id, and the variables of the whole workflow. */
export function stepOf(
  example: string,
  job: string,
): { run: string; if: string; env: Record<string, string> } {
  const workflow = parse(readFileSync(`examples/${example}.yml`, 'utf8'))
  const step = workflow.jobs[job].steps.find((one: { id?: string }) => one.id === 'propose')
  return { run: step.run, if: step.if, env: workflow.env }
}

/** Makes it; at the end it is removed. */
export function place(): Place {
  const root = mkdtempSync(join(tmpdir(), 'propose-'))
  const git = (folder: string, ...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args], {
      ...{ cwd: join(root, folder), encoding: 'utf8', stdio: 'pipe' },
    }).trim()
  for (const folder of ['origin', 'bin', 'seed/.github']) mkdirSync(join(root, folder), { recursive: true })
  git('origin', 'init', '--quiet', '--bare', '--initial-branch=main')
  const answer = '[ "$1" = auth ] || echo https://github.com/acme/security/pull/1'
  writeFileSync(join(root, 'gh.log'), '')
  writeFileSync(join(root, 'bin/gh'), `#!/bin/sh\nprintf '%s\\n' "$@" >> "${root}/gh.log"\n${answer}\n`)
  chmodSync(join(root, 'bin/gh'), 0o755)
  git('seed', 'init', '--quiet', '--initial-branch=main')
  writeFileSync(join(root, 'seed', BASELINE), 'approved before\n')
  git('seed', 'add', '.')
  git('seed', 'commit', '--quiet', '--message', 'First')
  git('seed', 'push', '--quiet', '../origin', 'main')
  return {
    ...{ root, git },
    propose: (script, run, baseline, variables = {}) => {
      git('.', 'clone', '--quiet', 'origin', `run-${run}`)
      writeFileSync(join(root, `run-${run}`, BASELINE), baseline)
      const summary = join(root, `${run}.md`)
      writeFileSync(summary, '')
      execFileSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
        cwd: join(root, `run-${run}`),
        env: {
          ...{ PATH: `${root}/bin:${process.env.PATH}`, HOME: root, RUNNER_TEMP: root },
          ...{ GITHUB_STEP_SUMMARY: summary, GITHUB_RUN_ID: run, GITHUB_RUN_ATTEMPT: '1' },
          ...{ GITHUB_ACTOR: 'octocat', GITHUB_REF_NAME: 'main', GITHUB_SERVER_URL: 'https://github.com' },
          ...{ GITHUB_REPOSITORY: 'acme/security', GH_TOKEN: 'x', ...variables },
        },
        stdio: 'pipe',
      })
      return readFileSync(summary, 'utf8')
    },
    asked: () => readFileSync(join(root, 'gh.log'), 'utf8'),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  }
}

/**
 * `npm start`: the real bundled action against a simulated company, so that a newcomer sees what they would get
 * without any account: the log as it runs, then the summary, the issue and the report.
 */
import { readFile } from 'node:fs/promises'
import { northwind } from './company.ts'
import { startGitHubSimulator } from './github/server.ts'
import { simulatorKeys, startIamSimulator } from './iam/server.ts'
import { type ActionOptions, runAction } from './runner.ts'
import { fitted, terminalText } from './terminal.ts'

/** Beyond this, lines are hard to read, however wide the terminal is. */
const WIDEST = 120
const width = Math.min(WIDEST, process.stdout.columns || 100)
const line = '═'.repeat(width)
const say = (text: string): void => {
  process.stdout.write(`${fitted(text, width)}\n`)
}
const title = (text: string): void => say(`\n${line}\n${text}\n${line}\n`)
const cut = (text: string, rows: number): string => {
  const lines = text.split('\n')
  return lines.length <= rows
    ? text
    : `${lines.slice(0, rows).join('\n')}\n  … and ${lines.length - rows} more lines`
}

/** The log without what the runner does not show: masks, and annotations, which it shows beside the files. */
const onLine = (text: string): void => {
  if (!text.startsWith('::') && text !== '') say(`  ${text}`)
}

const company = northwind(Date.now())
await using cloud = await startIamSimulator({ account: company.account })
await using github = await startGitHubSimulator({ assignable: ['octocat'] })
const files: Record<string, string> = { '.github/iam-audit.yml': company.config }
const options = (more: Partial<ActionOptions> = {}): ActionOptions => ({
  apiUrl: github.url,
  repository: 'acme/security',
  files,
  inputs: {
    'access-key-id': simulatorKeys.accessKeyId,
    'secret-access-key': simulatorKeys.secretAccessKey,
    'iam-endpoint': cloud.url,
    'sts-endpoint': cloud.url,
    'github-token': github.state.token,
    // The simulator allows more than the cloud's ten a second, so that nobody has to wait.
    'max-rate': '200',
  },
  ...more,
})

title('1. The first run: there is no baseline yet. Somebody reviews what it proposes, and commits it.')
const first = await runAction(options({ onLine }))
files['.github/iam-baseline.json'] = company.review(
  await readFile(first.outputs['proposed-baseline'] as string, 'utf8'),
)
await first[Symbol.asyncDispose]()

company.thenTimePasses()
title('2. Some weeks later, the scheduled run. Its log:')
const run = await runAction(options({ onLine }))

title('The job summary, as far as a terminal can show it:')
say(cut(terminalText(run.summary), 120))
const [issue] = github.state.issues
title(`The issue it opened: ${issue?.title ?? ''}`)
say(`  labels ${issue?.labels.join(', ')}; assigned to ${issue?.assignees.join(', ') || 'nobody'}\n`)
say(cut(terminalText(issue?.body ?? ''), 60))
title('The outputs')
for (const [name, value] of Object.entries(run.outputs)) say(`  ${name.padEnd(20)} ${value}`.trimEnd())
const { stats, population } = run.report
say(
  `\n  ${stats.requests} requests to the cloud for ${population.users.seen} users, ${population.groups.seen} groups and ${population.policies.seen} attached policies.`,
)
say(`  Exit code ${run.exitCode}: the job is red until each new holder is approved in review or taken away.`)
say(`\n  The full report: ${run.outputs.report}`)
say('  For an account of your own: README.md, "Set up". About ten minutes.')

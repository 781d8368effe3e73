/**
 * `npm start`: the real bundled action against a simulated company, in four acts of a screen each, so that a newcomer
 * sees what they would get without any account. Everything that it leaves behind is written to one page, as GitHub
 * would show it: `preview.html`, or what the command line names.
 */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Artefact, type Chapter, previewPage } from '../scripts/preview.ts'
import { startGitHubSimulator } from './github/server.ts'
import { simulatorKeys, startIamSimulator } from './iam/server.ts'
import { type ActionOptions, type ActionRun, DEFAULT_SHA, runAction } from './runner.ts'
import { APPROVED, story } from './story.ts'
import { fitted, terminalText } from './terminal.ts'

const CONFIG = '.github/iam-audit.yml'
const BASELINE = '.github/iam-baseline.json'
const [HEAD, MERGE, MERGED] = ['b', 'c', 'd'].map((letter) => letter.repeat(40)) as [string, string, string]
const target = resolve(process.argv[2] ?? 'preview.html')

/** Beyond this, lines are hard to read, however wide the terminal is. */
const WIDEST = 120
const width = Math.min(WIDEST, process.stdout.columns || 100)
const rule = '═'.repeat(width)
const say = (text: string): void => {
  process.stdout.write(`${fitted(text, width)}\n`)
}
const act = (text: string): void => say(`\n${rule}\n${text}\n${rule}\n`)
const cut = (text: string, rows: number): string => {
  const lines = fitted(text, width).split('\n')
  return lines.length <= rows
    ? lines.join('\n')
    : `${lines.slice(0, rows).join('\n').trimEnd()}\n  … and ${lines.length - rows} more lines`
}
/** The log without what the runner does not show: masks, and annotations, which it shows beside the files. */
const logLines = (log: string): string[] =>
  log.split('\n').filter((text) => !text.startsWith('::') && text !== '')
const sayLog = (log: string): void => {
  const lines = logLines(log).map((text) => `  ${text}`)
  const drift = lines.filter((line) => line.startsWith('  DRIFT'))
  const few = new Set(drift.slice(0, 6))
  for (const line of lines) if (!line.startsWith('  DRIFT') || few.has(line)) say(line)
  if (drift.length > few.size) say(`  … and ${drift.length - few.size} more lines of DRIFT`)
}

const tale = story(Date.now())
await using cloud = await startIamSimulator({ account: tale.account })
await using github = await startGitHubSimulator({
  repository: 'northwind/security',
  assignable: ['octocat'],
  collaborators: { mona: 'write', hubot: 'write' },
})
const { state } = github
const update = await readFile(join(import.meta.dirname, '../examples/update-baseline.yml'), 'utf8')
const files: Record<string, string> = {
  [CONFIG]: tale.config,
  '.github/workflows/iam-audit-update.yml': update,
}
const runs: ActionRun[] = []
async function run(
  inputs: Record<string, string> = {},
  more: Partial<ActionOptions> = {},
): Promise<ActionRun> {
  const made = await runAction({
    ...{ apiUrl: github.url, repository: state.repository, files, ...more },
    inputs: {
      'access-key-id': simulatorKeys.accessKeyId,
      'secret-access-key': simulatorKeys.secretAccessKey,
      'iam-endpoint': cloud.url,
      'sts-endpoint': cloud.url,
      'trace-endpoint': cloud.url,
      'github-token': state.token,
      // The simulator allows more than the cloud's ten a second, so that nobody has to wait.
      'max-rate': '1000',
      ...inputs,
    },
  })
  runs.push(made)
  return made
}
const summary = (title: string, { summary: text }: ActionRun): Artefact => ({ kind: 'summary', title, text })
const issueOf = (number: number): Artefact[] =>
  state.issues
    .filter((issue) => issue.number === number)
    .map((issue) => ({
      ...{ kind: 'issue' as const, number, title: issue.title, state: issue.state, body: issue.body ?? '' },
      ...{ author: issue.user, labels: [...issue.labels], assignees: [...issue.assignees] },
      comments: state.comments
        .filter((comment) => comment.issue === number)
        .map(({ user, body }) => ({ author: user, body })),
    }))

// Before the curtain: set up, reviewed, approved.
const commit = (sha: string, parents: string[], content: Record<string, string>) => ({
  ...{ sha, parents, files: { ...content }, author: 'mona', committer: 'mona' },
  date: new Date(Date.now() - (sha === DEFAULT_SHA ? 30 : 0) * 86_400_000).toISOString(),
})
state.refs.main = DEFAULT_SHA
state.commits = [commit(DEFAULT_SHA, [], files)]
const check = await run({ mode: 'check' })
const first = await run()
files[BASELINE] = tale.review(await readFile(first.outputs['proposed-baseline'] as string, 'utf8'))
const approved = { ...files }
state.commits = [commit(DEFAULT_SHA, [], approved)]
const before: Chapter = {
  title: 'Before: set up and approved',
  about:
    'Mode check says what is missing; the first run has no baseline and shows who holds what, for review.',
  artefacts: [summary('Job summary of mode check', check), summary('Job summary of the first run', first)],
}
const people = first.report.population

act(
  `1. A company of ${people.users.seen} users, ${people.groups.seen} groups and ${people.agencies.seen} agencies; all administrators are approved. Then, in a day:`,
)
for (const line of tale.changes()) say(`  - ${line}`)
say('\nThe scheduled audit of the next morning. Its log:\n')
const drift = await run()
sayLog(drift.log)
say(`\n  The job is red. ${drift.report.stats.requests} requests to the cloud, reads alone.`)

const [opened] = state.issues
act(`2. The issue it opened\n   ${opened?.title ?? ''}`)
say(`  labels ${opened?.labels.join(', ')}; what GitHub folds is folded here\n`)
say(cut(terminalText(opened?.body ?? '', width), 40))
const second: Chapter = {
  title: '1 and 2: somebody gains administration, and the issue says so',
  about:
    'Four changes within a day, found by the next scheduled run. Nothing of it is configured beyond the README.',
  artefacts: [
    { kind: 'log', title: 'Log of the scheduled audit', lines: logLines(drift.log) },
    { kind: 'annotations', title: 'Annotations', lines: drift.log.split('\n') },
    ...issueOf(opened?.number ?? 1),
    summary('Job summary of the scheduled audit', drift),
    ...(await evidenceOf(drift)),
  ],
}

act(`3. One of them shall stay. The update workflow, for ${APPROVED} alone; then its pull request`)
const expires = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10)
const proposal = await run(
  ...[
    {
      mode: 'update-baseline',
      users: APPROVED,
      justification: 'Migration, SEC-321',
      owner: 'platform-team',
      expires,
    },
    { event: 'workflow_dispatch' },
  ],
)
const proposed = await readFile(join(proposal.workspace, BASELINE), 'utf8')
say(cut(terminalText(proposal.summary, width), 12))
const head = { ...approved, [BASELINE]: proposed }
state.commits.push(commit(HEAD, [DEFAULT_SHA], head), commit(MERGE, [DEFAULT_SHA, HEAD], head))
const pull = github.addIssue({
  ...{ user: 'mona', isPullRequest: true, title: `Update the IAM baseline: ${APPROVED}` },
  body: 'Migration, SEC-321\n\nProposed by the run of *IAM audit, update baseline* that mona asked for.',
})
state.pulls = [
  {
    ...{ number: pull.number, user: 'mona', head: HEAD, base: DEFAULT_SHA, baseRef: 'main' },
    reviews: [{ user: 'hubot', state: 'APPROVED', commit: HEAD }],
  },
]
Object.assign(files, head)
const gate = await run(
  { mode: 'gate' },
  {
    ...{ event: 'pull_request', ref: `refs/pull/${pull.number}/merge`, sha: MERGE },
    payload: {
      pull_request: {
        ...{ number: pull.number, user: { login: 'mona' } },
        head: { sha: HEAD, repo: { full_name: state.repository } },
        base: { sha: DEFAULT_SHA, ref: 'main' },
      },
    },
  },
)
const [comment] = issueOf(pull.number).flatMap((one) => (one.kind === 'issue' ? one.comments : []))
say(`\n  Opened by mona, approved by hubot. The gate (${gate.outputs.result}) comments:\n`)
say(cut(terminalText(comment?.body ?? '', width), 22))
const third: Chapter = {
  title: '3: the pull request of the update, and the gate',
  about: 'What the gate says of it is one comment, which keeps itself up to date.',
  artefacts: [
    summary('Job summary of mode update-baseline', proposal),
    { kind: 'diff', title: BASELINE, before: approved[BASELINE] ?? '', after: proposed },
    ...issueOf(pull.number),
  ],
}

act('4. It is merged, and the rest is revoked')
for (const line of tale.revocations()) say(`  - ${line}`)
// Squashed: one commit on the default branch.
state.commits = [commit(DEFAULT_SHA, [], approved), commit(MERGED, [DEFAULT_SHA], head)]
state.refs.main = MERGED
say('\nThe next audit. Its log:\n')
const after = await run({}, { sha: MERGED })
sayLog(after.log)
const closed = state.issues.find((issue) => issue.number === opened?.number)
say(`\n  The issue is ${closed?.state}, with a last comment:\n`)
const last = state.comments.filter((one) => one.issue === opened?.number).at(-1)
say(cut(terminalText(last?.body ?? '', width), 24))
const fourth: Chapter = {
  title: '4: the issue closes itself',
  about: 'Three changes were revoked, one is approved.',
  artefacts: [
    ...issueOf(opened?.number ?? 1),
    summary('Job summary of the last audit', after),
    ...(await evidenceOf(after)),
  ],
}

await writeFile(target, previewPage([before, second, third, fourth]))
await Promise.all(runs.map((one) => rm(one.temporary, { recursive: true, force: true })))
say(`\n${rule}`)
say(`  Everything as GitHub would show it: ${target}`)
say('  For an account of your own: README.md, "Set up".')

/** What an audit leaves for an auditor's file. */
async function evidenceOf({ outputs }: ActionRun): Promise<Artefact[]> {
  const read = (path: string): Promise<string> => readFile(path, 'utf8')
  return [
    ...(outputs.evidence
      ? [{ kind: 'page' as const, title: 'evidence.html', html: await read(outputs.evidence) }]
      : []),
    ...(outputs['holders-csv']
      ? [{ kind: 'csv' as const, title: 'holders.csv', text: await read(outputs['holders-csv']) }]
      : []),
  ]
}

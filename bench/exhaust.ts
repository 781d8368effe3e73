/**
 * Policies made to exhaust, through the bundle as a job runs it: `node bench/exhaust.ts`. As many as an account may
 * have attached, each as long as a policy may be, each to somebody of its own and ten to each of a few; it has to end
 * within five minutes, with a gap for whatever could not be decided.
 */
import { exhausting } from '../__tests__/policy/cases/hostile.ts'
import { AccountBuilder, type SimulatedAccount } from '../simulator/iam/account.ts'
import { simulatorKeys, startIamSimulator } from '../simulator/iam/server.ts'
import { runAction } from '../simulator/runner.ts'

const ATTACHED = Number(process.argv[2] ?? 700)
const SECONDS = 300

const worst = ['stars spared, statement by statement', 'no colons, just within the bound']
const config = `version: 1
audited-permissions:
  - preset: iam-administration@1
  - preset: privilege-escalation@1
  - preset: full-administration@1
`

function build(shapes: typeof exhausting, holders: number): SimulatedAccount {
  const builder = new AccountBuilder('exhausting')
  builder.group('admin')
  for (let at = 0; at < holders; at++) builder.user(`user${at}`)
  for (let at = 0; at < ATTACHED; at++) {
    const Statement = shapes[at % shapes.length]?.[1](at)
    builder.policy(`policy${at}`, JSON.stringify({ Version: '5.0', Statement }))
    builder.attach(`policy${at}`, { user: `user${at % holders}` })
  }
  return builder.account
}

console.log(
  `${'seconds'.padStart(9)}${'of these'.padStart(10)}${'gaps'.padStart(7)}${'holders'.padStart(9)}  ${ATTACHED} policies made to exhaust`,
)
for (const [name, shapes] of [
  ['all shapes', exhausting],
  ...worst.map((one) => [one, exhausting.filter(([shape]) => shape === one)] as const),
] as const)
  for (const [spread, holders] of [
    ['each to somebody', ATTACHED],
    ['ten to each', Math.ceil(ATTACHED / 10)],
  ] as const) {
    const account = build(shapes, holders)
    await using server = await startIamSimulator({ account })
    const baseline = { version: 1, account: account.account_id, audited_permissions: {}, approvals: [] }
    await using run = await runAction({
      inputs: {
        ...{
          mode: 'audit',
          'iam-endpoint': server.url,
          'max-rate': '1000',
          'dry-run': 'true',
          'allow-public': 'true',
        },
        'access-key-id': simulatorKeys.accessKeyId,
        'secret-access-key': simulatorKeys.secretAccessKey,
      },
      files: {
        '.github/iam-audit.yml': config,
        '.github/iam-baseline.json': `${JSON.stringify(baseline, null, 2)}\n`,
      },
      timeout: 1_800_000,
    })
    const seconds = run.duration / 1000
    const outcome = seconds > SECONDS ? `BEYOND ${SECONDS} s` : (run.outputs.result ?? 'no result')
    console.log(
      `${seconds.toFixed(0).padStart(9)}${outcome.padStart(10)}${String(run.report?.gaps.length).padStart(7)}${String(new Set(run.report?.grants.map((row: { principal_id: string }) => row.principal_id)).size).padStart(9)}       ${name}, ${spread}`,
    )
    if (process.argv[3] === 'log') console.log(run.log.slice(0, 3000))
  }

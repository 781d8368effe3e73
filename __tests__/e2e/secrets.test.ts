/** No secret in play reaches log, summary, report, outputs or GitHub, whoever echoes it and wherever it was pasted. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { AccountBuilder, allow, document } from '../../simulator/iam/account.ts'
import type { ActionRun } from '../../simulator/runner.ts'
import { plainConfig, startWorld, type World } from './world.ts'

const cacheSecret = 'kX7pQ2mB9vTn4LsYc6WdZ1fJh8GpAe3U'
const pasted = 'q7RkX2mB9vTn4LsYc6WdZ1fJh8GpAe3UoKi5xCbQ'

const company = () =>
  new AccountBuilder('leaky')
    .users('alice', 'bob')
    .policy('Ops', document(allow('iam:*:*')))
    .attach('Ops', { user: 'bob' })

/** Everything that a run let out, but what tells the runner to mask. */
function leftBehind(run: ActionRun, world: World): string {
  const folder = join(run.temporary, 'temp', 'iam-audit')
  return [
    run.log.replace(/^::add-mask::.*$/gm, ''),
    run.summary,
    JSON.stringify(run.outputs),
    ...readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8')),
    JSON.stringify(world.github.writes.map((write) => write.body)),
    JSON.stringify([world.github.state.issues, world.github.state.comments]),
  ].join('\n')
}

test('GitHub echoes the token and the cache secret', async () => {
  await using world = await startWorld(company().account)
  await world.approveAll()
  const [entry] = JSON.parse(world.files['.github/iam-baseline.json'] as string).approvals
  expect(entry.user).toBe('bob')
  world.files['.github/iam-baseline.json'] = (world.files['.github/iam-baseline.json'] as string).replace(
    entry.user_id,
    '0'.repeat(32),
  )
  const message = `Bad credentials ${world.github.state.token}, ${cacheSecret} and ${cacheSecret.slice(0, 20)}`
  world.github.fail('POST /repos/{owner}/{repo}/issues', { status: 403, body: { message } })
  const run = await world.audit({ inputs: { 'cache-secret': cacheSecret } })
  expect(run.outputs.result).toBe('drift')
  const text = leftBehind(run, world)
  expect(text).toContain('Bad credentials ***')
  for (const secret of [world.github.state.token, cacheSecret.slice(0, 16)])
    expect(text).not.toContain(secret)
})

test('the cloud echoes it as an error code, and a name holds it', async () => {
  const builder = company()
  builder.account.users[0] = {
    ...(builder.account.users[0] as object),
    user_name: `me ${cacheSecret}`,
  } as never
  await using world = await startWorld(builder.account)
  const body = { error_code: cacheSecret, error_msg: cacheSecret }
  world.cloud.fault({ on: '/v5/groups', answer: { status: 400, body } })
  const run = await world.audit({ inputs: { 'cache-secret': cacheSecret, 'save-snapshot': 'snapshot.json' } })
  const text = leftBehind(run, world) + readFileSync(join(run.workspace, 'snapshot.json'), 'utf8')
  expect(run.report.gaps.length).toBeGreaterThan(0)
  expect(text).not.toContain(cacheSecret)
})

test.each([
  ['mode', pasted],
  ['config', `.github/${pasted}`],
  ['fail-on', pasted],
  ['iam-endpoint', `https://${pasted}`],
  ['access-key-id', pasted],
])('it was pasted into %s', async (input, value) => {
  await using world = await startWorld(company().account, { config: plainConfig })
  const run = await world.audit({ inputs: { [input]: value } })
  expect(run.exitCode).toBe(1)
  expect(run.log).toContain(`::add-mask::${pasted}`)
  expect(leftBehind(run, world)).not.toContain(pasted.slice(0, 16))
})

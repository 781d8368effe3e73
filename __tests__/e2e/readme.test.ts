import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { AccountBuilder, idOf } from '../../simulator/iam/account.ts'
import { BASELINE, CONFIG, startWorld } from './world.ts'

const readme = readFileSync('README.md', 'utf8')

/** The fenced block behind a marker of the README. */
function example(name: string): string {
  const block = new RegExp(
    `<!-- example: ${name} -->\\n(?:<!-- generated: [a-z-]+ -->\\n)?\`\`\`[a-z]+\\n([\\s\\S]*?)\\n\`\`\``,
  )
  const found = block.exec(readme)?.[1]
  if (found === undefined) throw new Error(`the README has no example ${name}`)
  return found
}

/** As GitHub writes it of repositories made since July 2026. */
const SUBJECT = 'repo:acme@1234567/security@7654321:ref:refs/heads/main'

/** The policy that the check prints, ready to paste. */
const printedPolicy = (summary: string) => JSON.parse(/```json\n([\s\S]*?)\n```/.exec(summary)?.[1] ?? '')

/** GitHub's issuer of OIDC tokens for a workflow on the default branch. */
async function startIssuer() {
  const issuer = createServer((request, response) => {
    const aud = new URL(request.url ?? '', 'http://x').searchParams.get('audience')
    const claims = { iss: 'https://token.actions.githubusercontent.com', sub: SUBJECT, aud }
    const token = Buffer.from(JSON.stringify(claims)).toString('base64url')
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ value: `e30.${token}.s` }))
  })
  issuer.listen(0, '127.0.0.1')
  await once(issuer, 'listening')
  return {
    environment: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/?x=1`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
    },
    [Symbol.asyncDispose]: async () => {
      issuer.closeAllConnections()
      await new Promise((resolve) => issuer.close(resolve))
    },
  }
}

test('the set-up of the README, followed literally, leads to a green audit', async () => {
  const account = idOf('account', 'newcomer')
  const words: Readonly<Record<string, string>> = {
    ...{ YOUR_ACCOUNT_ID: account, YOUR_ORG: 'acme', YOUR_REPOSITORY: 'security' },
    ...{ ORG_ID: '1234567', REPOSITORY_ID: '7654321' },
  }
  const fill = (text: string) =>
    text.replace(/(?<![A-Z_])(YOUR_[A-Z]+(?:_ID)?|ORG_ID|REPOSITORY_ID)/g, (word) => words[word] ?? word)
  const workflow = parse(fill(readFileSync('examples/audit.yml', 'utf8')))
  const identity = JSON.parse(example('identity-policy'))
  const step = workflow.jobs.audit.steps.find((one: { id?: string }) => one.id === 'audit')
  const none = { contents: 'none', issues: 'none', 'pull-requests': 'none', actions: 'none' } as const
  const { 'id-token': idToken, ...jobPermissions } = workflow.jobs.audit.permissions
  expect(idToken).toBe('write')

  const builder = new AccountBuilder('newcomer')
    .users('alice', 'bob')
    .group('admin', 'alice')
    .group('operators', 'bob')
    .grantRole('Security Administrator', { group: 'operators' })
  await using issuer = await startIssuer()
  // 1. Config and workflow come first; with the job's own permissions, and no more.
  await using world = await startWorld(builder.account, {
    config: fill(example('config')),
    github: { permissions: { ...none, ...jobPermissions } },
  })
  const audit = (mode: string) =>
    world.audit({
      inputs: { 'access-key-id': '', 'secret-access-key': '', ...step.with, mode },
      environment: issuer.environment,
    })

  // 2. Nothing trusts it yet; it says what should.
  const first = await audit('check')
  expect(first.outputs.result).toBe('failed')
  const trust = printedPolicy(first.summary)
  expect(trust).toEqual(JSON.parse(fill(example('trust-policy'))))

  // 3. What the table says is made.
  const row = /name `github`, URL `([^`]+)`, client id `([^`]+)`/.exec(readme)
  builder
    .oidcProvider('github', { url: row?.[1] as string, client_ids: [row?.[2] as string] })
    .agency('iam-audit', trust)
    .policy('iam-audit', identity)
    .attach('iam-audit', { agency: 'iam-audit' })
  const [audience] = trust.Statement[0].Condition.StringEquals['oidc:aud']
  world.cloud.session.oidc = { audience, subject: SUBJECT }

  // 4. The check is green, and what it prints is what was set up.
  const check = await audit('check')
  expect(check.outputs.result).toBe('passed')
  expect(printedPolicy(check.summary)).toEqual(trust)
  // The keys can do what the README's identity policy allows, and nothing else.
  expect(world.cloud.session.keys.at(-1)?.allowed).toEqual(identity.Statement[0].Action)

  // 5. The first baseline.
  const reviewed = await audit('audit')
  expect(reviewed.outputs).toMatchObject({ result: 'no-baseline', complete: 'true', coverage: 'full' })
  expect(reviewed.summary).toContain('operators')
  const proposed = JSON.parse(readFileSync(reviewed.outputs['proposed-baseline'] as string, 'utf8'))
  for (const entry of proposed.approvals) entry.justification = 'Looked at, SEC-1'
  world.files[BASELINE] = JSON.stringify(proposed)
  expect(world.files[CONFIG]).toContain(account)
  const green = await audit('auto')
  expect(green.outputs).toMatchObject({ result: 'unchanged', complete: 'true' })
  expect(green.exitCode).toBe(0)

  builder.user('carol').join('operators', 'carol')
  const red = await audit('auto')
  expect(red.outputs).toMatchObject({ result: 'drift', 'issue-action': 'created' })
  expect(world.github.state.issues[0]?.title).toContain('1 unapproved IAM holder')
})

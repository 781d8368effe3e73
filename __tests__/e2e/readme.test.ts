import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { AccountBuilder, allow, document, idOf } from '../../simulator/iam/account.ts'
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

test('the set-up of the README, followed literally, leads to a green audit', async () => {
  const account = idOf('account', 'newcomer')
  const fill = (text: string) =>
    text.replaceAll('YOUR_ACCOUNT_ID', account).replaceAll('YOUR_ORG/YOUR_REPOSITORY', 'acme/security')
  const workflow = parse(fill(example('workflow')))
  const trust = JSON.parse(fill(example('trust-policy')))
  const identity = JSON.parse(example('identity-policy'))
  const step = workflow.jobs.audit.steps.find((one: { id?: string }) => one.id === 'audit')
  const none = { contents: 'none', issues: 'none', 'pull-requests': 'none', actions: 'none' } as const
  const { 'id-token': _, ...jobPermissions } = workflow.jobs.audit.permissions
  const conditions = trust.Statement[0].Condition.StringEquals

  const builder = new AccountBuilder('newcomer')
    .users('alice', 'bob')
    .group('admin', 'alice')
    .policy('Ops', document(allow('iam:*:*')))
    .attach('Ops', { user: 'bob' })
    .agency(step.with['agency-urn'].split(':').pop(), trust)
    .policy('iam-audit', identity)
    .attach('iam-audit', { agency: 'iam-audit' })
  await using world = await startWorld(builder.account, {
    config: fill(example('config')),
    cloud: { oidc: { audience: conditions['oidc:aud'][0], subject: conditions['oidc:sub'][0] } },
    // The job's own permissions, and no more.
    github: { permissions: { ...none, ...jobPermissions } },
  })
  const claims = { iss: conditions['oidc:iss'][0], sub: 'repo:acme/security:ref:refs/heads/main' }
  const issuer = createServer((request, response) => {
    const aud = new URL(request.url ?? '', 'http://x').searchParams.get('audience')
    const token = Buffer.from(JSON.stringify({ ...claims, aud })).toString('base64url')
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ value: `e30.${token}.s` }))
  })
  issuer.listen(0, '127.0.0.1')
  await once(issuer, 'listening')
  const options = (mode: string) => ({
    inputs: { 'access-key-id': '', 'secret-access-key': '', ...step.with, mode },
    environment: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/?x=1`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
    },
  })
  try {
    expect(workflow.jobs.audit.permissions['id-token']).toBe('write')
    const check = await world.audit(options('check'))
    expect(check.outputs.result).toBe('passed')
    expect(check.summary).toContain('repo:acme/security:ref:refs/heads/main')
    expect(check.summary).toContain('the auditor holds nothing that changes IAM')
    // What it prints is what was set up.
    expect(JSON.parse(/```json\n([\s\S]*?)\n```/.exec(check.summary)?.[1] ?? '')).toEqual(trust)
    // The keys can do what the README's identity policy allows, and nothing else.
    expect(world.cloud.session.keys.at(-1)?.allowed).toEqual(identity.Statement[0].Action)

    const first = await world.audit(options('audit'))
    expect(first.outputs).toMatchObject({ result: 'no-baseline', complete: 'true' })
    const proposed = JSON.parse(readFileSync(first.outputs['proposed-baseline'] as string, 'utf8'))
    for (const entry of proposed.approvals) entry.justification = 'Looked at, SEC-1'
    world.files[BASELINE] = JSON.stringify(proposed)
    expect(world.files[CONFIG]).toContain(account)

    const second = await world.audit(options('auto'))
    expect(second.outputs).toMatchObject({ result: 'unchanged', complete: 'true' })
    expect(second.exitCode).toBe(0)

    builder.user('carol').attach('Ops', { user: 'carol' })
    const third = await world.audit(options('auto'))
    expect(third.outputs).toMatchObject({ result: 'drift', 'issue-action': 'created' })
  } finally {
    issuer.closeAllConnections()
    issuer.close()
  }
})

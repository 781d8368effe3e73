import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@jest/globals'
import { AccountBuilder, allow, document, idOf } from '../../simulator/iam/account.ts'
import { simulatorKeys } from '../../simulator/iam/server.ts'
import { CONFIG, plainConfig, startWarmWorld, type WorldOptions } from './world.ts'

const account = idOf('account', 'acme')
const company = () =>
  new AccountBuilder('acme')
    .users('alice', 'bob')
    .group('ops', 'alice')
    .policy('CustomOps', document(allow('iam:*:*')))
    .attach('CustomOps', { group: 'ops' })
    .agency('iam-audit').account
const world = (options: WorldOptions = {}) => startWarmWorld(company(), options)
const caller = { ...simulatorKeys, principal_urn: `iam::${account}:user:a`, principal_id: 'a' }
const keyless = {
  ...{ mode: 'check', 'access-key-id': '', 'secret-access-key': '' },
  'oidc-provider-urn': `iam::${account}:oidcProvider:github`,
  'agency-urn': `iam::${account}:agency:iam-audit`,
}

/** GitHub's issuer of OIDC tokens on a loopback port; without claims it fails. */
async function startIssuer(claims: Record<string, string> | null) {
  const tokens: string[] = []
  const server = createServer((request, response) => {
    const aud = new URL(request.url ?? '', 'http://x').searchParams.get('audience')
    const payload = Buffer.from(JSON.stringify({ ...claims, aud })).toString('base64url')
    const token = `e30.${payload}.c2lnbmF0dXJl`
    tokens.push(token)
    response.statusCode = claims === null ? 400 : 200
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ value: token }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    tokens,
    environment: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/?x=1`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
const claims = {
  iss: 'https://token.actions.githubusercontent.com',
  sub: 'repo:acme/security:ref:refs/heads/main',
  ref: 'refs/heads/main',
}

test('everything permitted passes, and nothing is written', async () => {
  await using one = await world({ isWarm: false })
  const run = await one.audit({ inputs: { mode: 'check' } })
  expect(run.log).not.toContain('::error')
  expect(run.exitCode).toBe(0)
  expect(run.outputs).toMatchObject({ result: 'passed', complete: 'true', 'account-id': account })
  expect(run.summary).toContain('iam:policies:getVersionV5')
  expect(one.github.writes).toEqual([])
  expect(one.github.violations).toEqual([])
  const { kind, result, auditor, problems } = run.report
  expect({ kind, result, auditor, problems }).toEqual({
    ...{ kind: 'check', result: 'passed', problems: [] },
    auditor: { urn: `iam::${account}:user:auditor`, id: 'auditor' },
  })
})

test('all that is missing is reported in one run', async () => {
  await using one = await world({
    cloud: { keys: [{ ...caller, allowed: [] }] },
    github: { permissions: { contents: 'none', issues: 'none', 'pull-requests': 'none', actions: 'none' } },
  })
  const run = await one.audit({ inputs: { mode: 'check' } })
  expect(run.exitCode).toBe(1)
  expect(run.outputs.result).toBe('failed')
  for (const action of ['iam:policies:listV5', 'iam:policies:getVersionV5', 'iam::getAccountSummaryV5'])
    expect(run.summary).toContain(`\`${action}\``)
  expect(run.report).toMatchObject({ kind: 'check', result: 'failed', complete: false })
  const problems = run.report.problems.join('\n')
  expect(problems).toMatch(/It takes the IAM action iam:policies:listV5\./)
  expect(problems).toMatch(/GitHub, contents: read/)
  expect(problems).toMatch(/GitHub, issues: read/)
  // Only the gate reads these, in a workflow of its own.
  expect(problems).not.toMatch(/pull-requests|actions: read/)
  expect(run.summary).toMatch(/pull\\-requests\\: read \| – not permitted/)
})

test('issues that the config switches off are not missed', async () => {
  const config = `${plainConfig}issue:\n  enabled: false\n`
  const commit = { sha: '0123456789abcdef0123456789abcdef01234567', files: { [CONFIG]: config } }
  await using one = await world({ github: { hasIssues: false, commits: [commit] } })
  const run = await one.audit({ inputs: { mode: 'check' } })
  expect(run.outputs.result).toBe('passed')
})

test('a config that the audit will refuse is told of', async () => {
  const commit = { sha: '0123456789abcdef0123456789abcdef01234567', files: { [CONFIG]: 'version: 1\n' } }
  await using one = await world({ github: { commits: [commit] } })
  const run = await one.audit({ inputs: { mode: 'check' } })
  expect(run.summary).toMatch(
    /contents\\: read \| ✅ ok \| the audit will refuse the config.*audited\\-permissions/,
  )
})

test('a trust policy that refuses: what the token says, and the policy that would accept it', async () => {
  await using issuer = await startIssuer(claims)
  await using one = await world({
    isWarm: false,
    cloud: { oidc: { audience: 'sts.huaweicloud.com', subject: 'repo:acme/other:ref:refs/heads/main' } },
  })
  const run = await one.audit({ inputs: keyless, environment: issuer.environment })
  expect(run.outputs.result).toBe('failed')
  expect(run.log).toContain(`sub "${claims.sub}", aud "sts.huaweicloud.com"`)
  const policy = JSON.parse(/```json\n([\s\S]*?)\n```/.exec(run.summary)?.[1] ?? '')
  expect(policy.Statement[0].Condition.StringEquals['oidc:sub']).toEqual([claims.sub])
  const shown = run.log.replace(/^::add-mask::.*$/gm, '') + run.summary + JSON.stringify(run.report)
  expect(issuer.tokens.length).toBeGreaterThan(0)
  for (const token of issuer.tokens)
    for (const part of [token, ...token.split('.').slice(1)])
      for (const form of [part, Buffer.from(part).toString('base64'), encodeURIComponent(part)])
        expect(shown).not.toContain(form)
  // What GitHub reads is told also when the cloud refuses.
  expect(run.summary).toMatch(/issues\\: read \| ✅ ok/)
})

test('without id-token: write the permission is named', async () => {
  await using one = await world({ isWarm: false })
  const run = await one.audit({ inputs: keyless })
  expect(run.outputs.result).toBe('failed')
  expect(run.summary).toContain('id\\-token\\: write')
})

test('with static keys an OIDC token that cannot be had stops nothing', async () => {
  await using issuer = await startIssuer(null)
  await using one = await world({ isWarm: false })
  const run = await one.audit({ inputs: { mode: 'check' }, environment: issuer.environment })
  expect(run.outputs.result).toBe('passed')
  expect(run.summary).toContain('OIDC token of the workflow could not be obtained')
})

test.each([
  ['a wrong key', { 'secret-access-key': 'Wrong' }, 0, /secret key or security token does not belong/],
  ['a clock off by an hour', {}, 3_600_000, /clock of this machine is 60 minutes behind/],
])('%s is told at once, beside what GitHub permits', async (_name, inputs, clockOffset, words) => {
  await using one = await world({ cloud: { clockOffset } })
  const run = await one.audit({ inputs: { mode: 'check', ...inputs } })
  expect(run.exitCode).toBe(1)
  expect(run.log).toMatch(words)
  expect(one.cloud.calls.length).toBe(1)
  expect(run.summary).toMatch(/issues\\: read \| ✅ ok/)
})

import { describe, expect, test } from '@jest/globals'
import { AccountBuilder, allow, document } from '../../simulator/iam/account.ts'
import { DeadlineError } from '../../src/cloud/http/cloud-error.ts'
import { HttpClient } from '../../src/cloud/http/http-client.ts'
import type { RawRequest, Transport } from '../../src/cloud/http/transport.ts'
import {
  assumeAgency,
  assumeWithOidc,
  type Obtained,
  obtainedKeys,
} from '../../src/cloud/keys/credentials.ts'
import { givenKeys } from '../../src/cloud/keys/given-keys.ts'
import { UserError } from '../../src/text/problem.ts'
import { stage } from './stage.ts'

const now = Date.parse('2026-11-24T00:00:00Z')
const clock = { now: () => now, sleep: async () => {}, random: () => 0.5 }
const claims = {
  iss: 'https://issuer',
  sub: 'repo:acme/security:ref:refs/heads/main',
  aud: 'sts.huaweicloud.com',
}
const idToken = `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`
const credentials = {
  access_key_id: 'Temporary',
  secret_access_key: 'temporary-secret',
  security_token: 'temporary-token',
  expiration: '2026-11-24T01:00:00.000Z',
}

/** Exchanges keys with an STS that answers like this. */
function sts(answer: () => { status: number; body: unknown } | Error, deadline = now + 1_800_000) {
  const sent: RawRequest[] = []
  const masked: string[] = []
  const transport: Transport = async (request) => {
    sent.push(request)
    const given = answer()
    if (given instanceof Error) throw given
    const body = typeof given.body === 'string' ? given.body : JSON.stringify(given.body)
    return { status: given.status, headers: { date: new Date(now).toUTCString() }, body }
  }
  const keys = givenKeys({ accessKeyId: 'Access', secretAccessKey: 'Secret' })
  const options = {
    http: new HttpClient({ clock, transport, keys, deadline, maxRate: 10, log: () => {} }),
    sts: new URL('https://sts.ap-southeast-1.myhuaweicloud.com'),
    agencyUrn: 'iam::account:agency:auditor',
    sessionName: 'iam-audit-1',
    mask: (secret: string) => void masked.push(secret),
  }
  return {
    ...{ sent, masked },
    oidc: () => assumeWithOidc({ ...options, providerUrn: 'iam::account:oidcProvider:github', idToken }),
    agency: () => assumeAgency(options),
  }
}

test('the exchange is not signed, the assumption is; both get keys that can only read', async () => {
  const { oidc, agency, sent, masked } = sts(() => ({ status: 200, body: { credentials } }))
  for (const obtain of [oidc, agency])
    expect(await obtain()).toEqual({
      keys: {
        accessKeyId: 'Temporary',
        secretAccessKey: 'temporary-secret',
        securityToken: 'temporary-token',
      },
      expires: Date.parse(credentials.expiration),
    })
  expect(masked).toEqual(['temporary-secret', 'temporary-token', 'temporary-secret', 'temporary-token'])
  const [unsigned, signed] = sent as [RawRequest, RawRequest]
  expect(Object.keys(unsigned.headers).sort()).toEqual(['Content-Type', 'X-Language'])
  expect(signed.headers.Authorization).toContain('Access=Access')
  for (const { url, body } of sent) {
    expect(url).not.toContain(idToken)
    const { policy } = JSON.parse(body ?? '')
    expect(policy.length).toBeLessThanOrEqual(2048)
    const actions: string[] = JSON.parse(policy).Statement.flatMap((one: { Action: string[] }) => one.Action)
    expect(
      actions.filter((action) => !/^(iam:(\*|):(list|get|show|check)\*|cts:trace:list)$/.test(action)),
    ).toEqual([])
  }
})

describe('an answer without usable keys is refused, and nothing in it repeated', () => {
  test.each([
    ['nothing', {}],
    ['null', null],
    ['an array', []],
    ['no JSON', '<html>temporary-secret'],
    ['empty', ''],
    ['no secret', { credentials: { ...credentials, secret_access_key: undefined } }],
    ['an empty token', { credentials: { ...credentials, security_token: '' } }],
    ['a number', { credentials: { ...credentials, access_key_id: 7 } }],
    ['no expiration', { credentials: { ...credentials, expiration: null } }],
  ])('%s', async (_name, body) => {
    const { oidc, agency } = sts(() => ({ status: 200, body }))
    for (const obtain of [oidc, agency]) {
      const error = await obtain().catch((one: Error) => one)
      expect(error).toBeInstanceOf(UserError)
      expect((error as Error).message).not.toMatch(/temporary-|html/)
    }
  })
})

describe('a refusal is explained', () => {
  test.each([
    [400, 'STS5.2001', 'The audience "sts.huaweicloud.com" of the OIDC token is not registered'],
    [403, 'STS5.1001', 'sub "repo:acme/security:ref:refs/heads/main", aud "sts.huaweicloud.com"'],
    [404, 'APIGW.0101', 'Set region to one that has STS'],
    [401, 'APIGW.0301', 'was not authenticated (status 401, APIGW.0301), though it needs no keys'],
    [307, 'X', 'a redirect, which is never followed'],
  ])('%i %s', async (status, error_code, reason) => {
    const error = await sts(() => ({ status, body: { error_code, error_msg: idToken } }))
      .oidc()
      .catch((one: Error) => one)
    expect(error).toBeInstanceOf(UserError)
    expect((error as Error).message).toContain(reason)
    expect((error as Error).message).not.toContain(idToken)
  })

  test('no such host', async () => {
    const { oidc } = sts(() => Object.assign(new Error(), { code: 'ENOTFOUND' }))
    await expect(oidc()).rejects.toThrow(/could not be reached in this region.*ENOTFOUND.*Set region/)
  })

  test('the time for the audit is up: that makes it incomplete, and is nobody’s region', async () => {
    const { oidc, agency } = sts(() => ({ status: 200, body: { credentials } }), now - 1)
    for (const obtain of [oidc, agency]) await expect(obtain()).rejects.toBeInstanceOf(DeadlineError)
  })
})

test('keys that are over as they come are not exchanged again for every request', async () => {
  let obtained = 0
  const source = obtainedKeys(
    async (): Promise<Obtained> => ({
      keys: { accessKeyId: `Key${++obtained}`, secretAccessKey: 's', securityToken: 't' },
      expires: now - 1,
    }),
    clock,
    null,
  )
  for (let at = 0; at < 10; at++) await source.keys()
  expect(obtained).toBe(1)
})

test('keys that end in mid-crawl and cannot be renewed end it, with the reason', async () => {
  const builder = new AccountBuilder('ends').users('alice')
  for (let at = 0; at < 100; at++)
    builder.policy(`P${at}`, document(allow('obs:*:*'))).attach(`P${at}`, { user: 'alice' })
  let obtained = 0
  const { run, targets } = stage(builder.account, {
    maxRate: 1,
    keys: (time) =>
      obtainedKeys(
        async () => {
          if (++obtained > 1) throw new UserError('The OIDC token could not be exchanged.')
          const keys = { accessKeyId: 'Key', secretAccessKey: 's', securityToken: 't' }
          return { keys, expires: time.now() + 40_000 }
        },
        time,
        null,
      ),
  })
  await expect(run()).rejects.toThrow('could not be exchanged')
  expect(targets.length).toBeLessThan(50)
  expect(obtained).toBe(2)
})

import { execFile, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import { AccountBuilder, allow, document } from '../../simulator/iam/account.ts'
import {
  AuthenticationError,
  CloudError,
  DeadlineError,
  KeysRefusedError,
  NotFoundError,
} from '../../src/cloud/http/cloud-error.ts'
import { HttpClient } from '../../src/cloud/http/http-client.ts'
import { type Clock, systemClock } from '../../src/cloud/http/pace.ts'
import type { Keys } from '../../src/cloud/http/signer.ts'
import { networkTransport, type RawAnswer, type Transport } from '../../src/cloud/http/transport.ts'
import { givenKeys } from '../../src/cloud/keys/given-keys.ts'
import { stage } from './stage.ts'

const execute = promisify(execFile)
const start = Date.parse('2026-11-24T00:00:00Z')
const call = 'GET /v5/users'
const request = { origin: new URL('https://iam.myhuaweicloud.com'), path: '/v5/users', call }

function client(transport: Transport, keys: Keys = { accessKeyId: 'Access', secretAccessKey: 'Secret' }) {
  let time = start
  const waits: number[] = []
  const log: string[] = []
  const clock: Clock = {
    now: () => time,
    sleep: async (milliseconds) => {
      waits.push(milliseconds)
      time += milliseconds
    },
    random: () => 0.5,
  }
  const options = { clock, transport, keys: givenKeys(keys), maxRate: 1000, deadline: start + 1_800_000 }
  return { http: new HttpClient({ ...options, log: (line) => log.push(line) }), waits, log, clock }
}

const answered = (status: number, rest: Partial<RawAnswer> = {}): RawAnswer => ({
  ...{ status, headers: {}, body: '{}' },
  ...rest,
})

/** The wait before the second try after a 429 with this header. */
async function waitAfter(retryAfter: string, date = new Date(start).toUTCString()): Promise<number> {
  let tries = 0
  const { http, waits } = client(async () =>
    ++tries === 1 ? answered(429, { headers: { 'retry-after': retryAfter, date } }) : answered(200),
  )
  await http.json(request)
  return waits[0] as number
}

describe('Retry-After', () => {
  test.each([
    ['7', 7000],
    [' 7 ', 7000],
    ['Tue, 24 Nov 2026 00:00:30 GMT', 30_000],
  ])('%j is obeyed', async (value, wait) => {
    expect(await waitAfter(value)).toBe(wait)
  })

  test.each(['0', '-5', 'soon', '', 'Tue, 24 Nov 2020 00:00:00 GMT', '1e3'])(
    '%j asks for nothing usable: the own backoff is waited',
    async (value) => {
      expect(await waitAfter(value)).toBe(500)
    },
  )

  test('a date is one of the server’s clock, which may differ from this one', async () => {
    expect(await waitAfter('Tue, 24 Nov 2026 00:10:05 GMT', 'Tue, 24 Nov 2026 00:10:00 GMT')).toBe(5000)
  })

  test('more than there is time for is not waited for', async () => {
    const { http, waits } = client(async () =>
      answered(503, { headers: { 'retry-after': '99999999999999' } }),
    )
    await expect(http.json(request)).rejects.toThrow('failed after 1 try: status 503')
    expect(waits).toEqual([])
  })
})

test('a rate so low that the next turn comes after the deadline ends at once', async () => {
  const account = new AccountBuilder('slow').users('a').policy('P', document(allow('iam:*:*'))).account
  for (const maxRate of [0.0001, 1e-12]) {
    const slow = stage(account, { maxRate })
    const snapshot = await slow.run().catch((error: Error) => error)
    expect(slow.targets.length).toBe(1)
    expect(slow.elapsed()).toBeLessThan(60_000)
    if (!(snapshot instanceof Error)) expect(snapshot.gaps.map((gap) => gap.code)).toContain('deadline')
  }
})

test('the deadline passes while a retry is waited for: nothing is sent after it', async () => {
  let sent = 0
  const { http, clock } = client(async () => {
    sent++
    return answered(429, { headers: { 'retry-after': '50' } })
  })
  await clock.sleep(1_790_000)
  await expect(http.json(request)).rejects.toThrow('failed after 1 try')
  await clock.sleep(20_000)
  await expect(http.json(request)).rejects.toBeInstanceOf(DeadlineError)
  expect(sent).toBe(1)
})

test.each([
  [Object.assign(new Error('x'), { code: 'ECONNRESET' }), 'ECONNRESET'],
  [new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ENOTFOUND' }) }), 'ENOTFOUND'],
  [new DOMException('The operation was aborted due to timeout', 'TimeoutError'), 'TimeoutError'],
])('the log names what broke a try: %s', async (failure, reason) => {
  let tries = 0
  const { http, log } = client(async () => {
    if (++tries === 1) throw failure
    return answered(200)
  })
  await http.json(request)
  expect(log).toEqual([`${call}: ${reason}; try 2 in 0.5 s`])
})

describe('401 is explained', () => {
  const temporary = { accessKeyId: 'a', secretAccessKey: 's', securityToken: 't' }
  const says = (text: string) => JSON.stringify({ error_code: 'APIGW.0301', error_msg: text })
  test.each([
    ['a wrong key', undefined, says('app_key not found'), 0, 'access key is not known'],
    ['an expired token', temporary, says('security token has expired'), 0, 'temporary keys have expired'],
    ['a signature that is expired', undefined, says('signature expired'), 0, 'clock of this machine is off'],
    ['a clock behind', temporary, says('signature expired'), 20, '20 minutes behind'],
    ['a clock ahead', undefined, says('signature expired'), -90, '90 minutes ahead'],
  ])('%s', async (_name, keys, body, minutes, reason) => {
    const date = new Date(start + minutes * 60_000).toUTCString()
    const { http } = client(async () => answered(401, { body, headers: { date } }), keys)
    await expect(http.json(request)).rejects.toThrow(reason)
  })

  test.each([
    [
      'the inputs access-key-id, secret-access-key and security-token',
      'app_key not found',
      / Check the inputs access-key-id, .*\.$/,
    ],
    [
      'the variables HW_ACCESS_KEY, HW_SECRET_KEY and HW_SECURITY_TOKEN',
      'app_key not found',
      / Check the variables HW_ACCESS_KEY, .*\.$/,
    ],
    [
      'the variables HW_ACCESS_KEY, HW_SECRET_KEY and HW_SECURITY_TOKEN',
      'token has expired',
      / Put new ones into the variables HW_ACCESS_KEY/,
    ],
    [undefined, 'app_key not found', /does not belong to it\.$/],
  ])('by where the keys come from: %s', async (origin, text, words) => {
    const keys = { ...temporary, ...(origin === undefined ? {} : { origin }) }
    const { http } = client(async () => answered(401, { body: says(text) }), keys)
    await expect(http.json(request)).rejects.toThrow(words)
  })
})

test('wrong keys end what waits for another try, too', async () => {
  let gone = 0
  const transport: Transport = async ({ url }) => {
    if (url.endsWith('/busy')) return answered(429, { headers: { 'retry-after': '100' } })
    gone++
    return answered(401)
  }
  const options = {
    clock: systemClock,
    transport,
    keys: givenKeys({ accessKeyId: 'a', secretAccessKey: 's' }),
  }
  const http = new HttpClient({
    ...{ ...options, maxRate: 1000, deadline: Date.now() + 1_800_000 },
    // The wait has begun: now the other request finds out about the keys.
    log: () => void http.json(request).catch(() => {}),
  })
  await expect(http.json({ ...request, path: '/busy' })).rejects.toBeInstanceOf(AuthenticationError)
  await expect(http.json(request)).rejects.toBeInstanceOf(AuthenticationError)
  expect(gone).toBe(1)
})

async function serve(listener: RequestListener) {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('a 429 halves the rate, answers win it back, and every try is signed anew', async () => {
  const dates: unknown[] = []
  let tries = 0
  const { http } = client(async ({ headers }) => {
    dates.push(headers['X-Sdk-Date'])
    return answered(++tries === 1 ? 429 : 200, { headers: { 'retry-after': '3' } })
  })
  await http.json(request)
  expect(http.rate).toBe(500 + 20)
  expect(dates).toEqual(['20261124T000000Z', '20261124T000003Z'])
  for (let at = 0; at < 30; at++) await http.json(request)
  expect(http.rate).toBe(1000)
})

test.each([301, 302, 303, 307, 308])(
  'a redirect with %i is not followed, whatever is sent',
  async (status) => {
    const stolen: unknown[] = []
    await using thief = await serve((received, response) => {
      stolen.push(received.headers)
      response.end('{}')
    })
    await using cloud = await serve((_, response) => {
      response.writeHead(status, { location: `${thief.origin.origin}/v5/users` }).end()
    })
    const { http } = client(networkTransport())
    const to = { ...request, origin: cloud.origin }
    await expect(http.json(to)).rejects.toThrow('redirect, which is never followed')
    const post = { ...to, method: 'POST', signed: false, body: '{"id_token":"secret"}' } as const
    await expect(http.json(post)).rejects.toThrow('redirect, which is never followed')
    expect(stolen).toEqual([])
  },
)

test('a certificate that nobody vouches for is refused, whatever the environment says', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'))
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')]
  const made = ['-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=127.0.0.1']
  execFileSync('openssl', ['req', '-x509', ...made, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  const received: string[] = []
  const server = createTlsServer(
    { key: readFileSync(key), cert: readFileSync(cert) },
    ({ url }, response) => {
      received.push(url ?? '')
      response.end('{}')
    },
  )
  rmSync(folder, { recursive: true })
  const proxy = createServer().on('connect', (_, socket) => {
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
    const target = connect((server.address() as AddressInfo).port, '127.0.0.1', () => {
      target.pipe(socket).pipe(target)
    })
    for (const end of [target, socket]) end.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  proxy.listen(0, '127.0.0.1')
  await Promise.all([once(server, 'listening'), once(proxy, 'listening')])
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`
  // A process of its own: the tests' environment is not the one that TLS looks at.
  const script = `
    const { networkTransport } = await import(${JSON.stringify(resolve('src/cloud/http/transport.ts'))})
    const request = { method: 'GET', url: ${JSON.stringify(url)}, headers: {}, body: null }
    const answer = networkTransport()(request, new AbortController().signal)
    console.log(await answer.then(({ status }) => status, ({ code }) => code))`
  try {
    for (const https_proxy of ['', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`]) {
      const env = { PATH: process.env.PATH, NODE_TLS_REJECT_UNAUTHORIZED: '0', https_proxy }
      const { stdout } = await execute(process.execPath, ['--input-type=module', '-e', script], { env })
      expect(stdout.trim()).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
    }
    expect(received).toEqual([])
  } finally {
    for (const one of [server, proxy]) {
      one.closeAllConnections()
      one.close()
    }
  }
})

test('a proxy that refuses is named, and its password is not', async () => {
  await using proxy = await serve(() => {})
  const refusing = createServer().on('connect', (_, socket) => {
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
  })
  refusing.listen(0, '127.0.0.1')
  await once(refusing, 'listening')
  const before = process.env.http_proxy
  process.env.http_proxy = `http://me:hunter2@127.0.0.1:${(refusing.address() as AddressInfo).port}`
  try {
    const { http, log } = client(networkTransport())
    const error = await http.json({ ...request, origin: proxy.origin }).catch((one: Error) => one)
    expect((error as Error).message).toContain('the proxy answered with status 407')
    expect([...log, (error as Error).message].join()).not.toContain('hunter2')
    process.env.http_proxy = 'socks5://me:hunter2@proxy.example:3128'
    const wrong = client(networkTransport()).http.json({ ...request, origin: proxy.origin })
    await expect(wrong).rejects.toThrow(/^(?!.*hunter2).*is not the address of a proxy/)
  } finally {
    if (before === undefined) delete process.env.http_proxy
    else process.env.http_proxy = before
    refusing.close()
  }
})

test('a variable that nothing uses may hold anything, and one without a scheme is http', async () => {
  await using cloud = await serve((_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"through":"nothing"}'))
  })
  await using proxy = await serve((_, response) => response.end('{"through":"proxy"}'))
  const ask = (environment: NodeJS.ProcessEnv) =>
    client(networkTransport(environment)).http.json({ ...request, origin: cloud.origin })
  expect(await ask({ https_proxy: 'socks5://nobody' })).toEqual({ through: 'nothing' })
  expect(await ask({ http_proxy: '' })).toEqual({ through: 'nothing' })
  const direct = { http_proxy: proxy.origin.host, no_proxy: '127.0.0.1' }
  expect(await ask(direct)).toEqual({ through: 'nothing' })
})

test('through a proxy without a scheme', async () => {
  const asked: string[] = []
  const proxy = createServer().on('connect', ({ url }, socket) => {
    asked.push(url ?? '')
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const http_proxy = `127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const { http } = client(networkTransport({ http_proxy }))
  const origin = new URL('http://iam.example')
  await expect(http.json({ ...request, origin })).rejects.toThrow('the proxy answered with status 407')
  expect(asked[0]).toBe('iam.example:80')
  proxy.close()
})

describe('calls that turn down keys which others take', () => {
  const refusing = (status: number, body = '{}') => client(async () => answered(status, { body })).http
  test('a 401 of theirs ends nothing else', async () => {
    const http = refusing(401)
    const choosy = http.json({ ...request, choosy: true })
    await expect(choosy).rejects.toBeInstanceOf(KeysRefusedError)
    await expect(http.json({ ...request, choosy: true })).rejects.toBeInstanceOf(KeysRefusedError)
    await expect(http.json(request)).rejects.toBeInstanceOf(AuthenticationError)
  })

  test.each([400, 401, 403, 404, 500])(
    'IAM.0091 with status %i is such a refusal, asked once',
    async (status) => {
      const http = refusing(status, '{"error":{"code":"IAM.0091","message":"m"}}')
      for (const choosy of [true, false])
        await expect(http.json({ ...request, choosy })).rejects.toMatchObject({
          ...{ name: 'KeysRefusedError', code: 'IAM.0091' },
        })
      expect(http.stats.requests).toBe(2)
    },
  )

  test('keys are renewed for them once, not for every call', async () => {
    let renewed = 0
    const http = new HttpClient({
      ...{
        clock: client(async () => answered(200)).clock,
        log: () => {},
        maxRate: 1000,
        deadline: Number.POSITIVE_INFINITY,
      },
      transport: async () => answered(401),
      keys: {
        keys: async () => ({ accessKeyId: 'a', secretAccessKey: 's' }),
        renew: async () => ++renewed > 0,
        staticSecret: null,
      },
    })
    for (let at = 0; at < 3; at++)
      await expect(http.json({ ...request, choosy: true })).rejects.toBeInstanceOf(KeysRefusedError)
    expect(renewed).toBe(1)
  })
})

test('something just made is asked for again: 404 three times, 409 once', async () => {
  const statuses = [404, 404, 404, 409, 200]
  const { http } = client(async () => answered(statuses.shift() ?? 200))
  await http.json({ ...request, justMade: true })
  expect(statuses).toEqual([])
  const gone = client(async () => answered(404)).http
  await expect(gone.json({ ...request, justMade: true })).rejects.toBeInstanceOf(NotFoundError)
  expect(gone.stats.requests).toBe(5)
  const once404 = client(async () => answered(404)).http
  await expect(once404.json(request)).rejects.toBeInstanceOf(NotFoundError)
  expect(once404.stats.requests).toBe(1)
})

test.each([
  ['PAP5.0001', 'PAP5.0001'],
  ['APIGW.0301', 'APIGW.0301'],
  ['HPUAH5QWERTY0123456789', null],
  ['a.secret', null],
  ['IAM.0091 and more', null],
])('the code %j is shown as %j', async (error_code, shown) => {
  const { http } = client(async () => answered(400, { body: JSON.stringify({ error_code }) }))
  await expect(http.json(request)).rejects.toMatchObject({ code: shown })
})

test('whatever an error echoes of a request, in whatever encoding, no message repeats', async () => {
  const keys = { accessKeyId: 'Access', secretAccessKey: 'S3cr3t+/=', securityToken: 'T0k3n+/=="\\' }
  for (const status of [200, 301, 400, 401, 403, 404, 429, 500]) {
    await using cloud = await serve((received, response) => {
      const token = String(received.headers['x-security-token'])
      const authorization = String(received.headers.authorization)
      const forms = [token, authorization, keys.secretAccessKey].flatMap((text) => [
        text,
        encodeURIComponent(text),
        Buffer.from(text).toString('base64'),
        JSON.stringify(text),
      ])
      const body = JSON.stringify({ error_code: token, code: authorization, error_msg: forms.join('|') })
      response.writeHead(status, { 'x-request-id': token, 'retry-after': token }).end(`${body}|${forms}`)
    })
    const { http, log } = client(networkTransport(), keys)
    const error = await http.json({ ...request, origin: cloud.origin }).catch((one: Error) => one)
    expect(error).toBeInstanceOf(CloudError)
    const said = [(error as Error).message, (error as CloudError).code ?? '', ...log].join('\n')
    for (const secret of ['S3cr3t', 'T0k3n', 'Signature', 'UzNjcjN0', 'VDBrM24'])
      expect(said).not.toContain(secret)
  }
})

/** The request for the OIDC token is asked again where that can help, like every other request. */
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, jest, test } from '@jest/globals'
import { workflowToken } from '../../src/action/workflow-token.ts'

type Step = number | 'reset' | 'token' | 'nothing'
const before = { ...process.env }
afterEach(() => {
  process.env = { ...before }
})

function answer(step: Step, response: ServerResponse): void {
  if (step === 'reset') response.socket?.resetAndDestroy()
  else if (typeof step === 'number')
    response.writeHead(step, { 'content-type': 'application/json' }).end('{}')
  else
    response
      .setHeader('content-type', 'application/json')
      .end(step === 'token' ? '{"value":"head.body.signature"}' : '{}')
}

/** Asks an issuer that answers in these steps, the last one for ever; the token or the error, and how often it was asked. */
async function ask(...steps: Step[]): Promise<{ token: string; asked: number; waits: number[] }> {
  let asked = 0
  const issuer = createServer((_, response) =>
    answer(steps[Math.min(asked++, steps.length - 1)] as Step, response),
  )
  issuer.listen(0, '127.0.0.1')
  await once(issuer, 'listening')
  process.env.ACTIONS_ID_TOKEN_REQUEST_URL = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/?x=1`
  process.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN = 'request-token'
  const waits: number[] = []
  const quiet = jest.spyOn(process.stdout, 'write').mockReturnValue(true)
  try {
    const token = await workflowToken('audience', { sleep: async (wait) => waits.push(wait) }).catch(
      (error: Error) => error.message,
    )
    return { token, asked, waits }
  } finally {
    quiet.mockRestore()
    issuer.closeAllConnections()
    issuer.close()
  }
}

test.each<[string, Step[]]>([
  ['a reset', ['reset', 'token']],
  ['too many requests', [429, 'token']],
  ['a gateway that is down', [503, 'token']],
  ['an error of the server', [500, 'token']],
  ['one after the other', ['reset', 429, 500, 'token']],
])('%s is asked again', async (_, steps) => {
  const { token, asked } = await ask(...steps)
  expect(token).toBe('head.body.signature')
  expect(asked).toBe(steps.length)
})

test.each<[string, Step, RegExp]>([
  ['a refusal', 403, /GitHub answered with status 403/],
  ['an answer without a token', 'nothing', /holds no token/],
])('%s is final', async (_, step, words) => {
  const { token, asked, waits } = await ask(step)
  expect(token).toMatch(words)
  expect([asked, waits]).toEqual([1, []])
})

test('what stays so is told after five tries, and each wait is longer', async () => {
  const { token, asked, waits } = await ask(429)
  expect(token).toMatch(/status 429/)
  expect([asked, waits]).toEqual([5, [1000, 2000, 4000, 8000]])
})

test('without the permission nobody is asked', async () => {
  delete process.env.ACTIONS_ID_TOKEN_REQUEST_URL
  await expect(workflowToken('audience')).rejects.toThrow(/id-token: write/)
})

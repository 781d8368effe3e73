import { expect, test } from '@jest/globals'
import type { CheckRow } from '../../src/cloud/iam/check.ts'
import { type CheckResult, checkProblems, missingOptional, renderCheck } from '../../src/render/check.ts'

const row = (more: Partial<CheckRow> = {}): CheckRow => ({
  ...{ call: 'GET /v5/users', action: 'iam:users:listUsersV5', status: 'ok', detail: '', optional: false },
  ...more,
})
const check = (rows: readonly CheckRow[], more: Partial<CheckResult> = {}): CheckResult => ({
  cloud: { rows, account: 'a1', auditor: { urn: 'iam::a1:user:auditor', id: 'auditor' } },
  ...{ cloudProblem: null, clockOffset: 0, claims: null, claimsProblem: null, providerUrn: '' },
  ...{ github: [], rights: { writes: [], untold: null }, would: null, notices: [] },
  ...more,
})
const claims = {
  iss: 'https://token.actions.githubusercontent.com',
  sub: 'repo:acme/security:ref:refs/heads/main',
  aud: 'sts.huaweicloud.com',
  ref: 'refs/heads/main',
}

test('what is required fails the check, and what is optional does not', () => {
  expect(checkProblems(check([row()]))).toEqual([])
  for (const status of ['forbidden', 'failed'] as const) {
    expect(checkProblems(check([row({ status })])).length).toBe(1)
    const optional = check([row({ status, optional: true })])
    expect(checkProblems(optional)).toEqual([])
    expect(missingOptional(optional).length).toBe(1)
    expect(renderCheck(optional)).toContain('Everything the audit needs is permitted')
  }
})

test('what needs somebody stands before what answered as it should, which is folded', () => {
  const text = renderCheck(
    check(
      [
        row({ call: 'GET /v5/well' }),
        row({ call: 'GET /v5/refused', status: 'forbidden' }),
        row({ call: 'GET /v5/untried', status: 'unproven' }),
      ],
      { notices: ['A name that does not exist.'], rights: { writes: ['iam:a:b'], untold: null } },
    ),
  )
  const order = [
    'Allow the auditor',
    'may change IAM',
    'A name that',
    '/v5/refused',
    '/v5/untried',
    '<details>',
    '/v5/well',
  ]
  const places = order.map((part) => text.indexOf(part))
  expect(places).not.toContain(-1)
  expect(places).toEqual([...places].sort((one, other) => one - other))
  expect(text).toContain('<summary>1 of 3 calls answered as they should</summary>')
  expect(renderCheck(check([row()]))).toMatch(/## Huawei Cloud\n\n<details>/)
})

test('an action is named where it is what is missing', () => {
  const said = (status: 'forbidden' | 'failed') => checkProblems(check([row({ status })])).join()
  expect(said('forbidden')).toContain('It takes the IAM action iam:users:listUsersV5.')
  expect(said('failed')).not.toContain('IAM action')
})

test('a cloud that could not be asked to the end, or names no account, is no passed check', () => {
  expect(checkProblems(check([row()], { cloudProblem: 'the keys expired' }))).toEqual(['the keys expired'])
  const nobody = check([row()], { cloud: { rows: [row()], account: null, auditor: null } })
  expect(checkProblems(nobody).join()).toContain('names the account')
  expect(renderCheck(nobody)).toContain('Something that the audit needs is missing')
})

test('what could not be tried is not called permitted', () => {
  const text = renderCheck(check([row({ status: 'unproven' })]))
  expect(text).toContain('Nothing that the audit needs was refused')
  expect(text).not.toContain('is permitted')
})

test('the actions to allow are named once, the optional ones apart', () => {
  const refused = { status: 'forbidden' } as const
  const text = renderCheck(
    check([row(refused), row(refused), row({ ...refused, action: 'iam:a:b', optional: true })]),
  )
  expect(text).toContain('\nAllow the auditor: `iam:users:listUsersV5`.\n')
  expect(text).toContain('\nWorth allowing too, though an audit does without: `iam:a:b`.\n')
})

test('the auditor is never called harmless beyond what was looked at', () => {
  const said = (writes: string[], untold: string | null) =>
    renderCheck(check([row()], { rights: { writes, untold } }))
  expect(said([], null)).toContain('The auditor holds nothing that changes IAM.')
  expect(said([], 'It is unread.')).not.toContain('holds nothing')
  expect(said(['iam:a:b'], 'It is unread.')).toMatch(
    /may change IAM \(`iam:a:b`\)[\s\S]*more of it could not/,
  )
})

test('the trust policy is JSON for exactly the subject, and no token can write into it', () => {
  const policyOf = (text: string) => JSON.parse(/```json\n([\s\S]*?)\n```/.exec(text)?.[1] ?? '')
  const sub = 'repo:acme@1/security@2:environment:`x`\n```\n::error::<b>@octocat</b>'
  const text = renderCheck(check([row()], { claims: { ...claims, sub } }))
  expect(policyOf(text)).toEqual({
    Version: '5.0',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['sts:agencies:assumeWithOIDC'],
        Principal: { Federated: ['iam::a1:oidcProvider:github'] },
        Condition: {
          StringEquals: { 'oidc:iss': [claims.iss], 'oidc:aud': [claims.aud], 'oidc:sub': [sub] },
        },
      },
    ],
  })
  expect(text.match(/^```/gm)?.length).toBe(2)
  expect(text).not.toMatch(/^::error/m)
  const providerUrn = 'iam::a1:oidcProvider:other'
  const named = policyOf(renderCheck(check([row()], { claims, providerUrn })))
  expect(named.Statement[0].Principal.Federated).toEqual([providerUrn])
})

test('no trust policy is made of a token without a subject, and a shared subject is warned of', () => {
  expect(renderCheck(check([row()], { claims: { ...claims, sub: null } }))).not.toContain('```json')
  const shared = { ...claims, sub: 'repo:acme/security:pull_request' }
  expect(renderCheck(check([row()], { claims: shared }))).toContain('Every pull request')
  expect(renderCheck(check([row()], { claims }))).not.toContain('Every pull request')
})

/** Hostile patterns are answered within the bound, or are undetermined; how fast, `npm run bench` tells. */
import { describe, expect, test } from '@jest/globals'
import { actionSetDifference, parseDocument, subtractGrants } from '../../src/policy/index.ts'
import type { Permission } from '../../src/policy/types.ts'
import { crossing, exhausting, hostilePairs, hostilePolicies, hostileSets } from './cases/hostile.ts'
import { createEvaluator } from './one-source.ts'

describe('hostile sets', () => {
  test.each(hostileSets)('%s', (_, actions, other) => {
    const inclusion = actionSetDifference({ actions }, { actions: other })
    const difference = subtractGrants([{ actions }], [{ grants: [{ actions: other }] }])
    // Undetermined or not, both ways of asking must not contradict one another.
    if (!('undetermined' in inclusion) && !('undetermined' in difference))
      expect(inclusion.empty).toBe(difference.grants.length === 0)
  })

  test('the bound is counted, so that the answer is the same every time', () => {
    const ask = () => actionSetDifference({ actions: ['a:*:*'] }, { actions: crossing }, { stepBound: 500 })
    const answers = [ask(), ask(), ask()].map((answer) => JSON.stringify(answer))
    expect(new Set(answers).size).toBe(1)
  })
})

describe('hostile policies', () => {
  const permission: Permission = {
    name: 'p',
    severity: 'high',
    holds: 'any',
    actions: ['iam:*:*'],
    except: ['iam:*:get*'],
  }
  const identity = { user_id: 'u', user_name: 'u', urn: 'iam::1:user:u' }
  const hostile = (Action: readonly string[], Effect = 'Allow') =>
    parseDocument(JSON.stringify({ Version: '5.0', Statement: [{ Effect, Action }] }))

  test.each(hostilePolicies)('%s', (_, actions, effect) => {
    const documents = new Map([
      ['bad', hostile(actions, effect)],
      ['good', hostile(['iam:users:*'])],
    ])
    const evaluator = createEvaluator({ documents, permissions: [permission] })
    const answer = evaluator.held(['bad', 'good'], identity, 'p')
    if (!('undetermined' in answer)) expect(answer.extent).not.toBe('none')
    // Whoever the bad policy does not reach is not touched by it.
    expect(evaluator.held(['good'], identity, 'p')).toMatchObject({ extent: 'part' })
  })

  test.each(hostilePairs)('allowed and denied: %s', (_, allowed, denied) => {
    const Statement = [
      { Effect: 'Allow', Action: allowed },
      { Effect: 'Deny', Action: denied },
    ]
    const documents = new Map([['bad', parseDocument(JSON.stringify({ Version: '5.0', Statement }))]])
    const evaluator = createEvaluator({ documents, permissions: [permission] })
    expect(evaluator.held(['bad'], identity, 'p')).toEqual({
      undetermined: 'a question about its patterns goes beyond the bound of 1,000,000 steps',
    })
  })

  test.each([
    ['literals that never meet literals', '', ''],
    ['literals that never meet wildcards', '', '*'],
    ['wildcards that never meet', '*', '*'],
  ])('as many denied as allowed, %s: counted, and nobody else is touched', (_, allowed, denied) => {
    const documents = new Map([['good', hostile(['iam:users:*'])]])
    for (let at = 0; at < 100; at++)
      documents.set(
        `bad${at}`,
        hostile(
          Array.from({ length: 400 }, (_, one) => `iam:${at % 2}${at % 2 ? denied : allowed}:${at}x${one}`),
          at % 2 ? 'Deny' : 'Allow',
        ),
      )
    const evaluator = createEvaluator({ documents, permissions: [permission] })
    expect(evaluator.held([...documents.keys()], identity, 'p')).toEqual({ undetermined: expect.any(String) })
    expect(evaluator.held(['good'], identity, 'p')).toMatchObject({ extent: 'part' })
  })

  test('beyond the bound is undetermined, never nothing', () => {
    const documents = new Map([['bad', hostile(['iam:*:*ab*cd*'])]])
    const audited = { ...permission, actions: ['iam:*:*ba*dc*'] }
    const evaluator = createEvaluator({ documents, permissions: [audited], stepBound: 5 })
    expect(evaluator.relevance('bad')).toBe('undetermined')
    expect(evaluator.held(['bad'], identity, 'p')).toEqual({ undetermined: expect.any(String) })
  })

  test.each(exhausting)('made to exhaust: %s', (_, statements) => {
    const documents = new Map([
      ['bad', parseDocument(JSON.stringify({ Version: '5.0', Statement: statements(1) }))],
      ['good', hostile(['iam:users:*'])],
    ])
    const evaluator = createEvaluator({ documents, permissions: [permission] })
    const answer = evaluator.held(['bad', 'good'], identity, 'p')
    if (!('undetermined' in answer)) expect(answer.extent).not.toBe('none')
    expect(evaluator.held(['good'], identity, 'p')).toMatchObject({ extent: 'part' })
  })

  test('a document of 150,000 statements is undetermined by itself', () => {
    const Statement = Array.from({ length: 150_000 }, (_, at) => ({
      ...{ Effect: at % 3 === 0 ? 'Deny' : 'Allow', Action: [`iam:users:a${at}`] },
    }))
    const documents = new Map([
      ['bad', parseDocument(JSON.stringify({ Version: '5.0', Statement }))],
      ['good', hostile(['iam:users:*'])],
    ])
    const evaluator = createEvaluator({ documents, permissions: [permission] })
    expect(evaluator.relevance('bad')).toBe('undetermined')
    expect(evaluator.held([['bad', 'good']], identity, 'p')).toEqual({ undetermined: expect.any(String) })
    expect(evaluator.held(['good'], identity, 'p')).toMatchObject({ extent: 'part' })
  })

  test('resources beyond number are undetermined at once, and no other user is touched', () => {
    const Resource = Array.from({ length: 20_000 }, (_, at) => `iam:*:*:user:*${at}`)
    const Statement = [{ Effect: 'Allow', Action: ['iam:*:*'], Resource }]
    const documents = new Map([
      ['bad', parseDocument(JSON.stringify({ Version: '5.0', Statement }))],
      [
        'good',
        parseDocument(JSON.stringify({ Version: '5.0', Statement: { Effect: 'Allow', Action: 'iam:*:*' } })),
      ],
    ])
    const evaluator = createEvaluator({ documents, permissions: [permission] })
    expect(evaluator.held(['bad'], identity, 'p')).toEqual({ undetermined: expect.any(String) })
    expect(evaluator.held(['good'], identity, 'p')).toMatchObject({ restricted: false })
  })
})

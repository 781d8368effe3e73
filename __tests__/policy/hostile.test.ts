/** The worst patterns that could be thought of: each is answered in milliseconds, or is undetermined. */
import { describe, expect, test } from '@jest/globals'
import {
  actionSetDifference,
  createEvaluator,
  parseDocument,
  subtractGrants,
} from '../../src/policy/index.ts'
import type { Permission } from '../../src/policy/types.ts'

const stars = (count: number): string => 'a*'.repeat(count)
const infixes = (count: number): string[] => Array.from({ length: count }, (_, at) => `*:*:*word${at}x*`)
const crossing = Array.from({ length: 12 }, (_, at) => `a:*:*${'ab'[at % 2]}${'?'.repeat(at + 1)}`)

const sets: readonly [string, readonly string[], readonly string[]][] = [
  ['many stars against a long near-miss', [`a:b:${'a'.repeat(5000)}b`], [`a:b:${stars(1000)}`]],
  ['many stars against many stars', [`a:b:${stars(200)}`], [`a:b:${stars(199)}c*`]],
  ['two hundred infixes', ['*:*:*'], infixes(200)],
  ['infixes that nearly cover infixes', infixes(60), infixes(59)],
  ['guess the letter so many from the end', ['a:*:*'], crossing],
  ['a long run of question marks', [`a:*:${'?'.repeat(4000)}`], [`a:*:${'?'.repeat(3999)}b`]],
  ['stars and question marks in turn', [`a:*:${'*?'.repeat(500)}`], [`a:*:${'?*'.repeat(501)}`]],
  [
    'overlapping infixes that must be told apart',
    ['*:*:*ab*ba*'],
    ['*:*:*aba*', '*:*:*bab*', '*:*:*abba*', '*:*:*ab?ba*'],
  ],
  [
    'every letter by itself leaves long names',
    ['a::?'],
    [...'abcdefghijklmnopqrstuvwxyz0123456789'].map((one) => `a::${one}`),
  ],
  [
    'exponential in the number of segments',
    ['*a*:*a*:*a*'],
    ['*aa*:*:*', '*:*aa*:*', '*:*:*aa*', '*a*a*:*:*', '*:*a*a*:*'],
  ],
]

describe('hostile sets', () => {
  test.each(sets)('%s', (_, actions, other) => {
    const began = performance.now()
    const inclusion = actionSetDifference({ actions }, { actions: other })
    const difference = subtractGrants([{ actions }], [{ grants: [{ actions: other }] }])
    expect(performance.now() - began).toBeLessThan(2000)
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

  test.each<[string, readonly string[], string]>([
    ['a granting pattern without colons that unfolds without end', ['*a'.repeat(400)], 'Allow'],
    ['a granting run of question marks', ['?'.repeat(800)], 'Allow'],
    ['five thousand literals', Array.from({ length: 5000 }, (_, at) => `iam:x:y${at}`), 'Allow'],
    ['a thousand infixes denied', infixes(1000), 'Deny'],
    ['intersections that multiply', [`*${'a*b*'.repeat(12)}:*${'a*b*'.repeat(12)}:*`], 'Allow'],
  ])('%s', (_, actions, effect) => {
    const documents = new Map([
      ['bad', hostile(actions, effect)],
      ['good', hostile(['iam:users:*'])],
    ])
    const began = performance.now()
    const evaluator = createEvaluator({ documents, permissions: [permission] })
    const answer = evaluator.held(['bad', 'good'], identity, 'p')
    expect(performance.now() - began).toBeLessThan(2000)
    if (!('undetermined' in answer)) expect(answer.extent).not.toBe('none')
    // Whoever the bad policy does not reach is not touched by it.
    expect(evaluator.held(['good'], identity, 'p')).toMatchObject({ extent: 'part' })
  })

  test('beyond the bound is undetermined, never nothing', () => {
    const documents = new Map([['bad', hostile(['iam:*:*ab*cd*'])]])
    const audited = { ...permission, actions: ['iam:*:*ba*dc*'] }
    const evaluator = createEvaluator({ documents, permissions: [audited], stepBound: 5 })
    expect(evaluator.relevance('bad')).toBe('undetermined')
    expect(evaluator.held(['bad'], identity, 'p')).toEqual({ undetermined: expect.any(String) })
  })
})

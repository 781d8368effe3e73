import { describe, expect, test } from '@jest/globals'
import {
  canonicalGrants,
  exampleOf,
  grantsInclude,
  intersectGrants,
  parseDocument,
  patternProblem,
  restrictionIncludes,
  subtractGrants,
  unionGrants,
  userResourceMatches,
} from '../../src/policy/index.ts'
import type { ActionSet, Grant, Permission } from '../../src/policy/types.ts'
import differences from './cases/differences.json' with { type: 'json' }
import { createEvaluator } from './one-source.ts'

interface Row {
  readonly name: string
  readonly held: readonly Grant[]
  readonly approved: readonly Grant[]
  readonly within?: ActionSet
  readonly left: readonly Grant[]
  readonly example: string | null
}

test('an example has letters where the pattern leaves them open', () => {
  expect(exampleOf([{ actions: ['iam:users:get?'] }])).toBe('iam:users:geta')
  expect(exampleOf([{ actions: ['iam:users:*'] }])).toBe('iam:users:a')
  expect(exampleOf([{ actions: ['iam:users:*'], except: ['iam:users:a*'] }])).toBe('iam:users:e')
})

describe('held minus approved', () => {
  test.each(differences as readonly unknown[] as readonly Row[])(
    '$name',
    ({ held, approved, within, left, example }) => {
      expect(subtractGrants(held, [{ grants: approved, within }])).toEqual({ grants: left, example })
    },
  )

  test('several approvals, each within its own definition', () => {
    const approved = [
      { grants: [{ actions: ['*:*:*'] }], within: { actions: ['iam:users:*'] } },
      { grants: [{ actions: ['iam:*:*'] }], within: { actions: ['iam:groups:*'] } },
    ]
    expect(subtractGrants([{ actions: ['iam:users:*', 'iam:groups:x'] }], approved)).toEqual({
      grants: [],
      example: null,
    })
  })
})

describe('long ordinary lists compare', () => {
  const letters = 'abcdefghijklmnopqrstuvwxyz'
  const list = (count: number, pattern: (word: string) => string): string[] =>
    Array.from({ length: count }, (_, at) => pattern(`${letters[at % 26]}${at + 100}`))
  const infixes = list(150, (word) => `iam:*:*${word}*`)

  test('150 approved wildcards of which one is held', () => {
    const approved = [{ actions: infixes }]
    const [held = ''] = infixes
    expect(subtractGrants([{ actions: [held] }], [{ grants: approved }])).toEqual({
      ...{ grants: [], example: null },
    })
    expect(subtractGrants(approved, [{ grants: [{ actions: [held] }] }])).toMatchObject({
      grants: [{ actions: infixes.slice(1).sort() }],
    })
  })

  test('143 held beside an approval of another service', () => {
    const held = infixes.slice(0, 143)
    expect(subtractGrants([{ actions: held }], [{ grants: [{ actions: ['ecs:*:*'] }] }])).toMatchObject({
      grants: [{ actions: [...held].sort() }],
    })
  })
})

describe('canonical text', () => {
  test.each<[string, readonly Grant[], readonly Grant[]]>([
    [
      'included patterns are dropped',
      [{ actions: ['iam:a:x', 'iam:*:*', 'IAM:a:*'] }],
      [{ actions: ['iam:*:*'] }],
    ],
    ['runs of wildcards have one spelling', [{ actions: ['iam:**:*?*'] }], [{ actions: ['iam:*:?*'] }]],
    [
      'letter case is kept',
      [{ actions: ['iam:users:createUserV5'] }],
      [{ actions: ['iam:users:createUserV5'] }],
    ],
    [
      'idle exceptions are dropped',
      [{ actions: ['iam:a:*'], except: ['ecs:*:*'] }],
      [{ actions: ['iam:a:*'] }],
    ],
    ['what is excepted whole is gone', [{ actions: ['iam:a:*'], except: ['iam:*:*'] }], []],
    [
      'a restricted part of what is held unrestricted is dropped',
      [{ actions: ['iam:*:*'] }, { actions: ['iam:a:x'], resources: ['r'] }],
      [{ actions: ['iam:*:*'] }],
    ],
    [
      'resources of equal sets are joined',
      [
        { actions: ['a:b:c'], resources: ['y'] },
        { actions: ['a:b:c'], resources: ['x'] },
      ],
      [{ actions: ['a:b:c'], resources: ['x', 'y'] }],
    ],
    ['an empty condition is none', [{ actions: ['a:b:c'], condition: {} }], [{ actions: ['a:b:c'] }]],
    ['* is written out', [{ actions: ['*'] }], [{ actions: ['*:*:*'] }]],
  ])('%s', (_, grants, expected) => {
    expect(canonicalGrants(grants)).toEqual(expected)
  })

  test('never shows a pattern that no action can match, which no baseline may contain', () => {
    const Statement = [
      { Effect: 'Allow', NotAction: ['iam::', ':*', 'iam:roles:*'] },
      { Effect: 'Deny', Action: ['iam:users:', ':x:y', 'iam:users:deleteUserV5'] },
    ]
    const documents = new Map([['p', parseDocument(JSON.stringify({ Version: '5.0', Statement }))]])
    const permission: Permission = {
      ...{ name: 'p', severity: 'high', holds: 'any' },
      ...{ actions: ['iam:*:*'], except: [] },
    }
    const identity = { user_id: 'u', user_name: 'u', urn: 'iam::1:user:u' }
    expect(
      createEvaluator({ documents, permissions: [permission] }).held(['p'], identity, 'p'),
    ).toMatchObject({
      extent: 'part',
      grants: [{ actions: ['iam:*:*'], except: ['iam:roles:*', 'iam:users:deleteUserV5'] }],
    })
  })

  test('a holding that needs more than 200 patterns cannot be written', () => {
    const actions = Array.from({ length: 201 }, (_, at) => `iam:users:action${at}x`)
    const held = (Action: readonly string[]) => {
      const Statement = [{ Effect: 'Allow', Action }]
      const documents = new Map([['p', parseDocument(JSON.stringify({ Version: '5.0', Statement }))]])
      const permission = {
        name: 'p',
        severity: 'high',
        holds: 'any',
        actions: ['iam:*:*'],
        except: [],
      } as const
      const identity = { user_id: 'u', user_name: 'u', urn: 'u' }
      return createEvaluator({ documents, permissions: [permission] }).held(['p'], identity, 'p')
    }
    expect(held(actions)).toEqual({ undetermined: expect.any(String) })
    expect(held(actions.slice(1))).toMatchObject({ extent: 'part' })
    expect(held([...actions, 'iam:*:*'])).toMatchObject({ grants: [{ actions: ['iam:*:*'] }] })
    // A difference is not written into a baseline: what went or came is told, however much it takes.
    const whole = [{ actions: ['iam:*:*'] }]
    expect(subtractGrants(whole, [{ grants: [{ actions }] }])).toMatchObject({
      grants: [{ actions: ['iam:*:*'], except: expect.arrayContaining(actions) }],
    })
  })

  test('union and intersection', () => {
    const [one, other] = [[{ actions: ['iam:a:*'] }], [{ actions: ['iam:*:x*'] }]]
    expect(unionGrants([one, other])).toEqual([{ actions: ['iam:*:x*', 'iam:a:*'] }])
    expect(intersectGrants(one, { actions: ['iam:*:x*'] })).toEqual([{ actions: ['iam:a:x*'] }])
    expect(grantsInclude(one, 'IAM:A:anything')).toBe(true)
    expect(grantsInclude(one, 'iam:a:b:c')).toBe(false)
  })
})

describe('restrictions', () => {
  test.each([
    [{}, { resources: ['x'] }, true],
    [{ resources: ['x'] }, {}, false],
    [{ resources: ['iam:*'] }, { resources: ['iam:a', 'iam:b'] }, true],
    [{ resources: ['?*a'] }, { resources: ['*ba'] }, true],
    [{ resources: ['*a'] }, { resources: ['?a*'] }, false],
    [{ resources: ['*'] }, { not_resources: ['x'] }, true],
    [{ resources: ['Name'] }, { resources: ['name'] }, false],
    [{ not_resources: ['x'] }, { resources: ['y'] }, false],
  ])('%j includes %j: %s', (outer, inner, expected) => {
    expect(restrictionIncludes(outer, inner)).toBe(expected)
  })

  test.each([
    ['iam:*:*:user:bob', true],
    ['iam::1234:user:b*', true],
    ['*', true],
    ['iam:*:*:user:alice', false],
    ['iam:*:9999:user:bob', false],
    ['iam:*:*:group:bob', false],
    ['iam:*:*:user:Bob', false],
  ])('resource %s names the user bob: %s', (pattern, expected) => {
    expect(userResourceMatches(pattern, '1234', 'bob')).toBe(expected)
  })
})

describe('patterns of config and baseline', () => {
  test.each(['*', 'iam:*', 'iam:*:*', 'iam::createAccessKey', '*:*:*', 'i?m:*:get*', 'AccessAnalyzer:*'])(
    '%s is allowed',
    (pattern) => {
      expect(patternProblem(pattern)).toBeNull()
    },
  )
  test.each([
    '',
    'iam',
    'iam*',
    'i*:*',
    'iam:users',
    'iam:users:a:b',
    ':*',
    '::',
    'iam:users:',
    'iam:\u00fc:*',
    'iam:\n:*',
    'iam:get*',
  ])('%j is not', (pattern) => {
    expect(patternProblem(pattern)).toMatch(/allowed: /)
  })
})

/** What an answer says beside yes and no: how much, by which statements, and which Deny it leaves standing. */
import { describe, expect, test } from '@jest/globals'
import { holdsEverything, parseDocument } from '../../src/policy/index.ts'
import type { Permission } from '../../src/policy/types.ts'
import { createEvaluator, type HeldByOne } from './one-source.ts'

const alice = { user_id: 'id-alice', user_name: 'alice', urn: 'iam::1234:user:alice' }
const audited = (actions: string[], over: Partial<Permission> = {}): Permission => ({
  ...{ name: 'p', severity: 'high', holds: 'any', actions, except: [], ...over },
})

function held(permission: Permission, policies: Readonly<Record<string, readonly object[]>>): HeldByOne {
  const documents = new Map(
    Object.entries(policies).map(([id, Statement]) => [
      id,
      parseDocument(JSON.stringify({ Version: '5.0', Statement })),
    ]),
  )
  const answer = createEvaluator({ documents, permissions: [permission] }).held(
    [...documents.keys()],
    alice,
    'p',
  )
  if ('undetermined' in answer) throw new Error(answer.undetermined)
  return answer
}

const allow = (...Action: string[]) => ({ Effect: 'Allow', Action })
const deny = (...Action: string[]) => ({ Effect: 'Deny', Action })
const office = { Condition: { IpAddress: { 'g:SourceIp': ['10.0.0.0/8'] } } }

describe('how much of a permission with several patterns is held', () => {
  const both = ['iam:users:*', 'iam:groups:*']

  test('all of it is held though its first pattern, which is excepted, is not', () => {
    const actions = ['iam:users:list', 'iam:groups:*']
    const permission = audited(actions, { holds: 'all', except: ['iam:*:list*'] })
    expect(held(permission, { P: [allow('iam:groups:*')] }).extent).toBe('all')
    expect(held(permission, { P: [allow('iam:groups:create*')] }).extent).toBe('part')
  })

  test('one of two is a part', () => {
    expect(held(audited(both), { P: [allow('iam:users:*')] }).extent).toBe('part')
    expect(held(audited(both), { P: [allow('iam:users:*'), allow('iam:groups:*')] }).extent).toBe('all')
  })

  test('holds: all is not reached by one of two, and is by both', () => {
    const all = audited(both, { holds: 'all' })
    expect(held(all, { P: [allow('iam:users:*')] })).toMatchObject({ extent: 'part' })
    expect(held(all, { P: [allow('iam:users:*', 'iam:groups:*')] })).toMatchObject({ extent: 'all' })
    expect(held(all, { P: [{ ...allow(...both), ...office }] })).toMatchObject({
      ...{ extent: 'all', restricted: false },
    })
    // Limited by resources it is a part, even if it names everything.
    expect(held(all, { P: [{ ...allow(...both), Resource: ['iam:*:*:*:x'] }] })).toMatchObject({
      ...{ extent: 'part', restricted: true },
    })
    // A part keeps its condition, since it is shown as it is held.
    expect(held(all, { P: [{ ...allow('iam:users:*'), ...office }] })).toMatchObject({
      ...{ extent: 'part', restricted: true, grants: [{ actions: ['iam:users:*'] }] },
    })
  })

  test('who holds everything holds it but for its exceptions', () => {
    expect(holdsEverything(audited(['iam:*:*'], { except: ['iam:*:get*'] })).grants).toEqual([
      { actions: ['iam:*:*'], except: ['iam:*:get*'] },
    ])
    expect(holdsEverything(audited(['iam:*:*'])).grants).toEqual([{ actions: ['iam:*:*'] }])
  })

  test('what is granted without a limit beside it, but for what is excepted, is not told again under one', () => {
    const permission = audited(['iam:*:*'], { except: ['iam:users:?'] })
    const limited = { ...allow('iam:users:*'), Resource: ['iam:*:*:user:x'] }
    expect(held(permission, { P: [allow('iam:users:??*'), limited] })).toMatchObject({
      ...{ restricted: false, grants: [{ actions: ['iam:users:??*'] }] },
    })
  })

  test('a resource that limits nothing leaves the condition beside it, and one condition does not reach another', () => {
    const mfa = { Condition: { Bool: { 'g:MFAPresent': ['true'] } } }
    const free = { ...allow('iam:*:*'), Resource: ['iam:*:*:*:*', 'ecs:*:*:vm:x'], ...mfa }
    expect(held(audited(['iam:*:*']), { P: [free] })).toMatchObject({
      ...{ restricted: true, grants: [{ actions: ['iam:*:*'], condition: mfa.Condition }] },
    })
    const on = (name: string) => ({ ...allow('iam:users:*'), Resource: [`iam:*:*:user:${name}`] })
    const { grants } = held(audited(['iam:*:*']), { P: [on('x'), { ...on('y'), ...mfa }, on('z')] })
    expect(grants).toEqual([
      { actions: ['iam:users:*'], resources: ['iam:*:*:user:x', 'iam:*:*:user:z'] },
      { actions: ['iam:users:*'], resources: ['iam:*:*:user:y'], condition: mfa.Condition },
    ])
  })

  test('what is granted on two resources is one grant, however the patterns are spelled', () => {
    const on = (name: string, ...actions: string[]) => ({
      ...allow(...actions),
      Resource: [`iam:*:*:user:${name}`],
    })
    const P = [on('r1', 'IAM:x:y', 'iam:a:b'), on('r2', 'iam:a:b', 'iam:x:y')]
    expect(held(audited(['iam:*:*']), { P }).grants).toMatchObject([
      { resources: ['iam:*:*:user:r1', 'iam:*:*:user:r2'] },
    ])
  })

  test('what a wider limit allows is not told again under a narrower one', () => {
    const on = (name: string, ...actions: string[]) => ({
      ...allow(...actions),
      Resource: [`iam:*:*:user:${name}`],
    })
    const mfa = { Condition: { Bool: { 'g:MFAPresent': ['true'] } } }
    const told = (...P: object[]) => held(audited(['iam:*:*']), { P }).grants
    const wide = on('*', 'iam:users:*')
    expect(told(on('bob', 'iam:users:create'), wide, { ...on('b*', 'iam:users:*'), ...mfa })).toEqual([
      { actions: ['iam:users:*'], resources: ['iam:*:*:user:*'] },
    ])
    // Neither other actions, nor other users, nor those without the condition.
    expect(told(on('bob', 'iam:groups:create'), wide)).toHaveLength(2)
    expect(told(on('bob', 'iam:users:create'), on('b?', 'iam:users:*'))).toHaveLength(2)
    expect(told(on('bob', 'iam:users:create'), { ...wide, ...mfa })).toHaveLength(2)
  })

  test('restricted only when everything is', () => {
    const mixed = [{ ...allow('iam:users:*'), Resource: ['iam:*:*:user:x'] }, allow('iam:groups:*')]
    expect(held(audited(both), { P: mixed }).restricted).toBe(false)
    expect(held(audited(both), { P: mixed.slice(0, 1) }).restricted).toBe(true)
  })
})

describe('by which statements', () => {
  test('in the order of policies and statements, however they came', () => {
    const two = [allow('iam:users:*'), allow('iam:groups:*')]
    const refs = held(audited(['iam:*:*']), { Z: two, A: two }).matches.map(
      ({ policy, statement }) => `${policy} ${statement}`,
    )
    expect(refs).toEqual(['A 1', 'A 2', 'Z 1', 'Z 2'])
  })

  test('a pattern that a Deny takes away whole is not among them', () => {
    const { matches, grants } = held(audited(['iam:*:*']), {
      P: [allow('iam:users:*', 'iam:groups:*')],
      Q: [deny('iam:users:*')],
    })
    expect(matches.map((match) => match.pattern)).toEqual(['iam:groups:*'])
    expect(grants).toEqual([{ actions: ['iam:groups:*'] }])
  })

  test('of those that are left, still only the widest', () => {
    const { matches } = held(audited(['iam:*:*']), {
      P: [allow('iam:users:create', 'iam:users:*', 'iam:groups:*'), deny('iam:groups:*')],
    })
    expect(matches.map((match) => match.pattern)).toEqual(['iam:users:*'])
  })

  test('nor is one of which several Deny leave nothing together, whether or not they spare something', () => {
    const together = ['iam:users:?', 'iam:users:??*']
    for (const others of [[], [{ Effect: 'Deny', NotAction: ['iam:users:*', 'iam:groups:*'] }]]) {
      const D = [...together.map((one) => deny(one)), ...others]
      const P = [allow('iam:users:*', 'iam:groups:*')]
      const answer = held(audited(['iam:*:*']), { P, D })
      expect(answer.grants).toEqual([{ actions: ['iam:groups:*'] }])
      expect(answer.matches.map((match) => match.pattern)).toEqual(['iam:groups:*'])
      expect(answer.deniedBy.slice(0, 2).map((match) => match.pattern)).toEqual(together)
      expect(held(audited(['iam:*:*']), { P: [allow('iam:users:*')], D }).extent).toBe('none')
    }
  })

  test('nor one of which a Deny and the exceptions of the permission leave nothing together', () => {
    const permission = audited(['iam:*:*'], { except: ['iam:users:?'] })
    const answer = held(permission, { P: [allow('iam:users:*'), deny('iam:users:??*')] })
    expect(answer).toMatchObject({ extent: 'none', grants: [], matches: [] })
  })

  test('nor one whose last action a Deny takes, the others being excepted', () => {
    const permission = audited(['iam:*:*'], { except: ['iam:u?*:x'] })
    expect(held(permission, { P: [allow('iam:u*:x'), deny('iam:u:x')] }).extent).toBe('none')
  })

  test('of patterns in one another the widest is shown, unrestricted before restricted', () => {
    const { matches } = held(audited(['iam:*:*']), {
      P: [allow('IAM:users:*', 'iam:users:*', 'iam:users:get*')],
    })
    expect(matches.map((match) => match.pattern)).toEqual(['IAM:users:*'])
  })
})

test('a resource that limits nothing for actions which the statement spares leaves its path restricted', () => {
  const answer = held(audited(['*:*:create*']), {
    P: [{ Effect: 'Allow', NotAction: ['iam:*:*'], Resource: ['iam:*:*:*:*'] }],
  })
  expect(answer).toMatchObject({ restricted: true, matches: [{ pattern: 'NotAction', restricted: true }] })
})

describe('a Deny of everything but some', () => {
  const spare = (...NotAction: string[]) => ({ Effect: 'Deny', NotAction })

  test('leaves what it spares', () => {
    expect(held(audited(['iam:*:*']), { P: [allow('*:*:*')], D: [spare('iam:users:*')] })).toMatchObject({
      ...{ extent: 'part', grants: [{ actions: ['iam:users:*'] }] },
      deniedBy: [{ policy: 'D', statement: 1, pattern: 'NotAction', restricted: false }],
    })
  })

  test('two of them leave what both spare', () => {
    const { grants } = held(audited(['iam:*:*']), {
      P: [allow('*:*:*')],
      ...{ D: [spare('iam:users:*', 'iam:groups:*')], E: [spare('iam:*:create*')] },
    })
    expect(grants).toEqual([{ actions: ['iam:groups:create*', 'iam:users:create*'] }])
  })

  test('takes nothing when it spares all that is granted', () => {
    expect(held(audited(['iam:*:*']), { P: [allow('iam:users:*')], D: [spare('iam:*:*')] }).deniedBy).toEqual(
      [],
    )
  })
})

describe('which Deny is told', () => {
  test('one that touches a part of what a pattern grants of the permission', () => {
    const several = audited(['iam:users:*', 'iam:groups:*'])
    const Statement = (Deny: object) => ({ P: [allow('iam:*:*')], Q: [Deny] })
    expect(held(several, Statement(deny('iam:groups:*'))).deniedBy).toEqual([
      { policy: 'Q', statement: 1, pattern: 'iam:groups:*', restricted: false },
    ])
    expect(held(several, Statement({ ...deny('iam:groups:*'), ...office })).conditionalDenies).toEqual([
      { policy: 'Q', statement: 1 },
    ])
  })

  test('one that touches what is granted, and no other', () => {
    const answer = held(audited(['iam:*:*']), {
      P: [allow('iam:users:*')],
      ...{ D: [deny('iam:groups:*'), deny('iam:users:delete*')], E: [deny('ecs:*:*')] },
    })
    expect(answer.deniedBy).toEqual([
      { policy: 'D', statement: 2, pattern: 'iam:users:delete*', restricted: false },
    ])
  })

  test('every one that takes the same', () => {
    const { deniedBy } = held(audited(['iam:*:*']), {
      P: [allow('iam:users:create', 'iam:groups:*')],
      ...{ D: [deny('iam:users:create')], E: [deny('iam:users:*')] },
    })
    expect(deniedBy.map((match) => `${match.policy} ${match.pattern}`)).toEqual([
      'D iam:users:create',
      'E iam:users:*',
    ])
  })

  test('by the first of its patterns that touches something', () => {
    const { deniedBy } = held(audited(['iam:*:*']), {
      P: [allow('iam:users:*')],
      D: [deny('iam:groups:*', 'iam:users:delete*', 'iam:users:create*')],
    })
    expect(deniedBy.map((match) => match.pattern)).toEqual(['iam:users:delete*'])
  })

  test('not one that takes only what the permission excepts', () => {
    const permission = audited(['iam:*:*'], { except: ['iam:*:get*'] })
    const D = [deny('iam:users:getUser', 'iam:groups:*')]
    expect(held(permission, { P: [allow('iam:users:*')], D }).deniedBy).toEqual([])
    expect(held(permission, { P: [allow('*:*:*')], D }).deniedBy).toMatchObject([{ pattern: 'iam:groups:*' }])
  })

  test('beside a Deny of everything but some: those that took something, and no Allow', () => {
    const { deniedBy } = held(audited(['iam:*:*']), {
      P: [{ Effect: 'Allow', NotAction: ['iam:groups:*'] }, deny('iam:groups:*'), deny('iam:users:get*')],
      Q: [
        { Effect: 'Deny', NotAction: ['iam:users:*'] },
        { Effect: 'Deny', NotAction: ['iam:*:*'] },
      ],
      R: [{ ...deny('iam:*:*'), ...office }],
    })
    expect(deniedBy.map((match) => `${match.policy} ${match.statement} ${match.pattern}`)).toEqual([
      'P 3 iam:users:get*',
      'Q 1 NotAction',
    ])
  })

  test('a conditional Deny of everything but some touches as soon as one grant goes beyond', () => {
    const { conditionalDenies } = held(audited(['iam:*:*']), {
      P: [allow('iam:users:*'), { ...allow('iam:groups:*'), Resource: ['iam:*:*:group:x'] }],
      D: [{ Effect: 'Deny', NotAction: ['iam:users:*'], ...office }],
    })
    expect(conditionalDenies).toEqual([{ policy: 'D', statement: 1 }])
  })

  test('a conditional one that touches what is granted is not subtracted, and no other is named', () => {
    const answer = held(audited(['iam:*:*']), {
      P: [allow('iam:users:*')],
      D: [
        { ...deny('iam:groups:*'), ...office },
        { ...deny('iam:users:*'), ...office },
        { Effect: 'Deny', NotAction: ['iam:users:*'], ...office },
        { Effect: 'Deny', NotAction: ['iam:groups:*'], ...office },
      ],
    })
    expect(answer).toMatchObject({ grants: [{ actions: ['iam:users:*'] }], deniedBy: [] })
    expect(answer.conditionalDenies.map(({ statement }) => statement)).toEqual([2, 4])
  })
})

describe('one evaluator for many users', () => {
  const documentsOf = (policies: Readonly<Record<string, readonly object[]>>) =>
    new Map(
      Object.entries(policies).map(([id, Statement]) => [
        id,
        parseDocument(JSON.stringify({ Version: '5.0', Statement })),
      ]),
    )

  test('keeps apart what policies spare, though a space in an action makes it read alike', () => {
    const spare = (...NotAction: string[]) => [{ Effect: 'Allow', NotAction }]
    const documents = documentsOf({
      P1: spare('iam:users:create x', 'iam:users:delete'),
      P2: spare('iam:users:create', 'x iam:users:delete'),
    })
    const permission = audited(['iam:users:create', 'iam:users:delete'])
    const evaluator = createEvaluator({ documents, permissions: [permission] })
    const actions = (policies: string[]) => {
      const answer = evaluator.held(policies, alice, 'p')
      return 'undetermined' in answer ? answer : answer.grants.flatMap((grant) => grant.actions)
    }
    expect(actions(['P1'])).toEqual(['iam:users:create'])
    expect(actions(['P2'])).toEqual(['iam:users:delete'])
    expect(actions(['P1', 'P2'])).toEqual(['iam:users:create', 'iam:users:delete'])
    const wide = createEvaluator({ documents, permissions: [audited(['*:users:*'])] })
    expect(wide.held(['P1', 'P2'], alice, 'p')).toMatchObject({ grants: [{}, {}] })
  })

  test('tells many statements apart by their numbers', () => {
    const names = Array.from({ length: 30 }, (_, at) => `iam:users:do${String(at).padStart(2, '0')}`)
    const documents = documentsOf(
      Object.fromEntries(names.map((name, at) => [`P${String(at).padStart(2, '0')}`, [allow(name)]])),
    )
    const evaluator = createEvaluator({ documents, permissions: [audited(['iam:*:*'])] })
    const ids = [...documents.keys()] as [string, ...string[]]
    for (const few of [
      [1, 23],
      [12, 3],
      [1, 2, 3],
      [11, 1],
      [1, 11],
    ])
      expect(
        evaluator.held(
          few.map((at) => ids[at] as string),
          alice,
          'p',
        ),
      ).toMatchObject({
        grants: [{ actions: few.map((at) => names[at]).sort() }],
      })
  })

  test('no policy of others makes a question harder, and the second time it is as hard as the first', () => {
    const long = (letter: string) => `iam:users:${`*${letter}`.repeat(80)}*`
    const mine = {
      p: [allow('iam:users:a*', long('a'), long('b')), { ...allow(long('c')), Resource: ['iam:*:*:user:x'] }],
      q: [deny('iam:users:b*')],
    }
    const others = {
      a: [allow('iam:Users:x', 'iam:users:x', 'IAM:users:A*')],
      z: [allow(long('e')), deny('*:users:*f')],
    }
    const permission = audited(['iam:users:*', 'iam:groups:*'], { except: ['iam:users:get*'] })
    const isDecided = (stepBound: number, policies: Readonly<Record<string, object[]>>): boolean => {
      const evaluator = createEvaluator({
        documents: documentsOf(policies),
        permissions: [permission],
        stepBound,
      })
      const answers = [1, 2].map(() => 'undetermined' in evaluator.held(['p', 'q'], alice, 'p'))
      // One that was answered for the same patterns in another order asks the pairs anew.
      answers.push('undetermined' in evaluator.held([['q'], ['p']], alice, 'p'))
      expect(new Set(answers).size).toBe(1)
      return answers[0] === false
    }
    let [least, below] = [1_000_000, 0]
    expect(isDecided(least, mine)).toBe(true)
    while (least - below > 1) {
      const middle = (least + below) >> 1
      if (isDecided(middle, mine)) least = middle
      else below = middle
    }
    for (const bound of [least - 1, least]) {
      expect(isDecided(bound, { ...mine, ...others })).toBe(bound === least)
      const evaluator = createEvaluator({
        ...{
          documents: documentsOf({ ...mine, r: mine.p, s: mine.q }),
          permissions: [permission],
          stepBound: bound,
        },
      })
      // The same statements in other policies: nothing is remembered but pairs of patterns.
      expect('undetermined' in evaluator.held(['p', 'q'], alice, 'p')).toBe(bound < least)
      expect('undetermined' in evaluator.held(['r', 's'], alice, 'p')).toBe(bound < least)
    }
  })

  test('knows only the permissions it was made with', () => {
    const evaluator = createEvaluator({ documents: new Map(), permissions: [audited(['iam:*:*'])] })
    expect(() => evaluator.held([], alice, 'q')).toThrow('No audited permission is called q.')
  })

  test('shows each the letter case of their own policies', () => {
    const documents = new Map(
      ['iam:users:List*', 'iam:users:list*'].map((NotAction, at) => [
        `P${at}`,
        parseDocument(JSON.stringify({ Version: '5.0', Statement: { Effect: 'Allow', NotAction } })),
      ]),
    )
    const evaluator = createEvaluator({ documents, permissions: [audited(['iam:*:*'])] })
    expect(evaluator.held(['P0'], alice, 'p')).toMatchObject({ grants: [{ except: ['iam:users:List*'] }] })
    expect(evaluator.held(['P1'], alice, 'p')).toMatchObject({ grants: [{ except: ['iam:users:list*'] }] })
  })

  test('reads lists of policies as it reads each by itself', () => {
    const documents = new Map(
      [allow('iam:users:*'), allow('iam:groups:*'), deny('iam:users:get'), allow('ecs:*:*')].map(
        (one, at) => [`P${at}`, parseDocument(JSON.stringify({ Version: '5.0', Statement: one }))],
      ),
    )
    documents.set('bad', parseDocument(JSON.stringify({ Version: '5.0', Statement: allow('*a'.repeat(70)) })))
    const evaluator = createEvaluator({ documents, permissions: [audited(['iam:*:*'])] })
    const team = ['P0', 'P3']
    const lists = [team, 'P1', ['P2', 'nowhere'], []]
    const flat = evaluator.held(lists.flat(), alice, 'p')
    expect(flat).toMatchObject({ grants: [{ actions: ['iam:groups:*', 'iam:users:*'] }] })
    expect(evaluator.held(lists, alice, 'p')).toEqual(flat)
    expect(evaluator.held([team, ['P1', 'P2'], team], alice, 'p')).toEqual(flat)
    expect(evaluator.held([team], alice, 'p')).toEqual(evaluator.held(['P0'], alice, 'p'))
    expect(evaluator.held([team, ['P1', 'bad']], alice, 'p')).toEqual({ undetermined: expect.any(String) })
  })

  test('writes the same, in whatever order two Deny stand that differ in letter case alone', () => {
    const denies = ['IAM:users:*', 'iam:users:*'].map((spared) => ({ Effect: 'Deny', NotAction: [spared] }))
    const [forth, back] = [denies, [...denies].reverse()].map(
      (list) => held(audited(['*:users:*']), { P: [allow('*:*:*'), ...list] }).grants,
    )
    expect(forth).toEqual([{ actions: ['IAM:users:*'] }])
    expect(back).toEqual(forth)
  })

  test('knows a policy that reaches them twice, and thousands of statements', () => {
    const Statement = Array.from({ length: 5000 }, (_, at) => allow(`iam:users:do${at % 3}`))
    const documents = new Map([['P', parseDocument(JSON.stringify({ Version: '5.0', Statement }))]])
    const evaluator = createEvaluator({ documents, permissions: [audited(['iam:*:*'])] })
    const once = evaluator.held(['P'], alice, 'p')
    expect(once).toMatchObject({ grants: [{ actions: ['iam:users:do0', 'iam:users:do1', 'iam:users:do2'] }] })
    expect(evaluator.held(['P', 'P'], alice, 'p')).toBe(once)
  })
})

/** What is crawled further depends on it: too much costs requests, too little loses holders. */
describe('whether a policy matters', () => {
  const denyAllBut = (...NotAction: string[]) => ({ Effect: 'Deny', NotAction })
  test.each<[string, object[], string]>([
    ['an Allow', [allow('iam:users:*')], 'some'],
    ['a Deny', [deny('iam:users:*')], 'some'],
    ['a Deny with a condition', [{ ...deny('iam:users:*'), ...office }], 'some'],
    ['a Deny of all but something else', [denyAllBut('ecs:*:*')], 'some'],
    ['one statement of many', [allow('ecs:*:*'), deny('obs:*:*'), allow('*:*:create*')], 'some'],
    ['an Allow of what is excepted', [allow('iam:*:getUser')], 'none'],
    ['a Deny of what is excepted', [deny('iam:*:get*')], 'none'],
    ['a Deny of all but what is audited', [denyAllBut('iam:*:*', 'kms:*:*')], 'none'],
    ['another service', [allow('ecs:*:*'), deny('obs:*:*')], 'none'],
    ['nothing', [allow()], 'none'],
    ['a document that cannot be read', [{ Effect: 'Perhaps', Action: [] }], 'undetermined'],
  ])('%s: %j is %s', (_, Statement, expected) => {
    const documents = new Map([['P', parseDocument(JSON.stringify({ Version: '5.0', Statement }))]])
    const permissions = [
      audited(['kms:*:*'], { name: 'keys' }),
      audited(['iam:*:*'], { except: ['iam:*:get*'] }),
    ]
    const evaluator = createEvaluator({ documents, permissions })
    expect(evaluator.relevance('P')).toBe(expected)
    expect(evaluator.relevance('no such policy')).toBe('undetermined')
  })
})

/** Patterns held against what somebody holds, at a glance. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { GrantMemory } from '../../src/policy/grants/grant-question.ts'
import { ActionsBeside, grantsMeet, HeldBeside, rememberGrants } from '../../src/policy/index.ts'
import { settings } from '../property-settings.ts'
import * as any from './arbitraries.ts'
import { membersOf, membersOfAll } from './slow-model.ts'

const about = { account: '1' }
/** A memory that has forgotten every box when the next question is asked. */
const forgetful = (): GrantMemory => new GrantMemory('1', 0)
const patterns = fc.array(any.pattern, { minLength: 1, maxLength: 6 })

describe('at a glance', () => {
  test('what is apart has nothing in common, and what is covered has nothing beyond', () => {
    fc.assert(
      fc.property(any.grants, any.pattern, (grants, pattern) => {
        const glance = new HeldBeside(grants, about).glance([pattern])
        const [held, asked] = [membersOfAll(grants), membersOf({ actions: [pattern] })]
        const common = asked.filter((one, at) => one === 1 && held[at] === 1).length
        if (glance === 'apart') expect(common).toBe(0)
        if (glance === 'covered') expect(common).toBe(asked.filter((one) => one === 1).length)
      }),
      settings(600),
    )
  })

  test('a pattern meets a set as grants of that pattern do', () => {
    fc.assert(
      fc.property(any.actionSet, patterns, (set, asked) => {
        const beside = new ActionsBeside(set, { ...about, memory: rememberGrants('1') })
        for (const pattern of asked)
          expect(beside.meets(pattern)).toBe(grantsMeet([{ actions: [pattern] }], set, about))
      }),
      settings(400),
    )
  })

  test('no answer depends on what a memory has forgotten', () => {
    fc.assert(
      fc.property(any.grants, any.actionSet, patterns, (grants, set, asked) => {
        const answers = (memory: GrantMemory): unknown => {
          const [held, actions] = [new HeldBeside(grants, { memory }), new ActionsBeside(set, { memory })]
          return asked.map((one) => [
            held.glance([one]),
            actions.meets(one),
            held.beyond([{ actions: [one] }]),
          ])
        }
        expect(answers(forgetful())).toEqual(answers(rememberGrants('1')))
      }),
      settings(200),
    )
  })

  test('beyond the bound nothing is apart', () => {
    const hard = Array.from({ length: 40 }, (_, at) => `a:${'?*'.repeat(40)}${at}:*`)
    const beside = new HeldBeside([{ actions: hard }], { ...about, stepBound: 10 })
    expect(beside.glance([`a:${'*?'.repeat(60)}:*`])).toBe('unclear')
    expect(new ActionsBeside({ actions: hard }, { ...about, stepBound: 10 }).meets('a:*b*:*')).toBe(true)
  })
})

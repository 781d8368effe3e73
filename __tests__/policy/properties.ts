/** What must hold of every policy, as sentences. Run a little by the test suite and at length by `npm run fuzz`. */
import fc from 'fast-check'
import { writeGrant } from '../../src/policy/grants/box-grants.ts'
import { canonical } from '../../src/policy/grants/canonical.ts'
import { GrantMemory, GrantQuestion } from '../../src/policy/grants/grant-question.ts'
import { canonicalByPairs } from '../../src/policy/held/canonical-by-pairs.ts'
import { NumberedGrants } from '../../src/policy/held/numbered-grants.ts'
import {
  actionSetDifference,
  canonicalGrants,
  createEvaluator as createEvaluatorOfSources,
  decide,
  exampleOf,
  federatedIdentity,
  intersectGrants,
  parseDocument,
  subtractGrants,
  userIdentity,
} from '../../src/policy/index.ts'
import { boxSet } from '../../src/policy/sets/box-set.ts'
import { reachesBeyond } from '../../src/policy/sets/witness.ts'
import type { Grant, Held, Permission, Undetermined } from '../../src/policy/types.ts'
import * as any from './arbitraries.ts'
import * as bothModels from './both-models.ts'
import { ACCOUNT, createEvaluator, type HeldByOne, identityOf } from './one-source.ts'
import { type ResourceStatement, slowDecision } from './slow-decision.ts'
import {
  disagreement,
  heldMembers,
  heldMembersOfAll,
  type ModelStatement,
  matches,
  membersOf,
  membersOfAll,
  universe,
} from './slow-model.ts'

export interface Property {
  readonly name: string
  /** How many of the runs of the test suite it gets: those against the model are worth the most. */
  readonly runs: number
  readonly property: fc.IRawProperty<unknown>
}

const identity = { user_id: 'u1', user_name: 'u', urn: 'iam::1:user:u' }

/** Evaluates policies given as lists of statements. */
function evaluated(
  policies: readonly (readonly ModelStatement[])[],
  permission: Permission,
): HeldByOne | Undetermined {
  const documents = new Map(
    policies.map((Statement, at) => [`p${at}`, parseDocument(JSON.stringify({ Version: '5.0', Statement }))]),
  )
  return createEvaluator({ documents, permissions: [permission] }).held([...documents.keys()], identity, 'p')
}

/** Whoever is no user is contradicted by no condition on names. */
function unnamed(statement: ResourceStatement): ResourceStatement {
  const { Condition } = statement
  return Condition?.StringEquals === undefined
    ? statement
    : { ...statement, Condition: { Bool: { x: 'true' } } }
}

function decided<T extends object>(answer: T | Undetermined): T {
  if ('undetermined' in answer) throw new Error(`Undetermined: ${answer.undetermined}`)
  return answer
}

const held = (policies: readonly (readonly ModelStatement[])[], permission: Permission): HeldByOne =>
  decided(evaluated(policies, permission))

function same(one: Uint8Array, other: Uint8Array): void {
  const action = disagreement(one, other)
  if (action !== null) throw new Error(`They disagree about ${action}.`)
}

function decidedExample(grants: readonly Grant[]): string | null {
  const example = exampleOf(grants)
  if (example !== null && typeof example === 'object') throw new Error(example.undetermined)
  return example
}

/** Without the restriction every grant of a list covers what the grants before and after say. */
const left = (
  minuend: Parameters<typeof subtractGrants>[0],
  approved: Parameters<typeof subtractGrants>[1],
) => decided(subtractGrants(minuend, approved))

export const properties: readonly Property[] = [
  {
    name: 'what is held agrees with enumeration: default deny, deny trumps allow',
    runs: 1500,
    property: fc.property(any.statements, any.permission, (statements, permission) => {
      const answer = held([statements], permission)
      same(membersOfAll(answer.grants), heldMembers(statements, permission))
      if ((answer.grants.length === 0) !== (answer.extent === 'none'))
        throw new Error('extent and grants differ')
      if ((answer.matches.length === 0) !== (answer.extent === 'none'))
        throw new Error('a grant without a path')
      for (const grant of answer.grants)
        if (decidedExample([grant]) === null) throw new Error(`nothing is in ${JSON.stringify(grant)}`)
    }),
  },
  {
    name: 'extent all means that nothing of the permission is missing',
    runs: 500,
    property: fc.property(any.statements, any.permission, (statements, permission) => {
      const answer = held([statements], permission)
      if (answer.extent === 'none') return
      const missing = left(
        [{ actions: permission.actions, except: permission.except }],
        [{ grants: answer.grants.map(({ actions, except }) => ({ actions, except: except ?? [] })) }],
      )
      if ((missing.grants.length === 0) !== (answer.extent === 'all'))
        throw new Error(`not all: ${missing.example}`)
    }),
  },
  {
    name: 'order and duplicates do not matter, nor does splitting a policy in two',
    runs: 500,
    property: fc.property(any.statements, any.permission, fc.nat(5), (statements, permission, at) => {
      const one = held([statements], permission)
      const reversed = [...statements].reverse()
      const texts = [
        held([reversed, statements], permission),
        held([statements.slice(0, at), statements.slice(at)], permission),
        held([statements.slice(at), [], statements.slice(0, at), statements], permission),
      ].map((answer) => JSON.stringify([answer.extent, answer.restricted, answer.grants]))
      for (const text of texts)
        if (text !== JSON.stringify([one.extent, one.restricted, one.grants]))
          throw new Error(`${text} is not ${JSON.stringify(one)}`)
    }),
  },
  {
    name: 'what one user is told depends on no other user, asked before or after',
    runs: 500,
    property: fc.property(
      any.statements,
      any.permission,
      fc.array(fc.subarray([0, 1, 2, 3, 4]), { maxLength: 4 }),
      (statements, permission, users) => {
        const documents = new Map(
          statements.map((one, at) => [
            `p${at}`,
            parseDocument(JSON.stringify({ Version: '5.0', Statement: [one] })),
          ]),
        )
        const evaluator = () => createEvaluator({ documents, permissions: [permission] })
        const ask = (user: readonly number[], by = evaluator()): string =>
          JSON.stringify(
            by.held(
              user.map((at) => `p${at}`),
              identity,
              'p',
            ),
          )
        const [forth, back] = [evaluator(), evaluator()]
        const answers = users.map((user) => ask(user, forth))
        for (const user of [...users].reverse()) ask(user, back)
        for (const [at, user] of users.entries())
          for (const answer of [answers[at], ask(user, back)])
            if (answer !== ask(user)) throw new Error(`${answer} is not ${ask(user)}`)
      },
    ),
  },
  {
    name: 'sources are a union, each after its own Deny, whatever their order',
    runs: 900,
    property: fc.property(any.sources, fc.oneof(any.permission, any.everything), (sources, permission) => {
      const documents = new Map(
        sources.map((Statement, at) => [
          `p${at}`,
          parseDocument(JSON.stringify({ Version: '5.0', Statement })),
        ]),
      )
      const evaluator = createEvaluatorOfSources({ documents, permissions: [permission], account: ACCOUNT })
      const ask = (ids: readonly string[]): Held =>
        decided(
          evaluator.held(
            ids.map((id) => ({ policies: [id], identity: identityOf(identity) })),
            'p',
          ),
        )
      const ids = [...documents.keys()]
      const [forth, back] = [ask(ids), ask([...ids, ...ids].reverse())]
      same(membersOfAll(forth.grants), heldMembersOfAll(sources, permission))
      if (JSON.stringify([forth.extent, forth.grants]) !== JSON.stringify([back.extent, back.grants]))
        throw new Error(`${JSON.stringify(forth)} is not ${JSON.stringify(back)}`)
      for (const [at, id] of ids.entries()) {
        const alone = ask([id]).sources[0]
        const shown = forth.sources[at]
        if (alone?.matches.length !== shown?.matches.length) throw new Error('a path too many or too few')
      }
    }),
  },
  {
    name: 'legacy grants with their twins beside v5 grants agree with sets of names',
    runs: 800,
    property: fc.property(bothModels.sources, bothModels.permission, (sources, permission) => {
      const action = bothModels.disagreementAbout(sources, permission)
      if (action !== null) throw new Error(`They disagree about ${action}.`)
    }),
  },
  {
    name: 'one action on one resource is decided as a slow reading of every statement decides it',
    runs: 2500,
    property: fc.property(
      any.resourceStatements,
      fc.constantFrom(...universe),
      any.urn,
      fc.boolean(),
      (statements, action, urn, isUser) => {
        const documents = new Map([
          ['p', parseDocument(JSON.stringify({ Version: '5.0', Statement: statements }))],
        ])
        const user = { user_id: 'u1', user_name: 'x', urn: 'a::1:user:x' }
        const who = isUser ? userIdentity(user, { account: '1' }) : federatedIdentity({ account: '1' })
        const known = {
          ...{ 'g:domainid': '1', 'g:principalaccount': '1' },
          ...(isUser ? { 'g:username': 'x', 'g:userid': 'u1', 'g:principalurn': user.urn } : {}),
        }
        const asked = { policies: ['p'], identity: who, action, resource: urn, account: '1' }
        const { answer } = decide({ documents, ...asked })
        const expected = isUser
          ? slowDecision(statements, action, urn, known)
          : slowDecision(statements.map(unnamed), action, urn, known)
        if (answer !== expected) throw new Error(`${answer} is not ${expected}`)
      },
    ),
  },
  {
    name: 'adding an Allow never removes',
    runs: 500,
    property: fc.property(any.statements, any.allow, any.permission, (statements, more, permission) => {
      const before = held([statements], permission)
      const after = held([statements, [more]], permission)
      if (left(before.grants, [{ grants: after.grants }]).grants.length > 0)
        throw new Error('something was lost')
    }),
  },
  {
    name: 'adding an unconditional Deny never adds',
    runs: 500,
    property: fc.property(
      any.statements,
      any.unconditionalDeny,
      any.permission,
      (statements, deny, permission) => {
        const before = held([statements], permission)
        const after = held([[deny], statements], permission)
        if (left(after.grants, [{ grants: before.grants }]).grants.length > 0)
          throw new Error('something was gained')
      },
    ),
  },
  {
    name: 'approving what is held leaves no drift and nothing no-longer-held',
    runs: 500,
    property: fc.property(any.statements, any.permission, (statements, permission) => {
      const { grants } = held([statements], permission)
      const within = { actions: permission.actions, except: permission.except }
      if (left(grants, [{ grants, within }]).grants.length > 0) throw new Error('drift')
      if (left(decided(intersectGrants(grants, within)), [{ grants }]).grants.length > 0)
        throw new Error('lost')
    }),
  },
  {
    name: 'text written and read back is the same set and the same text',
    runs: 1000,
    property: fc.property(any.grants, (grants) => {
      const written = decided(canonicalGrants(grants))
      same(membersOfAll(written), membersOfAll(grants))
      const again = JSON.stringify(decided(canonicalGrants(JSON.parse(JSON.stringify(written)))))
      if (again !== JSON.stringify(written)) throw new Error(`${again} is not ${JSON.stringify(written)}`)
      if (left(grants, [{ grants: written }]).grants.length > 0) throw new Error('the text says less')
      if (left(written, [{ grants }]).grants.length > 0) throw new Error('the text says more')
    }),
  },
  {
    name: 'parts written from pairs of patterns are written as sets would write them',
    runs: 2000,
    property: fc.property(
      any.limitedPatterns,
      fc.array(any.pattern, { maxLength: 2 }),
      fc.array(any.pattern, { maxLength: 2 }),
      (limited, excepted, taken) => {
        const question = new GrantQuestion(new GrantMemory(null))
        const read = (patterns: readonly string[]) => question.readAll(patterns)
        const [except, denied] = [read(excepted), read(taken)]
        const outside = [boxSet(except), boxSet(denied)]
        const pieces = limited.map(([restriction, patterns]) => ({
          match: { policy: 'p', statement: 1, pattern: '', restricted: false },
          actions: read(patterns).filter((box) => reachesBeyond(box, outside, question)),
          ...{ except, restriction, limit: JSON.stringify(restriction), original: null },
        }))
        const numbered = new NumberedGrants(pieces, except, question.restrictions)
        const parts = numbered.parts(Array.from({ length: numbered.size }, (_, at) => at))
        const written = canonicalByPairs(parts, denied, except, question)
        if (written === null) return
        const sets = parts.map(({ actions, limit }) => ({
          ...{ actions, except: [...except, ...denied], restriction: limit.restriction },
        }))
        const [one, other] = [written, canonical(sets, question)].map((list) =>
          JSON.stringify(list.map(writeGrant)),
        )
        if (one !== other) throw new Error(`${one} is not ${other}`)
      },
    ),
  },
  {
    name: 'the text does not depend on the order of the grants',
    runs: 500,
    property: fc.property(any.grants, (grants) => {
      const [one, other] = [canonicalGrants(grants), canonicalGrants([...grants].reverse())].map((list) =>
        JSON.stringify(list),
      )
      if (one !== other) throw new Error(`${one} is not ${other}`)
    }),
  },
  {
    name: 'a difference agrees with enumeration, and its example is a shortest member',
    runs: 1000,
    property: fc.property(
      any.plainGrants,
      any.plainGrants,
      fc.option(any.actionSet, { nil: undefined }),
      (minuend, grants, within) => {
        const difference = left(minuend, [{ grants, within }])
        const definition = within === undefined ? null : membersOf(within)
        const approved = membersOfAll(grants).map((bit, at) =>
          definition === null ? bit : bit & (definition[at] as number),
        )
        const expected = membersOfAll(minuend).map((bit, at) => bit & (1 - (approved[at] as number)))
        same(membersOfAll(difference.grants), expected)
        if (difference.example !== null && shortestOf(expected) < difference.example.length)
          throw new Error(`${difference.example} is not the shortest`)
        if ((difference.example === null) !== (difference.grants.length === 0)) throw new Error('no example')
        if (difference.example !== null && !isMember(minuend, grants, within, difference.example))
          throw new Error(`${difference.example} is no example`)
      },
    ),
  },
  {
    name: 'inclusion agrees with enumeration, and no shorter example exists',
    runs: 1000,
    property: fc.property(any.actionSet, any.actionSet, (one, other) => {
      const { empty, example } = decided(actionSetDifference(one, other))
      const [inOne, inOther] = [membersOf(one), membersOf(other)]
      const beyond = inOne.map((bit, at) => bit & (1 - (inOther[at] as number)))
      if (empty && beyond.includes(1)) throw new Error('called empty, and is not')
      if (!empty && (example === null || !isMember([one], [other], undefined, example)))
        throw new Error(`${example} is no example`)
      if (example !== null && shortestOf(beyond) < example.length)
        throw new Error(`${example} is not the shortest`)
    }),
  },
  {
    name: 'an intersection agrees with enumeration',
    runs: 500,
    property: fc.property(any.plainGrants, any.actionSet, (grants, within) => {
      const both = decided(intersectGrants(grants, within))
      const definition = membersOf(within)
      same(
        membersOfAll(both),
        membersOfAll(grants).map((bit, at) => bit & (definition[at] as number)),
      )
    }),
  },
]

type Set = { readonly actions: readonly string[]; readonly except?: readonly string[] }

function isIn({ actions, except = [] }: Set, action: string): boolean {
  return (
    actions.some((pattern) => matches(pattern, action)) && !except.some((pattern) => matches(pattern, action))
  )
}

function isMember(
  minuend: readonly Set[],
  grants: readonly Set[],
  within: Set | undefined,
  action: string,
): boolean {
  const approved =
    grants.some((grant) => isIn(grant, action)) && (within === undefined || isIn(within, action))
  return minuend.some((grant) => isIn(grant, action)) && !approved
}

function shortestOf(bits: Uint8Array): number {
  let shortest = Number.POSITIVE_INFINITY
  bits.forEach((bit, at) => {
    if (bit === 1) shortest = Math.min(shortest, (universe[at] as string).length)
  })
  return shortest
}

/** Policies seen through one audited permission: what each statement contributes, worked out once for everybody. */

import { type BoxGrant, byRestriction } from '../grants/box-grants.ts'
import type { GrantQuestion } from '../grants/grant-question.ts'
import { isUnrestricted, type Variables } from '../grants/restriction.ts'
import { namesIdentity } from '../language/condition.ts'
import { isUnconditional } from '../language/statement.ts'
import { keysOfPrincipals } from '../language/variables.ts'
import type { Box } from '../sets/box.ts'
import { boxSet } from '../sets/box-set.ts'
import { boxMatchesSegments, readingSteps } from '../sets/pattern.ts'
import { reachesBeyond } from '../sets/witness.ts'
import type { Match, Restriction, Statement, StatementRef } from '../types.ts'
import { withoutNarrower } from './matches.ts'
import { actionsNear, type PreparedPermission, type PreparedTwins } from './prepared-permission.ts'

/** A part of an Allow, within the permission and under one restriction, and the pattern it came by. */
export interface Piece extends BoxGrant {
  /** What is said of it in every answer: one object for everybody, who may be many. */
  readonly match: Match
  /** Equal for pieces of equal restriction and exceptions. */
  readonly limit: string
  /** Of a v5 twin: its legacy action, by its place in the permission's twins. No Deny of the twin's own name binds it. */
  readonly original: number | null
}

/** A pattern of a Deny and its boxes that touch the permission. */
export interface DenyPattern {
  readonly text: string
  readonly boxes: readonly Box[]
}

/** A statement seen through one permission. */
export interface Relevant {
  readonly ref: StatementRef
  readonly statement: Statement
  readonly kind: 'allow' | 'deny' | 'deny-all-but' | 'conditional-deny'
  readonly pieces: readonly Piece[]
  /** Of an Allow from which no Deny takes anything: its patterns, narrower ones left out. */
  readonly matches: readonly Match[]
  /** Of a Deny: of its Action, or, for `NotAction`, what it spares. */
  readonly patterns: readonly DenyPattern[]
  /** Of a Deny: the legacy actions it covers, by their place in the permission's twins, each with the pattern. */
  readonly covered: ReadonlyMap<number, string>
  /** Of an Allow: whether who is asked about decides if it reaches them, by its condition or by `reader`. */
  readonly depends: boolean
  /** Of an Allow that limits only those with a value for its variables: whom this reading is for. */
  readonly reader: Reader | null
}

/** Principals with a value for all of these keys, or those who lack one. */
export interface Reader {
  readonly keys: readonly string[]
  readonly known: boolean
}

/** The statements of a policy that touch a permission, seen through it. @throws BoundReached */
export function preparePolicy(
  policy: string,
  statements: readonly Statement[],
  permission: PreparedPermission,
  question: GrantQuestion,
): readonly Relevant[] {
  let reading = 0
  for (const statement of statements) reading += STEPS_OF_A_STATEMENT + stepsToRead(statement)
  // A document that only to read goes beyond the bound is put aside at once.
  if (reading > question.steps.left) question.fail()
  question.take(statements.length * STEPS_OF_A_STATEMENT)
  return statements.flatMap((statement) => {
    const ref = { policy, statement: statement.number }
    return statement.effect === 'Allow'
      ? prepareAllow(ref, statement, permission, question)
      : prepareDeny(ref, statement, permission, question)
  })
}

/** What a statement costs whatever it says: a document of a hundred thousand is beyond any bound. */
const STEPS_OF_A_STATEMENT = 10

function stepsToRead(statement: Statement): number {
  const meaning = meaningOf(statement)
  let sum = 0
  for (const pattern of statement.action ?? statement.notAction ?? []) sum += readingSteps(pattern, meaning)
  return sum
}

/** In which sense the patterns of a statement are read: doubt about them goes to reporting. */
export function meaningOf({ effect, action }: Pick<Statement, 'effect' | 'action'>): 'grants' | 'takes-away' {
  return (effect === 'Allow') === (action !== undefined) ? 'grants' : 'takes-away'
}

/** An Allow through the eyes of a permission, in two readings where a variable decides whether it limits. @throws BoundReached */
function prepareAllow(
  ref: StatementRef,
  statement: Statement,
  permission: PreparedPermission,
  question: GrantQuestion,
): readonly Relevant[] {
  const { resource, notResource } = statement
  // Resource patterns are held against one another, to be written in one form.
  const length = (resource ?? notResource ?? []).reduce((sum, one) => sum + one.length, 0)
  question.take(Math.floor((length * length) / 4096))
  return readersOf(resource ?? [], question).flatMap(({ reader, variables }): Relevant[] => {
    const pieces = allowPieces(ref, statement, { permission, variables }, question)
    if (pieces.length === 0) return []
    const own = pieces.map((piece) => piece.match)
    const matches = withoutNarrower(own, question)
    const depends = reader !== null || namesIdentity(statement.condition)
    const nothing = { patterns: [], covered: new Map<number, string>() }
    return [{ ref, statement, kind: 'allow', pieces, matches, ...nothing, depends, reader }]
  })
}

const everybody = [{ reader: null, variables: 'known' }] as const

/** Nearly always one reading for everybody: no value of a variable makes a pattern include every URN. */
function readersOf(
  resources: readonly string[],
  { restrictions }: GrantQuestion,
): readonly { readonly reader: Reader | null; readonly variables: Variables }[] {
  const keys = keysOfPrincipals(resources)
  if (keys.length === 0) return everybody
  const [known, unknown] = [
    restrictions.freeServices(resources, 'known'),
    restrictions.freeServices(resources, 'unknown'),
  ]
  if (known.join() === unknown.join()) return everybody
  return [
    { reader: { keys, known: true }, variables: 'known' },
    { reader: { keys, known: false }, variables: 'unknown' },
  ]
}

/** A Deny through the eyes of a permission; none when it does not touch it. @throws BoundReached */
function prepareDeny(
  ref: StatementRef,
  statement: Statement,
  permission: PreparedPermission,
  question: GrantQuestion,
): readonly Relevant[] {
  const spares = statement.notAction !== undefined
  const read = (statement.action ?? statement.notAction ?? []).map((text) => ({
    text,
    boxes: question.read(text, meaningOf(statement)),
  }))
  const patterns = read.map(({ text, boxes }) => ({
    text,
    boxes: boxes.filter((box) => {
      const near = actionsNear(permission, box)
      question.take(near.length)
      return near.some((one) => question.meet(one, box))
    }),
  }))
  const covered = coveredOriginals(read, spares, permission, question)
  if (covered.size === 0 && !denyTouches(patterns, spares, permission, question)) return []
  const kind = isUnconditional(statement) ? (spares ? 'deny-all-but' : 'deny') : 'conditional-deny'
  const nothing = { pieces: [], matches: [], depends: false, reader: null }
  return [{ ref, statement, kind, ...nothing, patterns, covered }]
}

function denyTouches(
  patterns: readonly DenyPattern[],
  spares: boolean,
  permission: PreparedPermission,
  question: GrantQuestion,
): boolean {
  const all = patterns.flatMap((pattern) => pattern.boxes)
  const outside = [boxSet(permission.except)]
  if (spares) return permission.actions.some((box) => reachesBeyond(box, [...outside, boxSet(all)], question))
  return all.some((one) =>
    actionsNear(permission, one).some((box) =>
      question.intersect(box, one).some((both) => reachesBeyond(both, outside, question)),
    ),
  )
}

function coveredOriginals(
  patterns: readonly DenyPattern[],
  spares: boolean,
  { twins, twinServices }: PreparedPermission,
  question: GrantQuestion,
): ReadonlyMap<number, string> {
  const covered = new Map<number, string>()
  question.take(twins.length * patterns.length)
  if (!spares && !patterns.some(({ boxes }) => speakOf(twinServices, boxes))) return covered
  for (const [at, { original }] of twins.entries()) {
    const found = patterns.find(({ boxes }) => boxes.some((box) => boxMatchesSegments(box, original)))
    if (spares && found === undefined) covered.set(at, 'NotAction')
    if (!spares && found !== undefined) covered.set(at, found.text)
  }
  return covered
}

function speakOf(services: ReadonlySet<string>, boxes: readonly Box[]): boolean {
  return boxes.some(({ service }) => service === null || services.has(service))
}

/** How an Allow is read. */
interface Reading {
  readonly permission: PreparedPermission
  readonly variables: Variables
}

function allowPieces(
  ref: StatementRef,
  statement: Statement,
  { permission, variables }: Reading,
  question: GrantQuestion,
): readonly Piece[] {
  const taken = takenOut(statement, question)
  const except = taken.length === 0 ? permission.except : [...permission.except, ...taken]
  const outside = [boxSet(except)]
  const pieces: Piece[] = []
  // Nearly no statement of an account touches what is audited, and what limits it does not matter.
  let limits: Restriction | null = null
  const add = (
    pattern: string,
    within: Pick<BoxGrant, 'actions' | 'restriction'>,
    original: number | null,
  ): void => {
    const { actions, restriction } = within
    const text = statement.action === undefined ? 'NotAction' : pattern
    // No letter separates patterns: an action may contain any that can be typed.
    const outer = original === null ? taken.map((box) => box.text) : []
    pieces.push({
      match: { ...ref, pattern: text, restricted: !isUnrestricted(restriction) },
      ...{ actions, except: original === null ? except : permission.except, restriction },
      ...{ limit: JSON.stringify([restriction, ...outer]), original },
    })
  }
  for (const pattern of statement.action ?? ['*:*:*']) {
    const read = question.read(pattern, 'grants')
    const within: Box[] = []
    for (const box of read) {
      const near = actionsNear(permission, box)
      question.take(2 * near.length)
      for (const one of near) within.push(...question.intersect(box, one))
    }
    if (within.length > 0) {
      limits ??= limitsOf(statement)
      for (const part of byRestriction([...new Set(within)], limits, question, variables)) {
        const actions = part.actions.filter((box) => reachesBeyond(box, outside, question))
        if (actions.length > 0) add(pattern, { actions, restriction: part.restriction }, null)
      }
    }
    if (statement.twins !== true) continue
    const { twins, twinServices } = permission
    question.take(twins.length * (read.length + taken.length))
    if (!speakOf(twinServices, read)) continue
    for (let at = 0; at < twins.length; at++) {
      const { original, originalBox, twin } = twins[at] as PreparedTwins
      if (!isGranted(original, read, taken)) continue
      limits ??= limitsOf(statement)
      for (const { restriction } of byRestriction([originalBox], limits, question, variables))
        add(pattern, { actions: [twin], restriction }, at)
    }
  }
  return pieces
}

function isGranted(action: readonly string[], granted: readonly Box[], taken: readonly Box[]): boolean {
  return (
    granted.some((box) => boxMatchesSegments(box, action)) &&
    !taken.some((box) => boxMatchesSegments(box, action))
  )
}

/** What an Allow spares by its NotAction, and what the reader of a legacy document took out of it. @throws BoundReached */
function takenOut({ notAction = [], except = [] }: Statement, question: GrantQuestion): readonly Box[] {
  return [...notAction, ...except].flatMap((pattern) => question.read(pattern, 'takes-away'))
}

function limitsOf({ resource, notResource, condition, scopes }: Statement): Restriction {
  return {
    ...(resource === undefined ? {} : { resources: resource }),
    ...(notResource === undefined ? {} : { not_resources: notResource }),
    ...(condition === undefined ? {} : { condition }),
    ...(scopes === undefined ? {} : { scopes }),
  }
}

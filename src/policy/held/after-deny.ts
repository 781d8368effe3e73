/** What the Deny statements of a source leave of what its Allow statements grant, and which of them took something. */
import { compareText } from '../../text/compare-text.ts'
import type { BoxGrant } from '../grants/box-grants.ts'
import type { Box } from '../sets/box.ts'
import { distinctSorted } from '../sets/box-lists.ts'
import { boxSet } from '../sets/box-set.ts'
import { NumberSet } from '../sets/number-set.ts'
import type { Question } from '../sets/question.ts'
import { reachesBeyond } from '../sets/witness.ts'
import type { HeldBySource, Match, StatementRef } from '../types.ts'
import type { AuditedPermission, NumberedStatement } from './audited-permission.ts'
import { boxesOf, DenyTrace, isUnconditionalDeny, takenAway, touchingPattern } from './deny-trace.ts'
import { withoutNarrower } from './matches.ts'
import type { Limit, Part } from './numbered-grants.ts'
import type { Relevant } from './prepare.ts'

/** What one source grants, after its own Deny. */
export interface AfterDeny {
  /** Boxes that some unconditional Deny names; they are excepted from `parts`. */
  readonly denied: readonly Box[]
  readonly parts: readonly Part[]
  /** v5 twins of legacy actions that are left: no Deny touches them. */
  readonly twins: readonly Part[]
  readonly shown: HeldBySource
}

/** What the unconditional Deny statements leave. @throws BoundReached */
export function afterDeny(
  ordered: readonly NumberedStatement[],
  audited: AuditedPermission,
  question: Question,
): AfterDeny {
  const denied = distinctSorted(ordered.flatMap((one) => (one.kind === 'deny' ? boxesOf(one) : [])))
  const gone = new Set<number>()
  for (const one of ordered)
    if (isUnconditionalDeny(one)) for (const original of one.covered.keys()) gone.add(original)
  const sparing = ordered.some((one) => one.kind === 'deny-all-but')
  const left = sparing
    ? leftWithin(ordered, denied, gone, question)
    : leftBeside(ordered, denied, gone, audited, question)
  const conditional = ordered.filter((one) => one.kind === 'conditional-deny')
  const conditionalDenies = conditional.length === 0 ? [] : touching(conditional, left, denied, question)
  const { parts, twins, matches, deniedBy } = left
  return { denied, parts, twins, shown: { matches, deniedBy, conditionalDenies } }
}

/** Those of the conditional Deny statements that touch what is left. @throws BoundReached */
function touching(
  denies: readonly Relevant[],
  { parts, twins, originals }: Left,
  denied: readonly Box[],
  question: Question,
): readonly StatementRef[] {
  const grants = [...grantsOf(parts, denied), ...grantsOf(twins, [])]
  return denies
    .filter(
      (one) =>
        originals.some((original) => one.covered.has(original)) ||
        touchingPattern(one, grants, question) !== null,
    )
    .map((one) => one.ref)
}

/** Parts as grants, less what is denied. */
export function grantsOf(parts: readonly Part[], denied: readonly Box[]): BoxGrant[] {
  return parts.map(({ actions, limit: { except, restriction } }) => ({
    ...{ actions, except: denied.length === 0 ? except : [...except, ...denied], restriction },
  }))
}

interface Left {
  readonly parts: readonly Part[]
  readonly twins: readonly Part[]
  /** Legacy actions whose twins are left. */
  readonly originals: readonly number[]
  readonly matches: readonly Match[]
  readonly deniedBy: readonly Match[]
}

/** What is left where every Deny names what it takes. @throws BoundReached */
function leftBeside(
  ordered: readonly NumberedStatement[],
  denied: readonly Box[],
  gone: ReadonlySet<number>,
  { grants }: AuditedPermission,
  question: Question,
): Left {
  const allowed = new NumberSet(grants.size)
  for (const { grants: own } of ordered)
    for (let at = 0; at < own.length; at++) allowed.add(own[at] as number)
  const trace = new DenyTrace(ordered)
  const kept: number[] = []
  const twins: number[] = []
  const lost = new NumberSet(grants.size)
  const numbers = allowed.list()
  for (let at = 0; at < numbers.length; at++) {
    const number = numbers[at] as number
    const { box, limit, original } = grants.at(number)
    if (original !== null) {
      if (!gone.has(original)) twins.push(number)
      else lost.add(number)
      continue
    }
    const taken = trace.take(box, limit.except, question)
    // What was granted has actions beyond its exceptions; where no Deny touches it, it still has.
    const isLeft =
      taken === 'nothing' ||
      (taken === 'part' && reachesBeyond(box, [boxSet(limit.except), boxSet(denied)], question))
    if (isLeft) kept.push(number)
    else lost.add(number)
  }
  const matches: Match[] = []
  for (const one of ordered) {
    const shown = shownOf(one, lost, question)
    for (let at = 0; at < shown.length; at++) matches.push(shown[at] as Match)
  }
  return {
    parts: grants.parts(kept),
    twins: grants.parts(twins),
    originals: twins.map((number) => grants.at(number).original as number),
    matches,
    deniedBy: trace.deniedBy(ordered),
  }
}

/** The patterns shown of an Allow of which some grants are lost. @throws BoundReached */
function shownOf(one: NumberedStatement, lost: NumberSet, question: Question): readonly Match[] {
  if (!one.grants.some((number) => lost.has(number))) return one.matches
  const own = one.pieces.flatMap(({ match }, at) =>
    one.ofPieces[at]?.every((number) => lost.has(number)) ? [] : [match],
  )
  return own.length === one.pieces.length ? one.matches : withoutNarrower(own, question)
}

/** What is left where a Deny takes all but what it spares. @throws BoundReached */
function leftWithin(
  ordered: readonly Relevant[],
  denied: readonly Box[],
  gone: ReadonlySet<number>,
  question: Question,
): Left {
  // By text, not as the statements stand: of boxes that differ in letter case alone, always the same one is written.
  const spared = ordered
    .flatMap((one) => (one.kind === 'deny-all-but' ? [distinctSorted(boxesOf(one))] : []))
    .sort((one, other) => compareText(textOf(one), textOf(other)))
  const [parts, twins] = [new PartsByLimit(), new PartsByLimit()]
  const originals: number[] = []
  const matches: Match[] = []
  for (const one of ordered) {
    const own: Match[] = []
    for (const piece of one.pieces) {
      if (piece.original !== null) {
        if (gone.has(piece.original)) continue
        twins.add(piece.limit, piece, piece.actions)
        originals.push(piece.original)
        own.push(piece.match)
        continue
      }
      const outside = [boxSet(piece.except), boxSet(denied)]
      const within = spared.reduce<readonly Box[]>(
        (left, sparing) => [
          ...new Set(left.flatMap((box) => sparing.flatMap((two) => question.intersect(box, two)))),
        ],
        piece.actions,
      )
      const left = within.filter((box) => reachesBeyond(box, outside, question))
      if (left.length === 0) continue
      parts.add(piece.limit, piece, left)
      own.push(piece.match)
    }
    matches.push(...(own.length === one.pieces.length ? one.matches : withoutNarrower(own, question)))
  }
  return {
    parts: parts.list(),
    twins: twins.list(),
    originals,
    matches,
    deniedBy: takenAway(ordered, question),
  }
}

/** Parts put together piece by piece. */
class PartsByLimit {
  readonly #parts = new Map<string, { readonly limit: Limit; readonly actions: Set<Box> }>()

  add(name: string, { except, restriction }: BoxGrant, actions: readonly Box[]): void {
    const part = this.#parts.get(name) ?? {
      limit: { except, restriction, plain: false, spelledTwice: new Set() },
      actions: new Set<Box>(),
    }
    this.#parts.set(name, part)
    for (const box of actions) part.actions.add(box)
  }

  list(): Part[] {
    return [...this.#parts.values()].map(({ limit, actions }) => ({ limit, actions: [...actions] }))
  }
}

function textOf(boxes: readonly Box[]): string {
  return boxes.map((box) => box.text).join(' ')
}

/** Comparison by meaning: what is in these grants and not in those, exactly, with a shortest example. */
import { type BoxGrant, readActionSet, readGrants, withActions, writeGrant } from './box-grants.ts'
import { canonical } from './canonical.ts'
import { type Box, type Boxes, boxMatches, rememberedBoxes } from './pattern.ts'
import { canonicalIncludes } from './restriction.ts'
import { decide, STEP_BOUND, Steps } from './steps.ts'
import type { ActionSet, Difference, Grant, Undetermined } from './types.ts'
import { type BoxSet, boxSet, reachesBeyond, shortestBeyond } from './witness.ts'

/** Grants that were approved, and the definition they were approved within (none: everywhere). */
export interface Approved {
  readonly grants: readonly Grant[]
  readonly within?: ActionSet | undefined
}

export interface CompareOptions {
  readonly stepBound?: number | undefined
}

/** What of `minuend` no approval covers. A restricted grant is covered by a restriction that includes its own. */
export function subtractGrants(
  minuend: readonly Grant[],
  approved: readonly Approved[],
  options: CompareOptions = {},
): Difference | Undetermined {
  return decide(() => {
    const boxes = rememberedBoxes()
    const steps = new Steps(options.stepBound ?? STEP_BOUND)
    const allowances = approved.flatMap((one) => readAllowances(one, boxes, steps))
    const left = readGrants(minuend, boxes, steps)
      .flatMap(splitByResource)
      .flatMap((grant) => remainder(grant, allowances, boxes, steps))
    const grants = canonical(left, boxes, steps)
    return { grants: grants.map(writeGrant), example: shortestOf(grants, boxes, steps) }
  })
}

/** Whether the first set has an action string that the second has not, and a shortest such. */
export function actionSetDifference(
  one: ActionSet,
  other: ActionSet,
  options: CompareOptions = {},
): { readonly empty: boolean; readonly example: string | null } | Undetermined {
  return decide(() => {
    const boxes = rememberedBoxes()
    const steps = new Steps(options.stepBound ?? STEP_BOUND)
    const [left, right] = [readActionSet(one, boxes), readActionSet(other, boxes)]
    const sets = [boxSet(left.except), boxSet(right.actions, right.except)]
    const beyond = left.actions.filter((box) => reachesBeyond(box, sets, boxes, steps))
    const example = shortest(beyond.map((box) => shortestBeyond(box, sets, boxes, steps)))
    return { empty: beyond.length === 0, example: example && spelledAs(example, left.actions) }
  })
}

/** Few, exact, sorted grants of the same meaning; reading the result back gives the same set. */
export function canonicalGrants(
  grants: readonly Grant[],
  options: CompareOptions = {},
): readonly Grant[] | Undetermined {
  return decide(() => {
    const boxes = rememberedBoxes()
    const steps = new Steps(options.stepBound ?? STEP_BOUND)
    return canonical(readGrants(grants, boxes, steps), boxes, steps).map(writeGrant)
  })
}

/** The union of lists of grants, in canonical form. */
export function unionGrants(
  lists: readonly (readonly Grant[])[],
  options: CompareOptions = {},
): readonly Grant[] | Undetermined {
  return canonicalGrants(lists.flat(), options)
}

/** The part of the grants that lies within the action set, restrictions kept, in canonical form. */
export function intersectGrants(
  grants: readonly Grant[],
  within: ActionSet,
  options: CompareOptions = {},
): readonly Grant[] | Undetermined {
  return decide(() => {
    const boxes = rememberedBoxes()
    const steps = new Steps(options.stepBound ?? STEP_BOUND)
    const bound = readActionSet(within, boxes)
    const parts = readGrants(grants, boxes, steps).map((grant) => ({
      actions: grant.actions.flatMap((box) =>
        bound.actions.flatMap((one) => boxes.intersect(box, one, steps)),
      ),
      except: [...grant.except, ...bound.except],
      restriction: grant.restriction,
    }))
    return canonical(parts, boxes, steps).map(writeGrant)
  })
}

/** Whether some action string is both in the grants, under whatever restriction, and in the action set. */
export function grantsMeet(
  grants: readonly Grant[],
  set: ActionSet,
  options: CompareOptions = {},
): boolean | Undetermined {
  return decide(() => {
    const boxes = rememberedBoxes()
    const steps = new Steps(options.stepBound ?? STEP_BOUND)
    const other = readActionSet(set, boxes)
    return grants.some((grant) => {
      const { actions, except } = readActionSet(grant, boxes)
      const outside = [boxSet([...except, ...other.except])]
      return actions.some((one) =>
        other.actions.some((two) =>
          boxes.intersect(one, two, steps).some((both) => reachesBeyond(both, outside, boxes, steps)),
        ),
      )
    })
  })
}

/** A shortest action string of the grants; null when they have none. */
export function exampleOf(
  grants: readonly Grant[],
  options: CompareOptions = {},
): string | null | Undetermined {
  return decide(() => {
    const boxes = rememberedBoxes()
    const steps = new Steps(options.stepBound ?? STEP_BOUND)
    return shortestOf(readGrants(grants, boxes, steps), boxes, steps)
  })
}

/** Whether some grant covers the action string, under whatever restriction. */
export function grantsInclude(grants: readonly Grant[], action: string): boolean {
  return grants.some((grant) => actionSetIncludes(grant, action))
}

/** Whether the action string is in the set. */
export function actionSetIncludes(set: ActionSet, action: string): boolean {
  const { actions, except } = readActionSet(set, rememberedBoxes())
  return actions.some((box) => boxMatches(box, action)) && !except.some((box) => boxMatches(box, action))
}

interface Allowance {
  readonly grant: BoxGrant
  readonly set: BoxSet
}

function readAllowances({ grants, within }: Approved, boxes: Boxes, steps: Steps): Allowance[] {
  const bound = within === undefined ? null : readActionSet(within, boxes)
  return readGrants(grants, boxes, steps).map((grant) => ({
    grant,
    set: {
      allOf: bound === null ? [grant.actions] : [grant.actions, bound.actions],
      noneOf: bound === null ? grant.except : [...grant.except, ...bound.except],
    },
  }))
}

/** Each resource may be covered by another approval, so each is asked for by itself. */
function splitByResource(grant: BoxGrant): BoxGrant[] {
  const { resources } = grant.restriction
  if (resources === undefined || resources.length < 2) return [grant]
  return resources.map((resource) => ({
    actions: grant.actions,
    except: grant.except,
    restriction: { ...grant.restriction, resources: [resource] },
  }))
}

/** The grant minus everything that is allowed under a restriction that includes its own, as grants. */
function remainder(
  grant: BoxGrant,
  allowances: readonly Allowance[],
  boxes: Boxes,
  steps: Steps,
): BoxGrant[] {
  const sets = allowances
    .filter((allowance) => canonicalIncludes(allowance.grant.restriction, grant.restriction))
    .map((allowance) => allowance.set)
  const open = grant.actions.filter((box) =>
    reachesBeyond(box, [...sets, boxSet(grant.except)], boxes, steps),
  )
  return open.flatMap((box) => subtractAll(withActions(grant, [box]), sets, boxes, steps))
}

/**
 * box − set, one set after the other: the strings that miss one of its lists, and those that meet its exceptions.
 * Parts that come out empty are dropped at once, so that what is written stays small.
 */
function subtractAll(grant: BoxGrant, sets: readonly BoxSet[], boxes: Boxes, steps: Steps): BoxGrant[] {
  let parts: BoxGrant[] = [grant]
  for (const set of sets) {
    parts = parts.flatMap((part) => {
      if (!touches(part, set, boxes, steps)) return [part]
      const missed = set.allOf.map((list) => ({
        actions: part.actions,
        except: [...part.except, ...list],
        restriction: part.restriction,
      }))
      const excepted = set.noneOf.map((one) =>
        withActions(part, [...new Set(part.actions.flatMap((box) => boxes.intersect(box, one, steps)))]),
      )
      return [...missed, ...excepted].flatMap((left) => alive(left, boxes, steps))
    })
    if (parts.length > 1000) steps.fail()
  }
  return parts
}

function touches(part: BoxGrant, set: BoxSet, boxes: Boxes, steps: Steps): boolean {
  return set.allOf.every((list) =>
    list.some((one) => part.actions.some((box) => boxes.meet(one, box, steps))),
  )
}

function alive(grant: BoxGrant, boxes: Boxes, steps: Steps): BoxGrant[] {
  const actions = grant.actions.filter((box) => reachesBeyond(box, [boxSet(grant.except)], boxes, steps))
  return actions.length === 0 ? [] : [withActions(grant, actions)]
}

function shortestOf(grants: readonly BoxGrant[], boxes: Boxes, steps: Steps): string | null {
  const candidates = grants
    .flatMap((grant) =>
      grant.actions.map((box) => ({ box, except: [boxSet(grant.except)], least: leastLength(box) })),
    )
    .sort((one, other) => one.least - other.least)
  let found: string | null = null
  for (const { box, except, least } of candidates) {
    // Longer boxes cannot hold anything shorter; equally long ones may, and the first in order is shown.
    if (found !== null && least > found.length) break
    found = shortest([found, shortestBeyond(box, except, boxes, steps)])
  }
  const written = grants.flatMap((grant) => grant.actions)
  return found && spelledAs(found, written)
}

/** No action string of the box is shorter. */
function leastLength(box: Box): number {
  const [service, type, operation] = box.segments.map((glob) => glob.replaceAll('*', '').length) as [
    number,
    number,
    number,
  ]
  return Math.max(service, 1) + type + Math.max(operation, 1) + 2
}

function shortest(texts: readonly (string | null)[]): string | null {
  return (
    texts
      .filter((text) => text !== null)
      .sort((one, other) => one.length - other.length || (one < other ? -1 : 1))[0] ?? null
  )
}

/** A literal is shown as somebody wrote it; everything else in lower case. */
function spelledAs(example: string, boxes: readonly Box[]): string {
  return boxes.find((box) => box.text.toLowerCase() === example)?.text ?? example
}

/** Grants as boxes: what the evaluator and the comparison compute with before anything is written as text. */
import { textsOf } from './box-lists.ts'
import type { Box, Boxes } from './pattern.ts'
import { canonicalRestriction, restrictionOf } from './restriction.ts'
import type { Steps } from './steps.ts'
import type { ActionSet, Grant, Restriction } from './types.ts'
import { servicesWithoutLimit } from './urn.ts'

/** actions minus except, under one restriction. */
export interface BoxGrant {
  readonly actions: readonly Box[]
  readonly except: readonly Box[]
  readonly restriction: Restriction
}

/** Other actions under the same limits. */
export function withActions({ except, restriction }: BoxGrant, actions: readonly Box[]): BoxGrant {
  return { actions, except, restriction }
}

/** Reads the grants of a baseline or a config, whose patterns have one meaning each. @throws BoundReached */
export function readGrants(grants: readonly Grant[], boxes: Boxes, steps: Steps): BoxGrant[] {
  return grants.flatMap((grant) => {
    const { actions, except } = readActionSet(grant, boxes)
    return byRestriction(actions, restrictionOf(grant), boxes, steps).map((part) => ({
      actions: part.actions,
      except,
      restriction: part.restriction,
    }))
  })
}

/** The boxes of an action set. */
export function readActionSet(
  set: ActionSet,
  boxes: Boxes,
): { actions: readonly Box[]; except: readonly Box[] } {
  const read = (patterns: readonly string[]): readonly Box[] =>
    patterns.flatMap((pattern) => boxes.read(pattern, 'grants'))
  return { actions: read(set.actions), except: read(set.except ?? []) }
}

/**
 * Splits boxes by what limits them: a resource pattern that includes every URN of a service limits nothing for the
 * actions of that service. @throws BoundReached
 */
export function byRestriction(
  actions: readonly Box[],
  restriction: Restriction,
  boxes: Boxes,
  steps: Steps,
): { actions: readonly Box[]; restriction: Restriction }[] {
  const { resources } = restriction
  if (resources === undefined || servicesWithoutLimit(resources).length === 0)
    return [{ actions, restriction: canonicalRestriction(restriction) }]
  const { resources: _, ...unlimited } = restriction
  const services = servicesWithoutLimit(resources).map((service) => boxes.of(`${service}:*:*`))
  const free = actions.flatMap((box) => services.flatMap((service) => boxes.intersect(box, service, steps)))
  const limited = actions.filter((box) => !services.some((service) => boxes.includes(service, box, steps)))
  return [
    ...(free.length === 0
      ? []
      : [{ actions: [...new Set(free)], restriction: canonicalRestriction(unlimited) }]),
    ...(limited.length === 0 ? [] : [{ actions: limited, restriction: canonicalRestriction(restriction) }]),
  ]
}

/** As the baseline and the report write it. */
export function writeGrant({ actions, except, restriction }: BoxGrant): Grant {
  const grant: Writable<Grant> = { actions: textsOf(actions) }
  if (except.length > 0) grant.except = textsOf(except)
  if (restriction.resources !== undefined) grant.resources = restriction.resources
  if (restriction.not_resources !== undefined) grant.not_resources = restriction.not_resources
  if (restriction.condition !== undefined) grant.condition = restriction.condition
  return grant
}

export function writeGrants(grants: readonly BoxGrant[]): Grant[] {
  const written: Grant[] = []
  for (const grant of grants) written.push(writeGrant(grant))
  return written
}

type Writable<T> = { -readonly [key in keyof T]: T[key] }

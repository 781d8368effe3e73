/** Grants as boxes: what the evaluator and the comparison compute with before anything is written as text. */

import type { Box } from '../sets/box.ts'
import { textsOf } from '../sets/box-lists.ts'
import type { Question } from '../sets/question.ts'
import type { ActionSet, Grant, Restriction } from '../types.ts'
import type { GrantQuestion } from './grant-question.ts'
import { restrictionOf, type Variables } from './restriction.ts'

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
export function readGrants(grants: readonly Grant[], question: GrantQuestion): BoxGrant[] {
  return grants.flatMap((grant) => {
    const { actions, except } = readActionSet(grant, question)
    return byRestriction(actions, restrictionOf(grant), question).map((part) => ({
      actions: part.actions,
      except,
      restriction: part.restriction,
    }))
  })
}

/** The boxes of an action set. */
export function readActionSet(
  set: ActionSet,
  question: Question,
): { actions: readonly Box[]; except: readonly Box[] } {
  return { actions: question.readAll(set.actions), except: question.readAll(set.except ?? []) }
}

/**
 * Splits boxes by what limits them: a resource pattern that includes every URN of a service limits nothing for the
 * actions of that service.
 *
 * @param variables what variables of resource patterns are taken for (see `Restrictions`)
 * @throws BoundReached
 */
export function byRestriction(
  actions: readonly Box[],
  restriction: Restriction,
  question: GrantQuestion,
  variables?: Variables,
): { actions: readonly Box[]; restriction: Restriction }[] {
  const { restrictions } = question
  const { resources, ...unlimited } = restriction
  const freeServices = resources === undefined ? [] : restrictions.freeServices(resources, variables)
  if (freeServices.length === 0) return [{ actions, restriction: restrictions.canonical(restriction) }]
  const services = freeServices.map((service) => question.of(`${service}:*:*`))
  const free = actions.flatMap((box) => services.flatMap((service) => question.intersect(box, service)))
  const limited = actions.filter((box) => !services.some((service) => question.includes(service, box)))
  return [
    ...(free.length === 0
      ? []
      : [{ actions: [...new Set(free)], restriction: restrictions.canonical(unlimited) }]),
    ...(limited.length === 0 ? [] : [{ actions: limited, restriction: restrictions.canonical(restriction) }]),
  ]
}

/** As the baseline and the report write it. */
export function writeGrant({ actions, except, restriction }: BoxGrant): Grant {
  const grant: Writable<Grant> = { actions: textsOf(actions) }
  if (except.length > 0) grant.except = textsOf(except)
  if (restriction.resources !== undefined) grant.resources = restriction.resources
  if (restriction.not_resources !== undefined) grant.not_resources = restriction.not_resources
  if (restriction.condition !== undefined) grant.condition = restriction.condition
  if (restriction.scopes !== undefined) grant.scopes = restriction.scopes
  return grant
}

export function writeGrants(grants: readonly BoxGrant[]): Grant[] {
  const written: Grant[] = []
  for (const grant of grants) written.push(writeGrant(grant))
  return written
}

type Writable<T> = { -readonly [key in keyof T]: T[key] }

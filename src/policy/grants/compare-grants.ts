/** Comparison by meaning: what is in these grants and not in those, exactly, with a shortest example. */
import { accountValues, type Values, valuesFor } from '../language/variables.ts'
import { globIncludes } from '../sets/automaton.ts'
import type { Box } from '../sets/box.ts'
import { type BoxSet, boxSet } from '../sets/box-set.ts'
import { Boxes, boxMatches } from '../sets/pattern.ts'
import { Question } from '../sets/question.ts'
import { bounded, Steps } from '../sets/steps.ts'
import { reachesBeyond } from '../sets/witness.ts'
import type { ActionSet, Difference, Grant, Identity, Undetermined } from '../types.ts'
import { type BoxGrant, readActionSet, readGrants, withActions, writeGrant } from './box-grants.ts'
import { canonical } from './canonical.ts'
import { exampleIn, shortExample } from './example.ts'
import { GrantMemory, GrantQuestion } from './grant-question.ts'
import { canonicalIncludes, type Inclusion, isUnrestricted } from './restriction.ts'
import { twinsWithin } from './twins.ts'

/** Grants that were approved, and the definition they were approved within (none: everywhere). */
export interface Approved {
  readonly grants: readonly Grant[]
  readonly within?: ActionSet | undefined
}

export interface CompareOptions {
  readonly stepBound?: number | undefined
  /** Whose URNs a resource pattern has to include to limit nothing; the value of `g:DomainId`. */
  readonly account?: string | null | undefined
  /** Whose grants they are: values of policy variables, where texts differ. */
  readonly identity?: Identity | undefined
  /** What earlier questions about grants of the account remember; it must be of the same account. */
  readonly memory?: GrantMemory | undefined
}

/** A question about grants with these options. */
export function questionOf({ memory, account, stepBound }: CompareOptions): GrantQuestion {
  return new GrantQuestion(memory ?? new GrantMemory(account ?? null), stepBound)
}

/** What of `minuend` no approval covers. A restricted grant is covered by a restriction that includes its own. */
export function subtractGrants(
  minuend: readonly Grant[],
  approved: readonly Approved[],
  options: CompareOptions = {},
): Difference | Undetermined {
  return bounded(() => {
    const question = questionOf(options)
    const allowances = approved.flatMap((one) => readAllowances(one, question))
    const grants = difference(minuend, allowances, options, question)
    return { grants: grants.map(writeGrant), example: exampleIn(grants, question) }
  })
}

/** What of grants no allowance covers, in canonical form. @throws BoundReached */
export function difference(
  minuend: readonly Grant[],
  allowances: readonly Allowance[],
  options: CompareOptions,
  question: GrantQuestion,
): BoxGrant[] {
  const left = readGrants(minuend, question)
    .flatMap(splitByResource)
    .flatMap((grant) => remainder(grant, allowances, inclusionOf(options), question))
  return canonical(left, question)
}

/** Whether the first set has an action string that the second has not, and a shortest such. */
export function actionSetDifference(
  one: ActionSet,
  other: ActionSet,
  options: CompareOptions = {},
): { readonly empty: boolean; readonly example: string | null } | Undetermined {
  return bounded(() => {
    const question = questionOf(options)
    const [left, right] = [readActionSet(one, question), readActionSet(other, question)]
    const sets = [boxSet(left.except), boxSet(right.actions, right.except)]
    const beyond = left.actions.filter((box) => reachesBeyond(box, sets, question))
    const example = shortExample(
      beyond.map((box) => ({ box, sets })),
      left.actions,
      question,
    )
    return { empty: beyond.length === 0, example }
  })
}

/** Few, exact, sorted grants of the same meaning; reading the result back gives the same set. */
export function canonicalGrants(
  grants: readonly Grant[],
  options: CompareOptions = {},
): readonly Grant[] | Undetermined {
  return bounded(() => {
    const question = questionOf(options)
    return canonical(readGrants(grants, question), question).map(writeGrant)
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
  return bounded(() => {
    const question = questionOf(options)
    const bound = readActionSet(within, question)
    const parts = readGrants(grants, question).map((grant) => ({
      actions: grant.actions.flatMap((box) => bound.actions.flatMap((one) => question.intersect(box, one))),
      except: [...grant.except, ...bound.except],
      restriction: grant.restriction,
    }))
    return canonical(parts, question).map(writeGrant)
  })
}

/** Whether some action string is both in the grants, under whatever restriction, and in the action set. */
export function grantsMeet(
  grants: readonly Grant[],
  set: ActionSet,
  options: CompareOptions = {},
): boolean | Undetermined {
  return bounded(() => {
    const question = questionOf(options)
    const other = readActionSet(set, question)
    return grants.some((grant) => {
      const { actions, except } = readActionSet(grant, question)
      const excepted = [...except, ...other.except]
      const outside = [boxSet(excepted)]
      return actions.some((one) =>
        other.actions.some(
          (two) =>
            question.meet(one, two) &&
            (excepted.length === 0 ||
              question.intersect(one, two).some((both) => reachesBeyond(both, outside, question))),
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
  return bounded(() => {
    const question = questionOf(options)
    return exampleIn(readGrants(grants, question), question)
  })
}

/** Whether some grant covers the action string, under whatever restriction. */
export function grantsInclude(grants: readonly Grant[], action: string): boolean {
  return grants.some((grant) => actionSetIncludes(grant, action))
}

/** Whether the action string is in the set. */
export function actionSetIncludes(set: ActionSet, action: string): boolean {
  const { actions, except } = readActionSet(set, new Question(new Boxes()))
  return actions.some((box) => boxMatches(box, action)) && !except.some((box) => boxMatches(box, action))
}

/** A grant that covers others, and the actions of it. */
export interface Allowance {
  readonly grant: BoxGrant
  readonly set: BoxSet
}

function readAllowances({ grants, within }: Approved, question: GrantQuestion): Allowance[] {
  const bound = within === undefined ? null : readActionSet(within, question)
  return readGrants(grants, question).flatMap((grant) => {
    const set: BoxSet = {
      allOf: bound === null ? [grant.actions] : [grant.actions, bound.actions],
      noneOf: bound === null ? grant.except : [...grant.except, ...bound.except],
    }
    // An unrestricted approval of a legacy action approves its v5 names, which are the same power.
    const twins = isUnrestricted(grant.restriction) ? twinsWithin(set, bound, question) : []
    return twins.length === 0
      ? [{ grant, set }]
      : [
          { grant, set },
          { grant, set: boxSet(twins) },
        ]
  })
}

/** A pair of resource patterns made to hurt counts as not included, which at worst reports what was approved. */
function inclusionOf({ identity, account }: CompareOptions): Inclusion {
  const values: Values =
    identity === undefined ? accountValues(account ?? null) : valuesFor(identity, account ?? null)
  const includes = (outer: string, inner: string): boolean =>
    bounded(() => globIncludes(outer, inner, new Steps(RESOURCE_STEPS))) === true
  return { values, includes }
}

/** Far more than a pair of real resource patterns takes. */
const RESOURCE_STEPS = 100_000

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
  inclusion: Inclusion,
  question: Question,
): BoxGrant[] {
  const sets = allowances
    .filter((allowance) => canonicalIncludes(allowance.grant.restriction, grant.restriction, inclusion))
    .map((allowance) => allowance.set)
  const open = grant.actions.filter((box) => reachesBeyond(box, [...sets, boxSet(grant.except)], question))
  return open.flatMap((box) => subtractAll(withActions(grant, [box]), sets, question))
}

/**
 * box − set, one set after the other: the strings that miss one of its lists, and those that meet its exceptions.
 * Parts that come out empty are dropped at once, so that what is written stays small.
 */
function subtractAll(grant: BoxGrant, sets: readonly BoxSet[], question: Question): BoxGrant[] {
  let parts: BoxGrant[] = [grant]
  for (const set of sets) {
    parts = parts.flatMap((part) => {
      if (!touches(part, set, question)) return [part]
      const missed = set.allOf.map((list) => ({
        actions: part.actions,
        except: [...part.except, ...touching(list, part, question)],
        restriction: part.restriction,
      }))
      const excepted = touching(set.noneOf, part, question).map((one) =>
        withActions(part, [...new Set(part.actions.flatMap((box) => question.intersect(box, one)))]),
      )
      return [...missed, ...excepted].flatMap((left) => alive(left, question))
    })
    if (parts.length > 1000) question.fail()
  }
  return parts
}

function touches(part: BoxGrant, set: BoxSet, question: Question): boolean {
  return set.allOf.every((list) => list.some((one) => part.actions.some((box) => question.meet(one, box))))
}

/** Those of a list that have something in common with a part. */
function touching(list: readonly Box[], { actions }: BoxGrant, question: Question): readonly Box[] {
  question.take(list.length * actions.length)
  return list.filter((one) => actions.some((box) => question.meet(one, box)))
}

function alive(grant: BoxGrant, question: Question): BoxGrant[] {
  const actions = grant.actions.filter((box) => reachesBeyond(box, [boxSet(grant.except)], question))
  return actions.length === 0 ? [] : [withActions(grant, actions)]
}

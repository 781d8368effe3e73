/** An audited permission as boxes. */
import { legacyTwins } from '../language/legacy-actions.ts'
import type { Box } from '../sets/box.ts'
import { type Boxes, boxMatchesSegments } from '../sets/pattern.ts'
import { Question } from '../sets/question.ts'
import type { Permission } from '../types.ts'

export interface PreparedPermission {
  readonly permission: Permission
  readonly actions: readonly Box[]
  readonly except: readonly Box[]
  /** Its actions that may touch a box of a service; those that leave the service open may touch any. */
  readonly byService: ReadonlyMap<string, readonly Box[]>
  readonly ofAnyService: readonly Box[]
  /** Legacy actions, of the permission or not, that have a v5 twin in it. */
  readonly twins: readonly PreparedTwins[]
  /** Of what services those legacy actions are. */
  readonly twinServices: ReadonlySet<string>
}

export interface PreparedTwins {
  /** The legacy action, in lower case and in segments. */
  readonly original: readonly string[]
  readonly originalBox: Box
  readonly twin: Box
}

/** Reads an audited permission; `withTwins` where some document is of the legacy model. */
export function preparePermission(
  permission: Permission,
  boxes: Boxes,
  withTwins: boolean,
): PreparedPermission {
  // Config was checked: its patterns have one meaning each and are no question that somebody else asks.
  const question = new Question(boxes, Number.POSITIVE_INFINITY)
  const actions = question.readAll(permission.actions)
  const except = question.readAll(permission.except)
  const byService = new Map<string, readonly Box[]>()
  for (const { service } of actions)
    if (service !== null)
      byService.set(
        service,
        actions.filter((box) => box.service === null || box.service === service),
      )
  const ofAnyService = actions.filter((box) => box.service === null)
  const isAudited = ({ segments }: Box): boolean =>
    actions.some((box) => boxMatchesSegments(box, segments)) &&
    !except.some((box) => boxMatchesSegments(box, segments))
  const twins = (withTwins ? legacyTwins : [])
    .map(({ original, twin }) => ({
      ...{ original: original.toLowerCase().split(':'), originalBox: boxes.of(original) },
      twin: boxes.of(twin),
    }))
    .filter(({ twin }) => isAudited(twin))
  const twinServices = new Set(twins.flatMap(({ original }) => original.slice(0, 1)))
  return { permission, actions, except, byService, ofAnyService, twins, twinServices }
}

/** Actions of the permission that the box may touch: none, for nearly all patterns of an account. */
export function actionsNear(
  { actions, byService, ofAnyService }: PreparedPermission,
  box: Box,
): readonly Box[] {
  return box.service === null ? actions : (byService.get(box.service) ?? ofAnyService)
}

/** Policies seen through one audited permission: what each statement contributes, worked out once for all users. */

import { type BoxGrant, byRestriction } from './box-grants.ts'
import { namesIdentity } from './condition.ts'
import { withoutNarrower } from './matches.ts'
import type { Box, Boxes } from './pattern.ts'
import { isUnrestricted, restrictionKey } from './restriction.ts'
import { isUnconditional } from './statement.ts'
import type { Steps } from './steps.ts'
import type { Match, Permission, Restriction, Statement, StatementRef } from './types.ts'
import { boxSet, reachesBeyond } from './witness.ts'

/** An audited permission as boxes. */
export interface PreparedPermission {
  readonly permission: Permission
  readonly actions: readonly Box[]
  readonly except: readonly Box[]
  /** Its actions that may touch a box of a service; those that leave the service open may touch any. */
  readonly byService: ReadonlyMap<string, readonly Box[]>
  readonly ofAnyService: readonly Box[]
}

/** A part of an Allow, within the permission and under one restriction, and the pattern it came by. */
export interface Piece extends BoxGrant {
  /** What is said of it in every answer: one object for all users, who may be many. */
  readonly match: Match
  /** Equal for pieces of equal restriction and exceptions. */
  readonly limit: string
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
  /** Whether the answer for an Allow may differ from user to user. */
  readonly namesIdentity: boolean
}

/** Reads an audited permission. */
export function preparePermission(permission: Permission, boxes: Boxes): PreparedPermission {
  const read = (patterns: readonly string[]): readonly Box[] =>
    patterns.flatMap((pattern) => boxes.read(pattern, 'grants'))
  const actions = read(permission.actions)
  const byService = new Map<string, readonly Box[]>()
  for (const { service } of actions)
    if (service !== null)
      byService.set(
        service,
        actions.filter((box) => box.service === null || box.service === service),
      )
  const ofAnyService = actions.filter((box) => box.service === null)
  return { permission, actions, except: read(permission.except), byService, ofAnyService }
}

/** Actions of the permission that the box may touch: none, for nearly all patterns of an account. */
function actionsNear({ actions, byService, ofAnyService }: PreparedPermission, box: Box): readonly Box[] {
  return box.service === null ? actions : (byService.get(box.service) ?? ofAnyService)
}

/** The statements of a policy that touch a permission, seen through it. @throws BoundReached */
export function preparePolicy(
  policy: string,
  statements: readonly Statement[],
  permission: PreparedPermission,
  boxes: Boxes,
  steps: Steps,
): readonly Relevant[] {
  return statements.flatMap((statement) => {
    const ref = { policy, statement: statement.number }
    return prepareStatement(ref, statement, permission, boxes, steps) ?? []
  })
}

/** A statement through the eyes of a permission; null when it does not touch it. @throws BoundReached */
function prepareStatement(
  ref: StatementRef,
  statement: Statement,
  permission: PreparedPermission,
  boxes: Boxes,
  steps: Steps,
): Relevant | null {
  if (statement.effect === 'Allow') {
    const pieces = allowPieces(ref, statement, permission, boxes, steps)
    const named = namesIdentity(statement.condition)
    return pieces.length === 0
      ? null
      : {
          ref,
          statement,
          kind: 'allow',
          pieces,
          matches: withoutNarrower(
            pieces.map((piece) => piece.match),
            boxes,
            steps,
          ),
          patterns: [],
          namesIdentity: named,
        }
  }
  const spares = statement.notAction !== undefined
  // Deny takes away by Action and spares by NotAction: doubt about a pattern goes the other way each time.
  const patterns = (statement.action ?? statement.notAction ?? []).map((text) => ({
    text,
    boxes: boxes
      .read(text, spares ? 'grants' : 'takes-away')
      .filter((box) => actionsNear(permission, box).some((one) => boxes.meet(one, box, steps))),
  }))
  const all = patterns.flatMap((pattern) => pattern.boxes)
  const touches = spares
    ? permission.actions.some((box) =>
        reachesBeyond(box, [boxSet(permission.except), boxSet(all)], boxes, steps),
      )
    : all.some((one) =>
        actionsNear(permission, one).some((box) =>
          boxes
            .intersect(box, one, steps)
            .some((both) => reachesBeyond(both, [boxSet(permission.except)], boxes, steps)),
        ),
      )
  if (!touches) return null
  const kind = isUnconditional(statement) ? (spares ? 'deny-all-but' : 'deny') : 'conditional-deny'
  return { ref, statement, kind, pieces: [], matches: [], patterns, namesIdentity: false }
}

function allowPieces(
  ref: StatementRef,
  statement: Statement,
  permission: PreparedPermission,
  boxes: Boxes,
  steps: Steps,
): readonly Piece[] {
  const spared = (statement.notAction ?? []).flatMap((pattern) => boxes.read(pattern, 'takes-away'))
  const except = spared.length === 0 ? permission.except : [...permission.except, ...spared]
  const pieces: Piece[] = []
  // Resource patterns are held against one another, to be written in one form.
  const resources = (statement.resource ?? statement.notResource ?? []).length
  steps.take(Math.floor((resources * resources) / 64))
  for (const pattern of statement.action ?? ['*:*:*']) {
    const read = boxes.read(pattern, 'grants')
    const within = read.flatMap((box) =>
      actionsNear(permission, box).flatMap((one) => boxes.intersect(box, one, steps)),
    )
    if (within.length === 0) continue
    const outside = [boxSet(except)]
    for (const part of byRestriction([...new Set(within)], limitsOf(statement), boxes, steps)) {
      const reaching = part.actions.filter((box) => reachesBeyond(box, outside, boxes, steps))
      if (reaching.length === 0) continue
      pieces.push({
        match: {
          ...ref,
          pattern: statement.action === undefined ? 'NotAction' : pattern,
          restricted: !isUnrestricted(part.restriction),
        },
        actions: reaching,
        except,
        restriction: part.restriction,
        // No letter separates patterns: an action may contain any that can be typed.
        limit: JSON.stringify([restrictionKey(part.restriction), ...spared.map((box) => box.text)]),
      })
    }
  }
  return pieces
}

function limitsOf({ resource, notResource, condition }: Statement): Restriction {
  return {
    ...(resource === undefined ? {} : { resources: resource }),
    ...(notResource === undefined ? {} : { not_resources: notResource }),
    ...(condition === undefined ? {} : { condition }),
  }
}

/**
 * What one user holds of one audited permission: the actions that some Allow covers and no unconditional Deny does,
 * over all statements of all policies that reach the user. Deny comes first, wherever it stands.
 */
import { type BoxGrant, canonical, writeGrant } from './box-grants.ts'
import { namesIdentity, provablyFalse } from './condition.ts'
import { type Box, Boxes } from './pattern.ts'
import { canonicalRestriction, isUnrestricted, servicesWithoutLimit } from './restriction.ts'
import { isUnconditional } from './statement.ts'
import { decide, STEP_BOUND, Steps } from './steps.ts'
import type {
  Held,
  Identity,
  Match,
  ParsedDocument,
  Permission,
  Restriction,
  Statement,
  StatementRef,
  Undetermined,
} from './types.ts'
import { boxSet, reachesBeyond } from './witness.ts'

export interface Evaluator {
  /** What a policy means for the audited permissions, all of them together. */
  relevance(policy: string): 'grants' | 'denies' | 'none' | 'undetermined'
  /**
   * What a user with these policies (attached directly or by group, in any order, twice or once) holds of a
   * permission. A policy without a readable document counts as absent: whoever asks knows which ones those are.
   */
  held(policies: readonly string[], identity: Identity, permission: string): Held | Undetermined
}

export interface EvaluatorOptions {
  /** Documents of the default versions, by policy id. */
  readonly documents: ReadonlyMap<string, ParsedDocument>
  readonly permissions: readonly Permission[]
  readonly stepBound?: number
}

/** A part of an Allow under one restriction, and the pattern it came by. */
interface Piece {
  readonly pattern: string
  readonly boxes: readonly Box[]
  readonly except: readonly Box[]
  readonly restriction: Restriction
}

/** A statement seen through one permission. Numbered, so that sets of them have a name. */
interface Relevant {
  readonly id: number
  readonly ref: StatementRef
  readonly statement: Statement
  readonly kind: 'allow' | 'deny' | 'deny-all-but' | 'conditional-deny'
  readonly pieces: readonly Piece[]
  /** Deny: its boxes. Deny with NotAction: the boxes it spares. */
  readonly boxes: readonly Box[]
  readonly patterns: readonly { readonly text: string; readonly boxes: readonly Box[] }[]
  readonly namesIdentity: boolean
}

/** Everything of one policy that touches one permission; a string says why it could not be decided. */
type Prepared = readonly Relevant[] | string

/** Makes an evaluator for one snapshot and one audited list. It remembers answers; it changes nothing it was given. */
export function createEvaluator(options: EvaluatorOptions): Evaluator {
  return new RememberingEvaluator(options)
}

class RememberingEvaluator implements Evaluator {
  readonly #documents: ReadonlyMap<string, ParsedDocument>
  readonly #permissions: ReadonlyMap<string, PreparedPermission>
  readonly #boxes = new Boxes()
  readonly #bound: number
  readonly #prepared = new Map<string, Prepared>()
  readonly #answers = new Map<string, Held | Undetermined>()
  #statements = 0

  constructor(options: EvaluatorOptions) {
    this.#documents = options.documents
    this.#bound = options.stepBound ?? STEP_BOUND
    this.#permissions = new Map(
      options.permissions.map((permission) => [permission.name, preparePermission(permission, this.#boxes)]),
    )
  }

  relevance(policy: string): 'grants' | 'denies' | 'none' | 'undetermined' {
    if (this.#documents.get(policy)?.ok !== true) return 'undetermined'
    let denies = false
    for (const permission of this.#permissions.values()) {
      const prepared = this.#prepare(policy, permission)
      if (typeof prepared === 'string') return 'undetermined'
      if (prepared.some((one) => one.kind === 'allow')) return 'grants'
      if (prepared.length > 0) denies = true
    }
    return denies ? 'denies' : 'none'
  }

  held(policies: readonly string[], identity: Identity, name: string): Held | Undetermined {
    const permission = this.#permissions.get(name)
    if (permission === undefined) throw new Error(`No audited permission is called ${name}.`)
    const relevant: Relevant[] = []
    for (const policy of new Set(policies)) {
      if (this.#documents.get(policy)?.ok !== true) continue
      const prepared = this.#prepare(policy, permission)
      if (typeof prepared === 'string') return { undetermined: prepared }
      for (const one of prepared)
        if (!one.namesIdentity || !provablyFalse(one.statement.condition, identity)) relevant.push(one)
    }
    if (!relevant.some((one) => one.kind === 'allow')) return nothing
    const ids = relevant.map((one) => one.id).sort((a, b) => a - b)
    const key = `${name} ${ids.join(' ')}`
    const known = this.#answers.get(key)
    if (known !== undefined) return known
    const ordered = relevant.sort((a, b) => compareRefs(a.ref, b.ref))
    const answer = decide(() => evaluate(ordered, permission, this.#boxes, this.#bound))
    this.#answers.set(key, answer)
    return answer
  }

  #prepare(policy: string, permission: PreparedPermission): Prepared {
    const key = `${permission.name} ${policy}`
    const known = this.#prepared.get(key)
    if (known !== undefined) return known
    const document = this.#documents.get(policy)
    const prepared = decide(() =>
      document?.ok === true
        ? document.statements.flatMap((statement) =>
            prepareStatement(
              policy,
              statement,
              permission,
              this.#boxes,
              new Steps(this.#bound),
              () => this.#statements++,
            ),
          )
        : [],
    )
    const result = 'undetermined' in prepared ? prepared.undetermined : prepared
    this.#prepared.set(key, result)
    return result
  }
}

const nothing: Held = {
  extent: 'none',
  restricted: false,
  grants: [],
  matches: [],
  deniedBy: [],
  conditionalDenies: [],
}

interface PreparedPermission {
  readonly name: string
  readonly permission: Permission
  readonly actions: readonly Box[]
  readonly except: readonly Box[]
}

function preparePermission(permission: Permission, boxes: Boxes): PreparedPermission {
  return {
    name: permission.name,
    permission,
    actions: permission.actions.flatMap((pattern) => boxes.read(pattern, 'grants')),
    except: permission.except.flatMap((pattern) => boxes.read(pattern, 'grants')),
  }
}

/** A statement through the eyes of a permission; none when it does not touch it. @throws BoundReached */
function prepareStatement(
  policy: string,
  statement: Statement,
  permission: PreparedPermission,
  boxes: Boxes,
  steps: Steps,
  nextId: () => number,
): Relevant[] {
  const ref = { policy, statement: statement.number }
  const common = {
    ref,
    statement,
    namesIdentity: statement.effect === 'Allow' && namesIdentity(statement.condition),
  }
  if (statement.effect === 'Allow') {
    const pieces = allowPieces(statement, permission, boxes, steps)
    if (pieces.length === 0) return []
    return [{ ...common, id: nextId(), kind: 'allow', pieces, boxes: [], patterns: [] }]
  }
  const spares = statement.notAction !== undefined
  // Deny takes away by Action and grants (spares) by NotAction: doubt about a pattern goes the other way each time.
  const patterns = (statement.action ?? statement.notAction ?? []).map((text) => ({
    text,
    boxes: boxes
      .read(text, spares ? 'grants' : 'takes-away')
      .filter((box) => permission.actions.some((one) => boxes.meet(one, box))),
  }))
  const all = patterns.flatMap((pattern) => pattern.boxes)
  if (!spares && all.length === 0) return []
  if (spares && permission.actions.every((one) => all.some((box) => boxes.includes(box, one)))) return []
  const kind = isUnconditional(statement) ? (spares ? 'deny-all-but' : 'deny') : 'conditional-deny'
  return [{ ...common, id: nextId(), kind, pieces: [], boxes: all, patterns }]
}

function allowPieces(
  statement: Statement,
  permission: PreparedPermission,
  boxes: Boxes,
  steps: Steps,
): readonly Piece[] {
  const spared = (statement.notAction ?? []).flatMap((pattern) => boxes.read(pattern, 'takes-away'))
  const except = [...permission.except, ...spared]
  const patterns = statement.action ?? ['*:*:*']
  const pieces: Piece[] = []
  for (const pattern of patterns) {
    const within = boxes
      .read(pattern, 'grants')
      .flatMap((box) => permission.actions.flatMap((one) => boxes.intersect(box, one, steps)))
    const reaching = [...new Set(within)].filter((box) => reachesBeyond(box, [boxSet(except)], boxes, steps))
    if (reaching.length === 0) continue
    const name = statement.action === undefined ? 'NotAction' : pattern
    for (const part of byRestriction(statement, reaching, boxes, steps))
      pieces.push({ pattern: name, except, ...part })
  }
  return pieces
}

/**
 * Splits what a statement allows by what limits it: a resource pattern that includes every URN of a service limits
 * nothing for the actions of that service. An empty list of resources is not documented to limit anything, and doubt
 * goes to reporting.
 */
function byRestriction(
  statement: Statement,
  allowed: readonly Box[],
  boxes: Boxes,
  steps: Steps,
): { boxes: readonly Box[]; restriction: Restriction }[] {
  const { resource, notResource, condition } = statement
  const limit = condition === undefined ? {} : { condition }
  if (notResource !== undefined)
    return [{ boxes: allowed, restriction: canonicalRestriction({ ...limit, not_resources: notResource }) }]
  const unlimited = canonicalRestriction(limit)
  if (resource === undefined || resource.length === 0) return [{ boxes: allowed, restriction: unlimited }]
  const services = servicesWithoutLimit(resource).map((service) => boxes.of(`${service}:*:*`))
  const free = allowed.flatMap((box) => services.flatMap((service) => boxes.intersect(box, service, steps)))
  const limited = allowed.filter((box) => !services.some((service) => boxes.includes(service, box)))
  return [
    ...(free.length === 0 ? [] : [{ boxes: [...new Set(free)], restriction: unlimited }]),
    ...(limited.length === 0
      ? []
      : [{ boxes: limited, restriction: canonicalRestriction({ ...limit, resources: resource }) }]),
  ]
}

/** @throws BoundReached */
function evaluate(
  relevant: readonly Relevant[],
  permission: PreparedPermission,
  boxes: Boxes,
  bound: number,
): Held | Undetermined {
  const steps = new Steps(bound)
  const allows = relevant.filter((one) => one.kind === 'allow')
  const denied = relevant.filter((one) => one.kind === 'deny').flatMap((one) => one.boxes)
  const spared = relevant.filter((one) => one.kind === 'deny-all-but')
  const withoutSpared = (list: readonly Box[]): readonly Box[] =>
    spared.reduce<readonly Box[]>(
      (left, deny) => [
        ...new Set(left.flatMap((box) => deny.boxes.flatMap((one) => boxes.intersect(box, one, steps)))),
      ],
      list,
    )
  const parts: BoxGrant[] = []
  const matches: Match[] = []
  for (const allow of allows) {
    for (const piece of allow.pieces) {
      const except = [...piece.except, ...denied]
      const left = withoutSpared(piece.boxes).filter((box) =>
        reachesBeyond(box, [boxSet(except)], boxes, steps),
      )
      if (left.length === 0) continue
      parts.push({ actions: left, except, restriction: piece.restriction })
      const restricted = !isUnrestricted(piece.restriction)
      const same = matches.find((match) => match.pattern === piece.pattern && isAt(match, allow.ref))
      if (same === undefined) matches.push({ ...allow.ref, pattern: piece.pattern, restricted })
      else if (same.restricted && !restricted) matches[matches.indexOf(same)] = { ...same, restricted }
    }
  }
  const counting = permission.permission.holds === 'all' ? parts.map(withoutCondition) : parts
  const grants = canonical(counting, boxes, steps)
  if (grants.length === 0) return nothing
  const free = grants.filter((grant) => isUnrestricted(grant.restriction))
  const fully = (list: readonly BoxGrant[]): boolean =>
    permission.actions.every(
      (box) =>
        !reachesBeyond(
          box,
          [boxSet(permission.except), ...list.map((grant) => boxSet(grant.actions, grant.except))],
          boxes,
          steps,
        ),
    )
  // `holds: all` is all of it and unrestricted, or a part.
  const all = permission.permission.holds === 'all' ? fully(free) : fully(grants)
  const written = permission.permission.holds === 'all' && !all ? canonical(parts, boxes, steps) : grants
  return {
    extent: all ? 'all' : 'part',
    restricted: free.length === 0,
    grants: written.map(writeGrant),
    matches: withoutNarrower(matches, boxes),
    deniedBy: takenAway(relevant, allows, boxes),
    conditionalDenies: relevant
      .filter((one) => one.kind === 'conditional-deny' && touches(one, allows, boxes))
      .map((one) => one.ref),
  }
}

/** For `holds: all` a condition alone does not restrict. */
function withoutCondition(grant: BoxGrant): BoxGrant {
  const { condition: _, ...rest } = grant.restriction
  return { ...grant, restriction: rest }
}

/** Of the patterns of one statement, those that no other of it includes. */
function withoutNarrower(matches: readonly Match[], boxes: Boxes): readonly Match[] {
  return matches.filter(
    (match) =>
      !matches.some((other) => {
        if (other === match || !isAt(other, match) || (other.restricted && !match.restricted)) return false
        const [wide, narrow] = [boxes.read(other.pattern, 'grants'), boxes.read(match.pattern, 'grants')]
        return narrow.every((one) => wide.some((two) => two !== one && boxes.includes(two, one)))
      }),
  )
}

/** Deny statements that take something away which an Allow of this user covers. */
function takenAway(
  relevant: readonly Relevant[],
  allows: readonly Relevant[],
  boxes: Boxes,
): readonly Match[] {
  return relevant.flatMap((one): Match[] => {
    if (one.kind === 'deny-all-but') return [{ ...one.ref, pattern: 'NotAction', restricted: false }]
    if (one.kind !== 'deny' || !touches(one, allows, boxes)) return []
    const pattern = one.patterns.find((candidate) => candidate.boxes.length > 0)?.text ?? ''
    return [{ ...one.ref, pattern, restricted: false }]
  })
}

function touches(deny: Relevant, allows: readonly Relevant[], boxes: Boxes): boolean {
  if (deny.statement.notAction !== undefined) return true
  return allows.some((allow) =>
    allow.pieces.some((piece) => piece.boxes.some((box) => deny.boxes.some((one) => boxes.meet(one, box)))),
  )
}

function isAt(one: StatementRef, other: StatementRef): boolean {
  return one.policy === other.policy && one.statement === other.statement
}

function compareRefs(one: StatementRef, other: StatementRef): number {
  if (one.policy !== other.policy) return one.policy < other.policy ? -1 : 1
  return one.statement - other.statement
}

/** What root and the members of the built-in group hold: all of it, whatever any Deny says. */
export function holdsEverything(permission: Permission): Held {
  return {
    ...nothing,
    extent: 'all',
    grants: [
      {
        actions: permission.actions,
        ...(permission.except.length === 0 ? {} : { except: permission.except }),
      },
    ],
  }
}

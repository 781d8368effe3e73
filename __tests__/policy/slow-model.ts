/**
 * The policy language a second time, slow and obvious: every action string up to a length over a small alphabet,
 * matched with escaped regular expressions. It shares no code with the product.
 */
import type { Grant, Permission } from '../../src/policy/types.ts'

export interface ModelStatement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Action?: readonly string[]
  readonly NotAction?: readonly string[]
  readonly Resource?: readonly string[]
  readonly Condition?: Record<string, Record<string, string>>
}

const words = (longest: number): string[] =>
  longest === 0
    ? ['']
    : ['', ...['a', 'b'].flatMap((letter) => words(longest - 1).map((rest) => letter + rest))]
const upTo = (longest: number): string[] => [...new Set(words(longest))]

/** Every action string with a short service, type and operation over `a` and `b`. */
export const universe: readonly string[] = ['a', 'b', 'ab'].flatMap((service) =>
  ['', 'a', 'b', 'ba'].flatMap((type) =>
    upTo(3)
      .filter((operation) => operation !== '')
      .map((operation) => `${service}:${type}:${operation}`),
  ),
)

const letter = (one: string): string => one.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

/** Three segments: every wildcard stays in its own. Fewer: `crossing` says which wildcards may take a colon. */
function expression(pattern: string, meaning: 'grants' | 'takes-away'): RegExp {
  const whole = pattern.split(':').length === 3
  const source = [...pattern].map((one, at) => {
    const crosses = !whole && (meaning === 'grants' || at === pattern.length - 1)
    if (one === '*') return crosses ? '.*' : '[^:]*'
    if (one === '?') return crosses ? '.' : '[^:]'
    return letter(one)
  })
  return new RegExp(`^${source.join('')}$`, 'i')
}

const expressions = new Map<string, RegExp>()
const rows = new Map<string, Uint8Array>()

export function matches(
  pattern: string,
  action: string,
  meaning: 'grants' | 'takes-away' = 'grants',
): boolean {
  const key = `${meaning} ${pattern}`
  const known = expressions.get(key) ?? expression(pattern, meaning)
  expressions.set(key, known)
  return known.test(action)
}

/** Which actions of the universe a pattern matches. */
function row(pattern: string, meaning: 'grants' | 'takes-away'): Uint8Array {
  const key = `${meaning} ${pattern}`
  const known = rows.get(key)
  if (known !== undefined) return known
  const made = Uint8Array.from(universe, (action) => (matches(pattern, action, meaning) ? 1 : 0))
  rows.set(key, made)
  return made
}

function union(patterns: readonly string[], meaning: 'grants' | 'takes-away'): Uint8Array {
  const list = patterns.map((pattern) => row(pattern, meaning))
  return universe.reduce((result, _, at) => {
    result[at] = list.some((one) => one[at] === 1) ? 1 : 0
    return result
  }, new Uint8Array(universe.length))
}

function minus(one: Uint8Array, other: Uint8Array): Uint8Array {
  return one.map((bit, at) => (other[at] === 1 ? 0 : bit))
}

/** The universe within an action set. */
export function membersOf(set: { actions: readonly string[]; except?: readonly string[] }): Uint8Array {
  return minus(union(set.actions, 'grants'), union(set.except ?? [], 'grants'))
}

/** The universe within a union of grants, whatever limits them. */
export function membersOfAll(grants: readonly Grant[]): Uint8Array {
  return grants
    .map(membersOf)
    .reduce(
      (result, one) => result.map((bit, at) => bit | (one[at] as number)),
      new Uint8Array(universe.length),
    )
}

function covered(statement: ModelStatement): Uint8Array {
  const allow = statement.Effect === 'Allow'
  if (statement.Action !== undefined) return union(statement.Action, allow ? 'grants' : 'takes-away')
  const spared = union(statement.NotAction ?? [], allow ? 'takes-away' : 'grants')
  return spared.map((bit) => 1 - bit)
}

/** What somebody with these statements holds of a permission: default deny, and Deny before Allow. */
export function heldMembers(statements: readonly ModelStatement[], permission: Permission): Uint8Array {
  const allowed = new Uint8Array(universe.length)
  const denied = new Uint8Array(universe.length)
  for (const statement of statements) {
    const unconditional = statement.Condition === undefined && (statement.Resource?.includes('*') ?? true)
    if (statement.Effect === 'Deny' && !unconditional) continue
    const target = statement.Effect === 'Allow' ? allowed : denied
    covered(statement).forEach((bit, at) => {
      if (bit === 1) target[at] = 1
    })
  }
  const definition = membersOf(permission)
  return allowed.map((bit, at) => bit & (definition[at] as number) & (1 - (denied[at] as number)))
}

/** What several sources grant together: each by itself, and then the union. */
export function heldMembersOfAll(
  sources: readonly (readonly ModelStatement[])[],
  permission: Permission,
): Uint8Array {
  return sources
    .map((statements) => heldMembers(statements, permission))
    .reduce(
      (result, one) => result.map((bit, at) => bit | (one[at] as number)),
      new Uint8Array(universe.length),
    )
}

/** One action on which two answers differ; null when they agree. */
export function disagreement(one: Uint8Array, other: Uint8Array): string | null {
  const at = one.findIndex((bit, index) => bit !== other[index])
  return at < 0 ? null : (universe[at] as string)
}

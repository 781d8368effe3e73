/** Words for what is held: the same for the same thing in log, summary, issue and comment. Names come in by `name`. */
import type { ConditionalDeny } from '../access/model.ts'
import type { Holding } from '../audit/model.ts'
import type { Condition, Grant } from '../policy/types.ts'

/** How a name is shown where the sentence will stand: `code` in Markdown, `visible` in a log. */
export type Name = (text: string) => string

/** `a, b and 3 more`. */
export function listWords(items: readonly string[], limit: number): string {
  if (items.length === 0) return 'none'
  const shown = items.slice(0, limit)
  const more = items.length - shown.length
  if (more > 0) return `${shown.join(', ')} and ${more} more`
  return shown.length === 1 ? (shown[0] as string) : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}

/** `1 gap`, `2 gaps`. */
export function countWords(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`
}

/** `everything in`, `part, on some resources or conditions, of`. */
export function extentWords(row: { readonly extent: 'all' | 'part'; readonly restricted: boolean }): string {
  const limited = row.restricted ? ', on some resources or conditions,' : ''
  return row.extent === 'all' ? `everything${limited} in` : `part${limited} of`
}

/** What a holding is in a few words, for lists. */
export function holdingWords(holding: Holding, name: Name): string {
  return `${extentWords(holding)} ${name(holding.permission)}${holding.counts ? '' : ' (a part does not count)'}`
}

/** What actions are described of. */
export interface DescribedActions {
  readonly grants: readonly Grant[]
  /** Most dangerous first. */
  readonly actions: readonly string[]
  readonly example?: string | null
  /** `all`: of a permission, nothing is missing. */
  readonly extent?: 'all' | 'part' | 'none'
}

/** The known actions of a set, most dangerous first, with a count; the plain pattern when it says it all. */
export function actionsWords(
  { grants, actions, example = null, extent }: DescribedActions,
  name: Name,
  limit = 4,
): string {
  const patterns = [...new Set(grants.flatMap((grant) => grant.actions))]
  const known = listWords(
    actions.map((action) => name(action)),
    limit,
  )
  // What a whole permission excepts belongs to its definition.
  if (patterns.length === 1 && (extent === 'all' || grants.every((grant) => !grant.except?.length)))
    return name(patterns[0] as string) + (actions.length > 1 ? ` (${actions.length} known actions)` : '')
  if (actions.length === 0) return `${name(example ?? patterns[0] ?? '')} (no known action; example)`
  return `${known} (${actions.length} known ${actions.length === 1 ? 'action' : 'actions'})`
}

/** Actions that an approval gains or loses, beside its permission: in the word of the audit where they are all of it. */
export function approvedWords(
  difference: DescribedActions & { readonly whole: boolean },
  name: Name,
): string {
  const { whole, actions } = difference
  if (!whole) return actionsWords(difference, name)
  return `everything in it${actions.length === 0 ? '' : ` (${countWords(actions.length, 'known action')})`}`
}

/** What limits the grants; null when nothing does. */
export function restrictionWords(grants: readonly Grant[], name: Name): string | null {
  const parts = grants.flatMap((grant) => [
    ...(grant.scopes
      ? [
          `in ${listWords(
            grant.scopes.map((scope) => roleScopeWords(scope, name)),
            3,
          )}`,
        ]
      : []),
    ...(grant.resources ? [`on ${listWords(grant.resources.map(name), 3)}`] : []),
    ...(grant.not_resources ? [`not on ${listWords(grant.not_resources.map(name), 3)}`] : []),
    ...(grant.condition ? [`if ${conditionWords(grant.condition, name)}`] : []),
  ])
  return parts.length === 0 ? null : [...new Set(parts)].slice(0, 4).join('; ')
}

/** The tests of a condition, two of them. */
export function conditionWords(condition: Condition, name: Name): string {
  const tests = Object.entries(condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, value]) => {
      const values = typeof value === 'string' ? [value] : value
      const list = listWords(values.map(name), 2)
      // Within a list of tests, where a list of values ends must be seen.
      return `${name(key)} ${name(operator)} ${values.length > 1 ? `(${list})` : list}`
    }),
  )
  return listWords(tests, 2)
}

/** Deny statements that touch the grant and were not subtracted, each with what it depends on. */
export function denyWords(denies: readonly ConditionalDeny[], name: Name): string | null {
  if (denies.length === 0) return null
  const words = denies.map((deny) => {
    const source =
      deny.role_id === null
        ? `${name(deny.policy)} ${deny.version_id ?? ''}`.trimEnd()
        : `${name(deny.policy)} (legacy, ${roleScopeWords(deny.scope ?? '', name)})`
    return `${source}, statement ${deny.statement}${denyLimit(deny, name)}`
  })
  return `conditional Deny, not subtracted: ${listWords(words, 3)}`
}

function denyLimit({ resources, not_resources, condition }: ConditionalDeny, name: Name): string {
  const parts = [
    ...(resources?.length ? [`on ${listWords(resources.map(name), 2)}`] : []),
    ...(not_resources?.length ? [`not on ${listWords(not_resources.map(name), 2)}`] : []),
    ...(condition === null || Object.keys(condition).length === 0
      ? []
      : [`if ${conditionWords(condition, name)}`]),
  ]
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`
}

/** The day of a moment in ISO 8601. */
export function dayOf(time: string): string {
  return time.slice(0, 10)
}

/** Where a legacy grant holds. */
export function roleScopeWords(scope: string, name: Name): string {
  if (scope === 'domain') return 'global services'
  if (scope === 'all-projects') return 'all resources'
  const [kind = '', id = ''] = scope.split(/:(.*)/s)
  const what = kind === 'enterprise-project' ? 'enterprise project' : kind
  return id === '*' ? `any ${what}` : `${what} ${name(id)}`
}

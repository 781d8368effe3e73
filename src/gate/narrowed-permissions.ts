/** Audited permissions that a pull request removes, renames, narrows or makes less severe. */
import type { Baseline } from '../baseline/baseline.ts'
import type { Config } from '../config/config.ts'
import { actionSetDifference, namedActions, shippedCatalogue, subtractGrants } from '../policy/index.ts'
import type { ActionSet, Permission, Severity } from '../policy/types.ts'
import { quoteText } from '../text/quote.ts'
import type { GatePaths, ScopeChange, ScopeChangeKind } from './model.ts'

type Audited = Config['permissions'][number]

export interface NarrowedInput {
  readonly paths: GatePaths
  /** Null: there was none that could be read. */
  readonly baseConfig: Config | null
  readonly baseBaseline: Baseline | null
  readonly headConfig: Config
  readonly configLine: (path: readonly PropertyKey[]) => number
}

const rank: Readonly<Record<Severity, number>> = { critical: 0, high: 1, medium: 2, low: 3 }

/**
 * Compared with the config at the base by name. Where there was none to read, which is what moving the config looks
 * like, the definitions that the baseline at the base recorded stand in for it.
 */
export function narrowedPermissions(input: NarrowedInput): readonly ScopeChange[] {
  const { baseConfig, baseBaseline, headConfig } = input
  if (baseConfig !== null)
    return baseConfig.permissions.flatMap((old) => {
      const now = headConfig.permissions.find((one) => one.name === old.name)
      if (now === undefined) return [removed(old.name, definitionOf(old), input)]
      return [...narrowed(old, now, input), ...lessSevere(old, now, input)]
    })
  return Object.entries(baseBaseline?.audited_permissions ?? {}).flatMap(([name, definition]) => {
    const now = headConfig.permissions.find((one) => one.name === name)
    if (now === undefined) return [removed(name, definition, input)]
    // What `holds` was is not recorded, so the one that counts more is assumed.
    const old = {
      ...now,
      holds: 'any',
      actions: definition.actions,
      except: definition.except ?? [],
    } as const
    return narrowed(old, now, input)
  })
}

function removed(name: string, definition: ActionSet, input: NarrowedInput): ScopeChange {
  const successor = input.headConfig.permissions.find(
    (one) =>
      !input.baseConfig?.permissions.some((old) => old.name === one.name) &&
      isEmpty(definition, definitionOf(one)) &&
      isEmpty(definitionOf(one), definition),
  )
  if (successor)
    return change(
      'permission-renamed',
      successor.line,
      `The audited permission ${quoteText(name)} is renamed to ${quoteText(successor.name)}: entries for the old name approve nothing any more.`,
      input,
    )
  const lost = missing(definition, null)
  const line = input.configLine(['audited-permissions'])
  const message = `The audited permission ${quoteText(name)} is removed${amount(lost)}.`
  return { ...change('permission-removed', line, message, input), ...lost }
}

function narrowed(old: Permission, now: Audited, input: NarrowedInput): ScopeChange[] {
  const [before, after] = [definitionOf(old), definitionOf(now)]
  const add = (message: string, lost: Missing = nothing): ScopeChange => {
    const text = `The audited permission ${quoteText(now.name)} ${message}${amount(lost)}.`
    return { ...change('permission-narrowed', now.line, text, input), ...lost }
  }
  const changes: ScopeChange[] = []
  if (old.holds === 'any' && now.holds === 'all')
    changes.push(add('counts only who holds all of it, unrestricted (holds was any, now all)'))
  const kept = actionSetDifference(before, after)
  if ('undetermined' in kept)
    changes.push(add('was changed, and whether it is narrower could not be decided'))
  else if (!kept.empty) changes.push(add('is narrowed', missing(before, after)))
  // Whoever held all of the smaller set does not hold all of a larger one, and would not be counted any more.
  if (old.holds === 'all' && now.holds === 'all' && !isEmpty(after, before))
    changes.push(add('demands more before it counts anybody (holds: all, and its actions grew)'))
  return changes
}

function lessSevere(old: Permission, now: Audited, input: NarrowedInput): ScopeChange[] {
  if (rank[now.severity] <= rank[old.severity]) return []
  const message = `The severity of ${quoteText(now.name)} is lowered from ${old.severity} to ${now.severity}.`
  return [change('severity-lowered', now.line, message, input)]
}

function change(kind: ScopeChangeKind, line: number, message: string, input: NarrowedInput): ScopeChange {
  return { kind, file: input.paths.config, line, message, actions: [], example: null }
}

function definitionOf({ actions, except }: Pick<Permission, 'actions' | 'except'>): ActionSet {
  return { actions, except }
}

/** Whether the first set has nothing beyond the second; undecided counts as no. */
function isEmpty(one: ActionSet, other: ActionSet): boolean {
  const left = actionSetDifference(one, other)
  return !('undetermined' in left) && left.empty
}

interface Missing {
  readonly actions: readonly string[]
  readonly example: string | null
}

const nothing: Missing = { actions: [], example: null }

/** What of the first set the second has not, by known names and a shortest example. */
function missing(from: ActionSet, less: ActionSet | null): Missing {
  const left = subtractGrants([from], less === null ? [] : [{ grants: [less] }])
  if ('undetermined' in left) return nothing
  return { actions: namedActions(left.grants, shippedCatalogue()), example: left.example }
}

function amount({ actions, example }: Missing): string {
  if (actions.length > 0) {
    const shown = actions.slice(0, 3).join(', ')
    return `: ${actions.length} known action${actions.length === 1 ? '' : 's'}, such as ${shown}`
  }
  return example === null ? '' : `: such as ${quoteText(example)}`
}

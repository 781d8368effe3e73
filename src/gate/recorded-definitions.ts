/** Definitions recorded in the baseline that a pull request narrows below what the config audits. */
import type { Baseline } from '../baseline/baseline.ts'
import type { Config } from '../config/config.ts'
import { intersectGrants, namedActions, shippedCatalogue, subtractGrants } from '../policy/index.ts'
import type { ActionSet, Difference, Undetermined } from '../policy/types.ts'
import { quoteText } from '../text/quote.ts'
import { sameJson } from './entry-fields.ts'
import type { GatePaths, ScopeChange } from './model.ts'

export interface DefinitionsInput {
  readonly paths: GatePaths
  readonly baseBaseline: Baseline | null
  readonly headConfig: Config
  readonly headBaseline: Baseline | null
  readonly baselineLine: (path: readonly PropertyKey[]) => number
}

/**
 * The recorded definitions stand in for a config that was moved, so to narrow them first and the config afterwards
 * would be two steps of which neither is seen. What the config does not audit either may go from them.
 */
export function narrowedDefinitions(input: DefinitionsInput): readonly ScopeChange[] {
  const { paths, baseBaseline, headConfig, headBaseline, baselineLine } = input
  if (baseBaseline === null || headBaseline === null) return []
  return headConfig.permissions.flatMap(({ name, actions, except }): ScopeChange[] => {
    const [before, now] = [recorded(baseBaseline, name), recorded(headBaseline, name)]
    if (before === null || sameJson(before, now)) return []
    const lost = auditedAndDropped(before, { actions, except }, now)
    if (!('undetermined' in lost) && lost.grants.length === 0) return []
    const known = 'undetermined' in lost ? [] : namedActions(lost.grants, shippedCatalogue())
    const example = 'undetermined' in lost ? null : lost.example
    const shown = known.slice(0, 3).join(', ') || example
    const message =
      'undetermined' in lost
        ? `The recorded definition of ${quoteText(name)} is changed, and whether it is narrower than what is audited could not be decided.`
        : `The recorded definition of ${quoteText(name)} ${now === null ? 'is removed, and the config audits it' : 'is narrowed below what the config audits'}${shown === null ? '' : `, such as ${shown}`}.`
    return [
      {
        ...{ kind: 'definition-narrowed', file: paths.baseline, message, actions: known, example },
        line: baselineLine(['audited_permissions', name]),
      },
    ]
  })
}

function auditedAndDropped(
  before: ActionSet,
  audited: ActionSet,
  now: ActionSet | null,
): Difference | Undetermined {
  const left = subtractGrants([before], now === null ? [] : [{ grants: [now] }])
  if ('undetermined' in left) return left
  const dropped = intersectGrants(left.grants, audited)
  return 'undetermined' in dropped ? dropped : subtractGrants(dropped, [])
}

function recorded({ audited_permissions }: Baseline, name: string): ActionSet | null {
  return Object.hasOwn(audited_permissions, name) ? (audited_permissions[name] ?? null) : null
}

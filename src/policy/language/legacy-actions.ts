/**
 * The legacy catalogue: actions of roles and policies of the first model, and the v5 actions that are the same power
 * under another name. Always the shipped one.
 */
import shipped from './legacy-actions.json' with { type: 'json' }

export interface LegacyAction {
  readonly action: string
  readonly access: 'read' | 'write'
  readonly v5: readonly string[]
  /** Whether a grant in an enterprise project gives it; null: not told, which counts as yes. */
  readonly works_in_enterprise_project: boolean | null
}

/** Every known legacy action. */
export const legacyActions: readonly LegacyAction[] = shipped as LegacyAction[]

/** Those that work where a role is granted inside an enterprise project; no other action of IAM has an effect there. */
export const enterpriseProjectActions: readonly string[] = legacyActions
  .filter((one) => one.works_in_enterprise_project !== false)
  .map(({ action }) => action)

/** An action of the first model and one v5 name of the same power. */
export interface Twins {
  readonly original: string
  readonly twin: string
}

/** All pairs, in the order of the catalogue. */
export const legacyTwins: readonly Twins[] = legacyActions.flatMap(({ action, v5 }) =>
  v5.map((twin) => ({ original: action, twin })),
)

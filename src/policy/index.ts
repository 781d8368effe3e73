/** The policy core: the language of policies as exact set algebra. Everything outside asks it through here. */
export {
  type Approved,
  actionSetDifference,
  actionSetIncludes,
  type CompareOptions,
  canonicalGrants,
  exampleOf,
  grantsInclude,
  grantsMeet,
  intersectGrants,
  subtractGrants,
  unionGrants,
} from './grants/compare-grants.ts'
export { type GrantMemory, rememberGrants } from './grants/grant-question.ts'
export { ActionsBeside, HeldBeside } from './grants/held-beside.ts'
export {
  canonicalRestriction,
  isUnrestricted,
  restrictionIncludes,
  restrictionOf,
} from './grants/restriction.ts'
export { withTwins } from './grants/twins.ts'
export { type Renaming, renameReaches, userResourceMatches } from './grants/urn.ts'
export { namedActions } from './held/action-names.ts'
export {
  catalogueOf,
  expandAliases,
  mergeCatalogue,
  shippedCatalogue,
  shippedData,
} from './held/catalogue.ts'
export {
  type DecidedStatement,
  type Decision,
  DecisionMemory,
  type DecisionOptions,
  decide,
  namesWho,
} from './held/decide.ts'
export { holdsEverything } from './held/evaluate.ts'
export {
  createEvaluator,
  type Evaluator,
  type EvaluatorOptions,
  type GrantSource,
  type PolicyIds,
  type Relevance,
} from './held/evaluator.ts'
export { type ExplainedStatement, type Explanation, explainAction } from './held/explain.ts'
export { provablyFalse } from './language/condition.ts'
export { parseDocument } from './language/document.ts'
export { duplicateKey } from './language/duplicate-keys.ts'
export {
  type AccountFacts,
  accountFacts,
  agencyIdentity,
  federatedIdentity,
  userIdentity,
} from './language/identity.ts'
export { type LegacyAction, legacyActions, legacyTwins } from './language/legacy-actions.ts'
export { newestPresetNames, type Preset, presetNames, presetPermission, presets } from './language/presets.ts'
export { NumberSet } from './sets/number-set.ts'
export { GlancedPatterns, isActionString, patternProblem } from './sets/pattern.ts'

/** The policy core: the language of identity policies as exact set algebra. Everything outside asks it through here. */
export {
  expandAliases,
  mergeCatalogue,
  namedActions,
  shippedCatalogue,
  shippedData,
} from './catalogue.ts'
export {
  type Approved,
  actionSetDifference,
  actionSetIncludes,
  canonicalGrants,
  exampleOf,
  grantsInclude,
  grantsMeet,
  intersectGrants,
  subtractGrants,
  unionGrants,
} from './compare-grants.ts'
export { parseDocument } from './document.ts'
export { duplicateKey } from './duplicate-keys.ts'
export { holdsEverything } from './evaluate.ts'
export { createEvaluator, type Evaluator, type EvaluatorOptions, type PolicyIds } from './evaluator.ts'
export { type ExplainedStatement, type Explanation, explainAction } from './explain.ts'
export { isActionString, patternProblem } from './pattern.ts'
export { type Preset, presetNames, presetPermission, presets } from './presets.ts'
export {
  canonicalRestriction,
  isUnrestricted,
  restrictionIncludes,
  restrictionKey,
  restrictionOf,
} from './restriction.ts'
export { userResourceMatches } from './urn.ts'

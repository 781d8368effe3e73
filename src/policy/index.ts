/** The policy core: the language of identity policies as exact set algebra. Everything outside asks it through here. */
export {
  type Described,
  dangerousFirst,
  describeActions,
  expandAliases,
  mergeCatalogue,
  namedActions,
  shippedCatalogue,
  shippedData,
} from './catalogue.ts'
export {
  type Approved,
  actionSetDifference,
  canonicalGrants,
  grantsInclude,
  subtractGrants,
} from './compare-grants.ts'
export { parseDocument } from './document.ts'
export { duplicateKey } from './duplicate-keys.ts'
export { createEvaluator, type Evaluator, type EvaluatorOptions, holdsEverything } from './evaluate.ts'
export { type ExplainedStatement, type Explanation, explainAction } from './explain.ts'
export { isActionString, patternProblem } from './pattern.ts'
export { type Preset, presetNames, presetPermission, presets } from './presets.ts'
export {
  canonicalRestriction,
  isUnrestricted,
  restrictionIncludes,
  restrictionKey,
  restrictionOf,
  userResourceMatches,
} from './restriction.ts'

/** An action, or a pattern of actions, that somebody asks about: whether there is such a thing. */

import type { Snapshot } from '../account/snapshot.ts'
import { doubtAbout, knownNames } from '../config/known-names.ts'
import {
  isActionString,
  legacyActions,
  mergeCatalogue,
  patternProblem,
  shippedCatalogue,
} from '../policy/index.ts'
import type { Catalogue, Permission } from '../policy/types.ts'
import { UserError } from '../text/problem.ts'
import { quoteText } from '../text/quote.ts'
import type { CommandRun } from './command.ts'

/** A permission that is this action or pattern. @throws UserError when it is neither */
export function askedPermission(action: string): Permission {
  const problem = isActionString(action) ? null : patternProblem(action)
  if (problem !== null)
    throw new UserError(`${quoteText(action)} is no action and no pattern of actions: ${problem}.`)
  return { name: action, severity: 'high', holds: 'any', actions: [action], except: [] }
}

/** Whether the text names one action. */
export function isLiteral(action: string): boolean {
  return isActionString(action) && !/[*?]/.test(action)
}

/** What actions are called, as the snapshot read it and as this release knows it. */
export function catalogueOf({ catalogue }: Pick<Snapshot, 'catalogue'>): Catalogue {
  return catalogue === null ? shippedCatalogue() : mergeCatalogue(catalogue)
}

/**
 * A slip in a name would be answered with "nobody". Sentences worth saying of a pattern; none of a known name.
 *
 * @throws UserError for one action that does not exist, unless it is to be asked all the same
 */
export function doubtsAbout(
  action: string,
  snapshot: Pick<Snapshot, 'catalogue'>,
  { own }: CommandRun,
): string[] {
  const known = knownNames({
    catalogue: catalogueOf(snapshot),
    live: new Set((snapshot.catalogue ?? []).map((row) => row.action.split(':')[0] ?? '')),
    others: legacyActions.map((one) => one.action),
  })
  const doubt = doubtAbout(action, known)
  if (doubt === null) return []
  const meant = doubt.suggestion === null ? 'Check its name' : `Did you mean ${quoteText(doubt.suggestion)}`
  const sentence = `${quoteText(action)} ${doubt.reason}.`
  if (!isLiteral(action) || own['ask-anyway'] === true)
    return [`${sentence} ${meant}${doubt.suggestion === null ? '.' : '?'}`]
  throw new UserError(
    `${sentence} ${meant}${doubt.suggestion === null ? ', or' : '? Or'} ask all the same with --ask-anyway.`,
  )
}

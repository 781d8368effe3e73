/** Settings of the config that a pull request loosens: what is demanded of approvals, what is looked at and said. */
import type { Config } from '../config/config.ts'
import { quoteText } from '../text/quote.ts'
import type { ScopeChange, ScopeChangeKind } from './model.ts'

type Add = (kind: ScopeChangeKind, path: readonly PropertyKey[], message: string) => void

/** Every loosened setting, in the order in which the config is written. */
export function settingChanges(
  base: Config,
  head: Config,
  where: { readonly file: string; readonly line: (path: readonly PropertyKey[]) => number },
): readonly ScopeChange[] {
  const changes: ScopeChange[] = []
  const add: Add = (kind, path, message) => {
    changes.push({ kind, file: where.file, line: where.line(path), message, actions: [], example: null })
  }
  if (base.account !== null && head.account === null)
    add(
      'account-dropped',
      ['account'],
      `account is dropped (was ${quoteText(base.account)}): any account would be accepted.`,
    )
  loosenedSources(base, head, add)
  loosenedApprovals(base, head, add)
  if (base.issue.enabled && !head.issue.enabled)
    add('issue-disabled', ['issue', 'enabled'], 'issue.enabled is false: no issue would be written.')
  for (const section of ['drift', 'incomplete'] as const)
    if (base.issue.on.includes(section) && !head.issue.on.includes(section))
      add('issue-section-dropped', ['issue', 'on'], `${section} is dropped from issue.on.`)
  shortenedTraces(base, head, add)
  return changes
}

/** As the config spells them. */
const sourceKeys = [
  ['legacyRoles', 'legacy-roles'],
  ['agencies', 'agencies'],
  ['federation', 'federation'],
] as const

/** From what must be read to what is not looked at. */
const sourceLevels: readonly string[] = ['required', 'optional', 'off']

function loosenedSources({ sources: old }: Config, { sources: now }: Config, add: Add): void {
  for (const [key, word] of sourceKeys)
    if (sourceLevels.indexOf(now[key]) > sourceLevels.indexOf(old[key]))
      add(
        'sources-loosened',
        ['sources', word],
        `sources.${word} is loosened from ${old[key]} to ${now[key]}.`,
      )
}

function loosenedApprovals({ approvals: old }: Config, { approvals: now }: Config, add: Add): void {
  // max-days asks for expires by itself, so dropping it is said once.
  const dropped = old.require.filter((field) => !now.require.includes(field))
  const fields = dropped.filter((field) => !(field === 'expires' && old.maxDays !== null))
  if (fields.length > 0)
    add(
      'approvals-loosened',
      ['approvals', 'require'],
      `approvals.require no longer asks for ${fields.join(' and ')}.`,
    )
  if (old.maxDays !== null && now.maxDays === null)
    add(
      'approvals-loosened',
      ['approvals', 'max-days'],
      `approvals.max-days is dropped (was ${old.maxDays})${
        dropped.includes('expires') ? ', and expires is no longer required' : ''
      }.`,
    )
  else if (old.maxDays !== null && now.maxDays !== null && now.maxDays > old.maxDays)
    add(
      'approvals-loosened',
      ['approvals', 'max-days'],
      `approvals.max-days is raised from ${old.maxDays} to ${now.maxDays}.`,
    )
}

function shortenedTraces({ traces: old }: Config, { traces: now }: Config, add: Add): void {
  if (old === null || (now !== null && now >= old)) return
  const message =
    now === null
      ? `traces are switched off (were ${old} hours): what comes and goes between two audits would not be seen.`
      : `traces are shortened from ${old} to ${now} hours.`
  add('traces-shortened', ['traces'], message)
}

/** Resource patterns against URNs, `service:region:account:type:path`. */
import {
  accountValues,
  hasVariable,
  literalText,
  type Values,
  valuesFor,
  withValues,
} from '../language/variables.ts'
import { DEAD, GlobAutomaton } from '../sets/automaton.ts'
import { canonicalGlob, globMatches } from '../sets/glob.ts'
import { Steps } from '../sets/steps.ts'
import type { Identity, Restriction } from '../types.ts'

/** Services whose URNs have an empty region, so that a pattern which asks for one leaves nothing of them out. */
const WITHOUT_REGION = ['iam']

/** A letter that no pattern contains: it stands for all of them. */
const ANY = '\u0001'

/**
 * The services whose every URN in the account one of these globs includes, as globs in lower case: `*` for `*` and
 * `*:*:*:*:*`, `iam` for `iam:*:*:*:*`, `iam::*:*:*`, `iam:*:<account>:*:*` and `iam:*`. A glob that fixes the region,
 * another account, type or path leaves URNs out and limits. Whether type and path may be empty is not told; all may
 * be here, and so may an account that is not known.
 */
export function servicesWithoutLimit(globs: readonly string[], account: string | null): readonly string[] {
  const services = globs.flatMap((glob) => {
    const pattern = canonicalGlob(glob)
    const found: string[] = []
    // What follows the service asks for colons and an account at most.
    let fixed = pattern.replaceAll('*', '').length - 4 - (account?.length ?? 0)
    // A `*` at the cut stands on both sides of it.
    for (let cut = 1; cut <= pattern.length; cut++) {
      if (pattern[cut - 1] === ':') break
      if (pattern[cut - 1] !== '*') fixed--
      if (fixed > 0) continue
      const service = pattern.slice(0, cut)
      const tail = pattern[cut - 1] === '*' ? pattern.slice(cut - 1) : pattern.slice(cut)
      if (matchesEveryTail(tail, 'any', account)) found.push(service)
      else if (matchesEveryTail(tail, 'empty', account))
        found.push(...WITHOUT_REGION.filter((one) => globMatches(service.toLowerCase(), one)))
    }
    return found
  })
  return [...new Set(services.map((service) => service.toLowerCase()))]
}

/** Where a walk through a URN stands, after its service and first colon. */
type Stage = 'region' | 'account' | 'type' | 'path'

/** Whether the glob matches all of `:region:account:type:path`, whatever stands between the colons. */
function matchesEveryTail(glob: string, region: 'any' | 'empty', account: string | null): boolean {
  // No letter that a glob asks for is in every URN, but those of the account.
  if (!glob.endsWith('*')) return false
  const fixed = glob.replaceAll('*', '')
  if (fixed.length > 4 + (account?.length ?? 0)) return false
  const letters = fixed.replaceAll(':', '').replaceAll('?', '')
  if (letters !== '' && account === null) return false
  const automaton = new GlobAutomaton(glob, new Steps())
  const pending: (readonly [state: number, stage: Stage])[] = [
    [automaton.step(automaton.start, ':'), 'region'],
  ]
  const seen = new Set<string>()
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [state, stage] = next
    if (state === DEAD) return false
    if (seen.has(`${state} ${stage}`)) continue
    seen.add(`${state} ${stage}`)
    const after = (text: string): number =>
      [...text].reduce((reached, letter) => automaton.step(reached, letter), state)
    if (stage === 'region') {
      if (region === 'any') pending.push([after(ANY), 'region'])
      if (account === null) pending.push([after(':'), 'account'])
      else pending.push([after(`:${account}:`), 'type'])
    } else if (stage === 'account') pending.push([after(ANY), 'account'], [after(':'), 'type'])
    else if (stage === 'type') pending.push([after(ANY), 'type'], [after(':'), 'path'])
    else if (!automaton.acceptsAll(state)) {
      if (!automaton.accepts(state)) return false
      pending.push([after(ANY), 'path'], [after(':'), 'path'])
    }
  }
  return true
}

/**
 * Whether a resource pattern includes one URN.
 *
 * @param unknown what a variable without a value matches: anything where that grants or reports, nothing where it
 *   takes away
 */
export function resourceMatches(
  pattern: string,
  urn: string,
  values: Values,
  unknown: 'anything' | 'nothing',
): boolean {
  const glob = withValues(pattern, values, unknown)
  return glob !== null && globMatches(canonicalGlob(glob), hasVariable(pattern) ? literalText(urn) : urn)
}

/** Whether a resource pattern names this user: a user's URN is `iam::<account>:user:<name>`, with an empty region. */
export function userResourceMatches(resourcePattern: string, account: string, userName: string): boolean {
  return resourceMatches(resourcePattern, userUrn(account, userName), accountValues(account), 'anything')
}

function userUrn(account: string, name: string): string {
  return `iam::${account}:user:${name}`
}

/** A user whose present name is another than the one on record. */
export interface Renaming {
  readonly recorded: string
  readonly present: string
}

/**
 * Whether a restriction that somebody holds came to reach another person by a rename: a pattern of its resources
 * matches the present name and not the recorded one, or one of `not_resources` the recorded and not the present one.
 *
 * @param holder whose values are put in for variables; null: only those of the account
 * @param isHolder whether it is the holder who was renamed: what is granted on oneself follows oneself
 */
export function renameReaches(
  restriction: Restriction,
  { recorded, present }: Renaming,
  account: string,
  holder: Identity | null = null,
  isHolder = false,
): boolean {
  const matches = (pattern: string, name: string): boolean => {
    const values =
      holder === null ? accountValues(account) : valuesFor(called(holder, name, isHolder), account)
    return resourceMatches(pattern, userUrn(account, name), values, 'anything')
  }
  return (
    (restriction.resources ?? []).some((one) => matches(one, present) && !matches(one, recorded)) ||
    (restriction.not_resources ?? []).some((one) => matches(one, recorded) && !matches(one, present))
  )
}

/** The holder as under that name. */
function called(holder: Identity, name: string, isHolder: boolean): Identity {
  if (!isHolder || holder.kind !== 'user') return holder
  const urn = holder.facts.get('g:principalurn')
  const renamed = new Map(holder.facts).set('g:username', name)
  if (urn !== undefined) renamed.set('g:principalurn', `${urn.slice(0, urn.lastIndexOf(':') + 1)}${name}`)
  return { kind: holder.kind, facts: renamed }
}

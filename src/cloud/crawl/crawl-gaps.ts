/**
 * What a crawl could not read. A read that failed is not tried again in a later reading of the account; one that found
 * nothing where something was listed is. What belongs to a source that the config makes optional is said, and no gap.
 */

import type { CrawlGap, GapScope } from '../../account/snapshot.ts'
import { compareText } from '../../text/compare-text.ts'
import {
  AuthenticationError,
  CloudError,
  DeadlineError,
  ForbiddenError,
  KeysRefusedError,
  NotFoundError,
  ShiftedError,
} from '../http/cloud-error.ts'
import type { Purpose } from '../iam/call.ts'
import { calls } from '../iam/calls.ts'
import type { Listed } from '../iam/iam-api.ts'

/** So many refusals of an action without one success mean that it is not allowed at all. */
const REFUSALS_UNTIL_DENIED = 3

/** Sources that a config may make optional or switch off. */
export type ChosenSource = 'legacy-roles' | 'agencies' | 'federation'
export type Requirement = 'required' | 'optional' | 'off'
export type Requirements = Readonly<Record<ChosenSource, Requirement>>

/** Nothing beside identity policies is looked at. */
export const identityPoliciesOnly: Requirements = {
  ...{ 'legacy-roles': 'off', agencies: 'off', federation: 'off' },
}

/** Why something is unread: `denied` by the cloud; `missing`: listed, and not found. */
export type Failure = 'denied' | 'not-attempted' | 'missing'

export interface Attempted {
  /** Tells it from all other reads. */
  readonly key: string
  /** What is read, for the message. */
  readonly thing: string
  readonly call: { readonly id: string; readonly action: string | null; readonly purpose: Purpose }
  readonly scope: GapScope
  /** It asks about something that a list has: a 404 may mean that it is gone since. */
  readonly isListed?: boolean
}

export interface Attempt<T> {
  /** Null when nothing could be read. */
  readonly value: T | null
  /** Null when everything could. */
  readonly failure: Failure | null
}

export class CrawlGaps {
  readonly gaps: CrawlGap[] = []
  readonly notices: string[] = []
  /** The time for the audit is up: nothing is asked any more. */
  isLate = false
  readonly #sources: Requirements
  readonly #failed = new Map<string, Attempt<unknown>>()
  readonly #refusals = new Map<string, number>()
  readonly #allowed = new Set<string>()

  constructor(sources: Requirements) {
    this.#sources = sources
  }

  /**
   * Runs a read. An action that was refused again and again and never allowed is not asked for any more: one gap for
   * all says so. What is not found is the caller's to judge.
   *
   * @throws AuthenticationError, and what is no error of the cloud
   */
  async attempt<T>(what: Attempted, read: () => Promise<T>): Promise<Attempt<T>> {
    const known = this.#known<T>(what)
    if (known !== null) return known
    try {
      const value = await read()
      this.#allow(what)
      return { value, failure: null }
    } catch (error) {
      return this.#fail<T>(what, error, null)
    }
  }

  /** The same for a list, of which what could be read is kept. */
  async attemptList<T>(what: Attempted, read: () => Promise<Listed<T>>): Promise<Attempt<readonly T[]>> {
    const known = this.#known<readonly T[]>(what)
    if (known !== null) return known
    try {
      const { rows, problem } = await read()
      this.#allow(what)
      return problem === null ? { value: rows, failure: null } : this.#fail(what, problem, rows)
    } catch (error) {
      return this.#fail<readonly T[]>(what, error, null)
    }
  }

  /** Whether a read failed in a way that asking again does not change. */
  hasFailed(key: string): boolean {
    return this.#failed.has(key)
  }

  #known<T>(what: Attempted): Attempt<T> | null {
    const failed = this.#failed.get(what.key)
    if (failed !== undefined) return failed as Attempt<T>
    if (this.#isClosed(what.call.action)) return { value: null, failure: 'denied' }
    return this.isLate ? { value: null, failure: 'not-attempted' } : null
  }

  #allow({ call }: Attempted): void {
    if (call.action !== null) this.#allowed.add(call.action)
  }

  #isClosed(action: string | null): boolean {
    return (
      action !== null &&
      !this.#allowed.has(action) &&
      (this.#refusals.get(action) ?? 0) >= REFUSALS_UNTIL_DENIED
    )
  }

  #fail<T>(what: Attempted, error: unknown, value: T | null): Attempt<T> {
    if (!(error instanceof CloudError) || error instanceof AuthenticationError) throw error
    if (error instanceof NotFoundError && what.isListed) return { value: null, failure: 'missing' }
    const { action } = what.call
    if (error instanceof ForbiddenError && action !== null) {
      this.#refusals.set(action, (this.#refusals.get(action) ?? 0) + 1)
      const whole = wholeOf(what)
      if (this.#isClosed(action) && whole.type !== what.scope.type)
        this.add(what.call.purpose, gapOf('anything by this call', error, action, whole))
    }
    this.say(what, error)
    const attempt = { value, failure: error instanceof ForbiddenError ? 'denied' : 'not-attempted' } as const
    this.#failed.set(what.key, attempt)
    return attempt
  }

  /** Adds the gap for a read that failed with this error. */
  say({ thing, call, scope }: Attempted, error: CloudError): void {
    if (error instanceof DeadlineError) {
      // Everything that was not asked fails alike; once is enough.
      if (!this.isLate) this.add('account', gapOf(thing, error, null, { type: 'account' }))
      this.isLate = true
      return
    }
    this.add(call.purpose, gapOf(thing, error, call.action, scope))
  }

  /** Something listed was not found, and its list, read again, still has it. */
  stillListed(what: Attempted, kind: string): void {
    const error = new NotFoundError(`the ${kind} is listed, and ${what.call.id} finds nothing there.`, {
      call: what.call.id,
    })
    this.say(what, error)
  }

  changedTooOften(purpose: Purpose, call: string, thing: string): void {
    this.add(purpose, {
      code: 'changed',
      call,
      message: `${thing} of the account changed again and again while they were read.`,
      remedy: 'Run the audit again when the account is at rest.',
      ...{ iam_action: null, http_code: null },
      scope: isChosen(purpose) ? { type: 'source', source: purpose } : { type: 'account' },
    })
  }

  /** The same is said once; of an optional source it is no gap. */
  add(purpose: Purpose, gap: CrawlGap): void {
    if (isChosen(purpose) && this.#sources[purpose] !== 'required') {
      this.notice(`${gap.message} The config does not require ${purpose}, so this is no gap.`)
      return
    }
    const key = JSON.stringify(gap)
    if (!this.gaps.some((one) => JSON.stringify(one) === key)) this.gaps.push(gap)
  }

  /** All gaps in an order that does not depend on the order of reading. */
  sortedGaps(): CrawlGap[] {
    const place = new Map(calls.map((call, at) => [call.id, at]))
    const placeOf = (gap: CrawlGap): number => place.get(gap.call) ?? calls.length
    return [...this.gaps].sort(
      (a, b) => placeOf(a) - placeOf(b) || compareText(JSON.stringify(a), JSON.stringify(b)),
    )
  }

  notice(text: string): void {
    if (!this.notices.includes(text)) this.notices.push(text)
  }
}

function isChosen(purpose: Purpose): purpose is ChosenSource {
  return purpose === 'legacy-roles' || purpose === 'agencies' || purpose === 'federation'
}

function wholeOf({ call: { purpose } }: Attempted): GapScope {
  return isChosen(purpose) ? { type: 'source', source: purpose } : { type: 'account' }
}

function gapOf(thing: string, error: CloudError, action: string | null, scope: GapScope): CrawlGap {
  return {
    code: codeOf(error),
    call: error.call,
    message: error instanceof DeadlineError ? error.message : `Failed to read ${thing}: ${error.message}`,
    remedy: remedyOf(error, action, scope),
    iam_action: error instanceof ForbiddenError && !(error instanceof KeysRefusedError) ? action : null,
    http_code: error.code,
    scope,
  }
}

function codeOf(error: CloudError): string {
  if (error instanceof DeadlineError) return 'deadline'
  if (error instanceof ForbiddenError) return 'forbidden'
  return error instanceof NotFoundError || error instanceof ShiftedError ? 'changed' : 'unreadable'
}

function remedyOf(error: CloudError, action: string | null, scope: GapScope): string {
  const source = scope.type === 'source' ? scope.source : null
  const otherwise =
    source === null ? '.' : `, or make the source ${source} optional or off in the config, with review.`
  if (error instanceof DeadlineError)
    return 'Raise max-rate, use a cache, or look at the log for what slows the cloud down.'
  if (error instanceof KeysRefusedError)
    return `Use another kind of keys, such as static keys of an IAM user that may only read${otherwise}`
  if (error instanceof ForbiddenError)
    return `Allow the auditor the IAM action ${action ?? 'of this call'}${otherwise}`
  if (error instanceof NotFoundError || error instanceof ShiftedError)
    return 'Run the audit again; the account changed while it was read.'
  return 'Run the audit again; if it stays, the cloud or a gateway in between is at fault.'
}

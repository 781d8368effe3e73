/** The verdict in words: a headline, what explains it, and what was and was not looked at. */

import type { Coverage } from '../account/snapshot.ts'
import type { Verdict } from '../audit/model.ts'
import { isOpen } from '../audit/order.ts'
import { principalsCount, principalWords } from './principal-words.ts'
import { wasHeldHeadline, wasHeldSentence } from './trace-words.ts'
import { countWords, listWords, type Name } from './words.ts'

/** Sources of power as people call them. */
export const sourceWords: Readonly<Record<Coverage['source'], string>> = {
  'identity-policies': 'identity policies',
  'admin-group': 'the built-in group admin',
  'root-user': 'the root user',
  'legacy-roles': 'legacy roles and policies (v3)',
  agencies: 'agencies',
  federation: 'federated users',
  'identity-center': 'IAM Identity Center',
  traces: 'traces',
}

/** What became of a source. */
export const statusWords: Readonly<Record<Coverage['status'], string>> = {
  audited: 'audited',
  absent: 'not there',
  present: 'there, not audited',
  denied: 'not permitted to look',
  'not-attempted': 'not looked at',
  off: 'switched off',
}

/** ✅ all is approved, ❌ drift, ⚠️ nobody can say. */
export function verdictMark({ result }: Pick<Verdict, 'result'>): string {
  if (result === 'unchanged' || result === 'reduced') return '✅'
  return result === 'drift' ? '❌' : '⚠️'
}

/** How many have drift, what they hold, by how many changes; without a full stop. */
export function headline(verdict: Verdict, name: Name): string {
  const { drift, causes, gaps } = verdict
  const account = accountWords(verdict, name)
  const holders = verdict.holdings.filter((one) => one.counts).map((one) => one.principal)
  const count = new Set(holders.map(({ kind, id }) => `${kind} ${id}`)).size
  switch (verdict.result) {
    case 'drift': {
      if (drift.length === 0) return wasHeldHeadline(verdict, name)
      const principals = drift.map((row) => row.principal)
      const permissions = [...new Set(drift.map((row) => row.permission))].map(name)
      const who = principalsCount(principals)
      const hold = who.startsWith('1 ') && !who.includes(' and ') && !who.includes(', ') ? 'holds' : 'hold'
      const changes = causes.length > 1 ? `, by ${causes.length} changes` : ''
      return `${who} ${hold} ${listWords(permissions, 3)} ${without(verdict)}${changes}`
    }
    case 'incomplete':
      return `Whether everybody in ${account} is approved cannot be said: ${countWords(gaps.length, 'thing')} could not be read or decided`
    case 'no-baseline':
      return `${principalsCount(holders)} of ${account} ${count === 1 ? 'holds' : 'hold'} an audited permission; there is no baseline yet, so none is approved`
    default:
      if (count === 0) return `No holder of an audited permission was found in ${account}`
      return count === 1
        ? `The one holder of an audited permission in ${account} is approved`
        : `All ${principalsCount(holders)} of ${account} who hold an audited permission are approved`
  }
}

function without({ drift }: Verdict): string {
  const kinds = new Set(drift.map((row) => row.kind))
  if (kinds.size > 1) return 'beyond what was approved'
  if (kinds.has('unapproved-holder')) return 'without an approval'
  return kinds.has('approval-expired') ? 'after their approval ended' : 'beyond what was approved'
}

/** By what changes, and how grave they are; null without drift. */
export function explanation(verdict: Verdict, name: Name): string | null {
  const { drift, causes } = verdict
  const between = wasHeldSentence(verdict)
  if (drift.length === 0) return null
  const byCause = Map.groupBy(drift, (row) => row.cause)
  const rows = causes.map(({ key }) => byCause.get(key) ?? [])
  const critical = rows.filter((some) => some.some((row) => row.severity === 'critical')).length
  const whole = rows.filter((some) => some.some((row) => row.extent === 'all' && !row.restricted)).length
  const open = new Set(drift.filter(isOpen).map((row) => row.principal.id)).size
  const explained =
    causes.length === 1
      ? `One change in ${accountWords(verdict, name)} explains it`
      : `${causes.length} changes in ${accountWords(verdict, name)} explain all of it`
  const one = causes.length === 1
  const grave = [
    critical === 0 ? null : one ? 'is critical' : `${critical} ${critical === 1 ? 'is' : 'are'} critical`,
    whole === 0
      ? null
      : one
        ? 'reaches everything'
        : `${whole} ${whole === 1 ? 'reaches' : 'reach'} everything`,
  ].filter((part) => part !== null)
  const told = one ? `it ${grave.join(' and ')}` : grave.join(', ')
  return [
    ...(open === 0
      ? []
      : [
          `${countWords(open, 'agency is', 'agencies are')} open to everybody whom an identity provider serves.`,
        ]),
    `${explained}${grave.length === 0 ? '' : `; ${told}`}.`,
    ...(between === null ? [] : [between]),
  ].join(' ')
}

/** Who was looked at, by what, and what was not. */
export function scopeWords(coverage: readonly Coverage[]): string {
  const audited = (source: Coverage['source']): boolean =>
    coverage.some((row) => row.source === source && row.status === 'audited')
  const who = [
    'IAM users',
    ...(audited('agencies') ? ['agencies'] : []),
    ...(audited('federation') ? ['federated users'] : []),
  ]
  const by = ['v5 identity policies', ...(audited('legacy-roles') ? ['legacy roles and policies'] : [])]
  return `among ${listWords(who, 9)}, by ${listWords(by, 9)}`
}

/** The verdict but for its headline: never "nobody", always what was and was not looked at. */
export function scopeSentence(verdict: Verdict, name: Name): string {
  const scope = scopeWords(verdict.coverage)
  const parts = [
    verdict.result === 'drift' && !verdict.complete
      ? `The audit is incomplete (${countWords(verdict.gaps.length, 'gap')}): there may be more.`
      : null,
    verdict.result === 'reduced' ? 'Some hold less than was approved.' : null,
    `Scope: ${scope}.`,
    unlookedAt(verdict.coverage),
    ...knownGapsWords(verdict, name),
    verdict.root_user ? `The root user ${name(verdict.root_user.user)} always holds everything.` : null,
  ]
  return parts.filter((part) => part !== null).join(' ')
}

/** The whole verdict in sentences, for a log or a comment that has no headline. */
export function verdictSentence(verdict: Verdict, name: Name): string {
  return [`${headline(verdict, name)}.`, explanation(verdict, name), scopeSentence(verdict, name)]
    .filter((part) => part !== null)
    .join(' ')
}

/** Characters for what is accepted as undetermined: the verdict stays a sentence, whatever the baseline accepts. */
const KNOWN_GAPS_ROOM = 4000

function knownGapsWords({ known_gaps }: Verdict, name: Name): string[] {
  const words = known_gaps.map(
    (gap) =>
      `Accepted as undetermined until ${gap.expires}: ${name(gap.name)}, which reaches ${listWords(
        gap.reaches.map((one) => principalWords(one, name)),
        5,
      )}.`,
  )
  let length = 0
  const tooMany = words.findIndex((one) => {
    length += one.length
    return length > KNOWN_GAPS_ROOM
  })
  if (tooMany < 0) return words
  const more = words.length - tooMany
  return [
    ...words.slice(0, tooMany),
    `${more} more ${more === 1 ? 'document is' : 'documents are'} accepted as undetermined; the report names them.`,
  ]
}

/** The account as people call it. */
export function accountWords({ account }: Pick<Verdict, 'account'>, name: Name): string {
  return account.name === '' ? `account ${name(account.id)}` : name(account.name)
}

/** What the audit did not look at; null when there is nothing. */
export function unlookedAt(coverage: readonly Coverage[]): string | null {
  const rows = coverage.filter((row) => row.status !== 'audited' && row.status !== 'absent')
  if (rows.length === 0) return null
  const words = rows.map((row) => {
    const word = sourceWords[row.source]
    if (row.status === 'present')
      return `${word} (${row.count === null ? 'there are some' : `${row.count} there`})`
    if (row.status === 'denied') return `${word} (not permitted)`
    return row.status === 'off' ? `${word} (switched off)` : word
  })
  return `Not looked at: ${words.join(', ')}.`
}

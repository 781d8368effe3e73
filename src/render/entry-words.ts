/** An entry of the baseline, and what is changed of it, in words: for the gate's comment and for updates. */

import type { Alternative, NamedAlternative, Test } from '../account/alternatives.ts'
import { principalKey } from '../account/principal.ts'
import type { BaselineEntry } from '../baseline/baseline.ts'
import { ANY, isForEveryUser } from '../baseline/entry.ts'
import type { EntryCause, GateDifference, GateEntry } from '../gate/model.ts'
import type { TrustedItem } from '../policy/language/trusted.ts'
import { code, reason, visible } from './escape.ts'
import { likeWords } from './principal-words.ts'
import { approvedWords, listWords, type Name, restrictionWords } from './words.ts'

/** Whom an entry approves. @param verified keys of principals whose name the account confirmed; null: all of them */
export function whoWords(
  { principal, before, after }: GateEntry,
  verified: readonly string[] | null,
): string {
  const entry = after ?? before
  if (entry !== null && isForEveryUser(entry)) return '**everybody**'
  const isVerified = verified === null || verified.includes(principalKey(principal))
  const told = isVerified ? '' : ', name not verified'
  switch (entry?.kind) {
    case 'agency':
      return `agency ${code(entry.agency)} (${[code(entry.agency_id), likeWords(entry.agency)].filter((part) => part !== null).join(', ')}${told})`
    case 'federated': {
      const group = entry.group_id === ANY ? 'any group it names' : `group ${code(entry.group)}`
      const id = entry.group_id === ANY ? '' : ` (${code(entry.group_id)}${told})`
      return `whoever ${code(entry.provider)} vouches for → ${group}${id}`
    }
    default:
      return `${code(principal.name)} (${code(principal.id)}${told})`
  }
}

/** How names stand in a sentence, and what must not be overlooked. */
interface Voice {
  readonly name: Name
  readonly strong: Name
}

const inMarkdown: Voice = { name: code, strong: (text) => `**${text}**` }

/** Sentences for a log or a terminal. */
export const inPlainText: Voice = { name: visible, strong: (text) => text }

/** What was gained or lost: actions, limits, and for whom. */
export function differenceWords(difference: GateDifference, voice: Voice = inMarkdown): string {
  const { name } = voice
  const { grants, trusted, when, issuer, keys } = difference
  const limits = restrictionWords(grants, name)
  const parts = [
    grants.length === 0 ? null : `${approvedWords(difference, name)}${limits === null ? '' : `, ${limits}`}`,
    trusted.length === 0
      ? null
      : `for ${listWords(
          trusted.map((one) => partyWords(one, voice)),
          4,
        )}`,
    when.length === 0
      ? null
      : `when ${listWords(
          when.map((one) => alternativeWords(one, voice)),
          4,
        )}`,
    issuer === null ? null : `by the word of ${name(issuer)}`,
    keys.length === 0
      ? null
      : `by ${keys.length === 1 ? 'the key' : 'the keys'} ${listWords(keys.map(name), 2)}`,
  ]
  return parts.filter((part) => part !== null).join('; ')
}

const causes: Readonly<Record<EntryCause, string | null>> = {
  grants: null,
  definition: 'a change of audited_permissions',
  within: 'a change of within',
  enabled: 'a change of disabled',
  trusted: null,
  when: null,
  issuer: null,
  name: 'a changed recorded name',
}

/** ` (by a change of within)`; empty where the difference says it all. */
export function causesWords(row: Pick<GateEntry, 'causes'>): string {
  const words = row.causes.map((cause) => causes[cause]).filter((one) => one !== null)
  return words.length === 0 ? '' : ` (by ${listWords(words, 4)})`
}

/** What people wrote beside it. */
export function humanWords({ justification, owner, assignment }: BaselineEntry): string[] {
  return [
    assignment === 'eligible' ? 'eligible' : null,
    justification ? `“${reason(justification)}”` : 'no justification',
    owner ? `owner ${code(owner)}` : null,
  ].filter((part) => part !== null)
}

const changeWords: Readonly<Record<GateEntry['change'], string>> = {
  added: 'is approved for',
  removed: 'is no longer approved for',
  widened: 'is approved for more of',
  narrowed: 'is approved for less of',
  prolonged: 'is approved for longer for',
  shortened: 'is approved for a shorter time for',
  reworded: 'keeps the approval, reworded, for',
}

/** One change to one entry in a sentence. @param verified as for `whoWords` */
export function entryRow(row: GateEntry, verified: readonly string[] | null): string {
  const difference = row.gained ?? row.lost
  const what = difference === null ? '' : `: ${differenceWords(difference)}`
  const until =
    row.change === 'prolonged' || row.change === 'shortened'
      ? `: ${row.before?.expires ?? 'no end'} → ${row.after?.expires ?? 'no end'}`
      : ''
  const { after } = row
  const human =
    after === null
      ? ''
      : ` — ${[...humanWords(after), ...(after.expires ? [`until ${after.expires}`] : [])].join(', ')}`
  return `- ${whoWords(row, verified)} ${changeWords[row.change]} ${code(row.permission)}${causesWords(row)}${what}${until}${human}`
}

/** `account fedc…`, `provider … if …`. */
function partyWords(item: TrustedItem, voice: Voice): string {
  const condition =
    item.condition && restrictionWords([{ actions: [], condition: item.condition }], voice.name)
  return condition ? `${bareParty(item, voice)} ${condition}` : bareParty(item, voice)
}

function bareParty(item: TrustedItem, { name, strong }: Voice): string {
  if ('everybody' in item) return strong('everybody')
  if ('service' in item)
    return `service ${name(item.service)}${item.account === undefined ? '' : ` of account ${name(item.account)}`}`
  if ('account' in item) return `account ${name(item.account)}`
  if ('user' in item) return `user ${name(item.user)}`
  if ('agency' in item) return `agency ${name(item.agency)}`
  if ('provider' in item)
    return `provider ${name(item.provider)}${item.issuer === undefined ? '' : ` (${name(item.issuer)})`}`
  return `whoever the trust policy ${name(item.document)} names`
}

function alternativeWords(alternative: Alternative | NamedAlternative, voice: Voice): string {
  if ('names' in alternative)
    return `it names ${voice.name(alternative.names)} and ${testsWords(alternative.tests, voice)}`
  return testsWords(alternative, voice)
}

function testsWords(tests: readonly Test[], { name, strong }: Voice): string {
  return tests.length === 0
    ? strong('whoever it vouches for')
    : listWords(
        tests.map((one) => testWords(one, name)),
        4,
      )
}

function testWords({ type, any_one_of, not_any_of, regex }: Test, name: Name): string {
  const values = (list: readonly string[]): string => listWords(list.map(name), 3)
  const pattern = regex === true ? ' (pattern)' : ''
  if (any_one_of !== undefined) return `${name(type)} is ${values(any_one_of)}${pattern}`
  if (not_any_of !== undefined) return `${name(type)} is not ${values(not_any_of)}${pattern}`
  return `${name(type)} is there`
}

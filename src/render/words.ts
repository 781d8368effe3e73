/** The sentences: the same words for the same thing in log, summary, issue and comment. Names come in by `name`. */
import type { Cause, ConditionalDeny, Cut, Drift, Holding, Path, Verdict } from '../audit/model.ts'
import type { Condition, Grant } from '../policy/types.ts'
import type { Coverage } from '../snapshot/snapshot.ts'

/** How a name is shown where the sentence will stand: `code` in Markdown, `visible` in a log. */
export type Name = (text: string) => string

const sourceWords: Readonly<Record<Coverage['source'], string>> = {
  'identity-policies': 'identity policies',
  'admin-group': 'the built-in group admin',
  'root-user': 'the root user',
  'legacy-roles': 'legacy roles and policies (v3)',
  agencies: 'agencies',
  federation: 'federated users',
  'identity-center': 'IAM Identity Center',
}

/** The verdict, first everywhere: who, over what, and what was not looked at. Never "nobody". */
export function verdictSentence(verdict: Verdict, name: Name): string {
  const account = accountWords(verdict, name)
  const holders = new Set(verdict.holdings.filter((one) => one.counts).map((one) => one.user_id)).size
  const scope = 'among IAM users, by v5 identity policies'
  const users = (count: number): string => `${count} ${count === 1 ? 'user' : 'users'}`
  const drifting = new Set(verdict.drift.map((row) => row.user_id)).size
  const parts = [
    verdict.result === 'drift'
      ? `${users(drifting)} of ${account} ${drifting === 1 ? 'holds' : 'hold'} audited permissions beyond what was approved, ${scope}.`
      : verdict.result === 'incomplete'
        ? `Whether everybody in ${account} is approved cannot be said: ${verdict.gaps.length} ${verdict.gaps.length === 1 ? 'thing' : 'things'} could not be read or decided.`
        : verdict.result === 'no-baseline'
          ? `${users(holders)} of ${account} ${holders === 1 ? 'holds' : 'hold'} an audited permission, ${scope}; there is no baseline yet, so none is approved.`
          : holders === 0
            ? `No holder of an audited permission was found in ${account}, ${scope}.`
            : holders === 1
              ? `The one user of ${account} who holds an audited permission, ${scope}, is approved.`
              : `All ${users(holders)} of ${account} who hold an audited permission, ${scope}, are approved.`,
    verdict.result === 'drift' && !verdict.complete
      ? `The audit is incomplete (${verdict.gaps.length} ${verdict.gaps.length === 1 ? 'gap' : 'gaps'}): there may be more.`
      : null,
    verdict.result === 'reduced' ? 'Some hold less than was approved.' : null,
    ...knownGapsWords(verdict, name),
    verdict.root_user ? `The root user ${name(verdict.root_user.user)} always holds everything.` : null,
    unlookedAt(verdict.coverage),
  ]
  return parts.filter((part) => part !== null).join(' ')
}

/** Characters for what is accepted as undetermined: the verdict stays a sentence, whatever the baseline accepts. */
const KNOWN_GAPS_ROOM = 4000

function knownGapsWords({ known_gaps }: Verdict, name: Name): string[] {
  const words = known_gaps.map(
    (gap) =>
      `Accepted as undetermined until ${gap.expires}: the policy ${name(gap.policy)} ${name(gap.version_id)}, which reaches ${listWords(gap.users.map(name), 5)}.`,
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
    `${more} more ${more === 1 ? 'policy is' : 'policies are'} accepted as undetermined; the report names them.`,
  ]
}

/** The account as people call it. */
function accountWords(verdict: Pick<Verdict, 'account'>, name: Name): string {
  const { id, name: given } = verdict.account
  return given === '' ? `account ${name(id)}` : `${name(given)} (account ${name(id)})`
}

/** What the audit did not look at; null when there is nothing. */
export function unlookedAt(coverage: readonly Coverage[]): string | null {
  const rows = coverage.filter((row) => row.status !== 'audited' && row.status !== 'absent')
  if (rows.length === 0) return null
  const words = rows.map((row) => {
    const word = sourceWords[row.source]
    if (row.status === 'present')
      return `${word} (${row.count === null ? 'there are some' : `${row.count} there`})`
    return row.status === 'denied' ? `${word} (not permitted)` : word
  })
  return `Not looked at: ${words.join(', ')}.`
}

/** `a, b and 3 more`. */
export function listWords(items: readonly string[], limit: number): string {
  if (items.length === 0) return 'none'
  const shown = items.slice(0, limit)
  const more = items.length - shown.length
  if (more > 0) return `${shown.join(', ')} and ${more} more`
  return shown.length === 1 ? (shown[0] as string) : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}

/** `user → group ops → CustomOps v3, statement 2, iam:*:*`. */
export function pathWords(user: string, path: Path, name: Name): string {
  return `${name(user)} → ${wayWords(path, name)}`
}

/** The same without the user, for those who share it. */
export function wayWords(path: Path, name: Name): string {
  if (path.via === 'builtin-group') return `built-in group ${name(path.group ?? '')}, which holds everything`
  const policy = `${name(path.policy ?? '')} ${path.version_id ?? ''}, statement ${path.statement ?? '?'}, ${name(path.pattern ?? '')}`
  return path.group === null ? policy : `group ${name(path.group)} → ${policy}`
}

/** When the parts of a path appeared. Nothing says when a user joined a group, and this does not either. */
export function datesWords(path: Path, name: Name): string | null {
  const parts = [
    path.version_created_at === null
      ? null
      : `version ${path.version_id} written ${day(path.version_created_at)}`,
    path.attached_at === null
      ? null
      : `policy attached to ${path.group === null ? 'the user' : `group ${name(path.group)}`} ${day(path.attached_at)}`,
  ].filter((part) => part !== null)
  if (path.via === 'builtin-group') return 'when the user became a member is not recorded by IAM'
  return parts.length === 0 ? null : parts.join(', ')
}

function day(time: string): string {
  return time.slice(0, 10)
}

const kindWords: Readonly<Record<Drift['kind'], string>> = {
  'unapproved-holder': 'not approved',
  'exceeds-approval': 'more than approved',
  'approval-expired': 'approval expired',
}

/** `IAMUserB: everything in iam-administration, not approved`. */
export function driftHeading(row: Drift, name: Name): string {
  return `${name(row.user)}${row.enabled ? '' : ' (user is disabled)'}: ${driftWords(row, name)}`
}

/** The heading without its user: `everything in iam-administration, not approved`. */
export function driftWords(row: Drift, name: Name): string {
  const because =
    row.because === 'rename'
      ? ' (a renamed user is now covered by its resources)'
      : row.because === 'enabled'
        ? ' (approved while disabled, enabled again)'
        : ''
  const expired =
    row.kind === 'approval-expired' && row.approval?.expires ? ` on ${row.approval.expires}` : ''
  return `${extentWords(row)} ${name(row.permission)}, ${kindWords[row.kind]}${expired}${because}`
}

function extentWords(row: Pick<Drift, 'extent' | 'restricted'>): string {
  const limited = row.restricted ? ', on some resources or conditions,' : ''
  return row.extent === 'all' ? `everything${limited} in` : `part${limited} of`
}

/** What a holding is in a few words, for lists. */
export function holdingWords(holding: Holding, name: Name): string {
  return `${extentWords(holding)} ${name(holding.permission)}${holding.counts ? '' : ' (a part does not count)'}`
}

/** What actions are told of. */
export interface ToldActions {
  readonly grants: readonly Grant[]
  /** Most dangerous first. */
  readonly actions: readonly string[]
  readonly example?: string | null
  /** `all`: of a permission, nothing is missing. */
  readonly extent?: 'all' | 'part' | 'none'
}

/** The known actions of a set, most dangerous first, with a count; the plain pattern when it says it all. */
export function actionsWords(
  { grants, actions, example = null, extent }: ToldActions,
  name: Name,
  limit = 4,
): string {
  const patterns = [...new Set(grants.flatMap((grant) => grant.actions))]
  const known = listWords(
    actions.map((action) => name(action)),
    limit,
  )
  // What a whole permission excepts belongs to its definition.
  if (patterns.length === 1 && (extent === 'all' || grants.every((grant) => !grant.except?.length)))
    return name(patterns[0] as string) + (actions.length > 1 ? ` (${actions.length} known actions)` : '')
  if (actions.length === 0) return `${name(example ?? patterns[0] ?? '')} (no known action; example)`
  return `${known} (${actions.length} known ${actions.length === 1 ? 'action' : 'actions'})`
}

/** What limits the grants; null when nothing does. */
export function restrictionWords(grants: readonly Grant[], name: Name): string | null {
  const parts = grants.flatMap((grant) => [
    ...(grant.resources ? [`on ${listWords(grant.resources.map(name), 3)}`] : []),
    ...(grant.not_resources ? [`not on ${listWords(grant.not_resources.map(name), 3)}`] : []),
    ...(grant.condition ? [`if ${conditionWords(grant.condition, name)}`] : []),
  ])
  return parts.length === 0 ? null : [...new Set(parts)].slice(0, 4).join('; ')
}

function conditionWords(condition: Condition, name: Name): string {
  const tests = Object.entries(condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, value]) => {
      const values = typeof value === 'string' ? [value] : value
      const list = listWords(values.map(name), 2)
      // Within a list of tests, where a list of values ends must be seen.
      return `${name(key)} ${name(operator)} ${values.length > 1 ? `(${list})` : list}`
    }),
  )
  return listWords(tests, 2)
}

/** Deny statements that touch the grant and were not subtracted. */
export function denyWords(denies: readonly ConditionalDeny[], name: Name): string | null {
  if (denies.length === 0) return null
  const words = denies.map((deny) => `${name(deny.policy)} ${deny.version_id}, statement ${deny.statement}`)
  return `conditional Deny, not subtracted: ${listWords(words, 3)}`
}

/** One cut, with how many others it touches. */
export function cutWords(user: string, cut: Cut, name: Name): string {
  const others =
    cut.others === 0
      ? 'touches no other holder'
      : `touches ${cut.others} other ${cut.others === 1 ? 'holder' : 'holders'}`
  if (cut.kind === 'remove-from-group')
    return `remove ${name(user)} from group ${name(cut.group ?? '')} (touches no other user)`
  if (cut.kind === 'detach-from-user')
    return `detach ${name(cut.policy ?? '')} from ${name(user)} (touches no other user)`
  return `detach ${name(cut.policy ?? '')} from group ${name(cut.group ?? '')} (${others})`
}

/** What brought a group of drift. */
export function causeWords(cause: Cause, drift: readonly Drift[], name: Name): string {
  const path = cause.paths[0]
  const users = cause.user_ids.length
  const who = users === 1 ? name(drift[0]?.user ?? '') : `${users} users`
  switch (cause.kind) {
    case 'attachment':
      if (path === undefined) return `Held by ${who}`
      return path.group === null
        ? `Policy ${name(path.policy ?? '')} is attached to ${who}`
        : `Policy ${name(path.policy ?? '')} is attached to group ${name(path.group)} → ${who}`
    case 'version':
      return `Version ${path?.version_id ?? ''} of policy ${name(path?.policy ?? '')} is the default → ${who}`
    case 'membership':
      return `Membership in group ${name(path?.group ?? '')} → ${who}`
    case 'builtin-group':
      return `Membership in the built-in group ${name(path?.group ?? '')} → ${who}`
    case 'rename':
      return `A user was renamed to a name that restricted grants cover → ${who}`
    case 'enabled':
      return `${who} was disabled when approved and is enabled again`
    case 'expiry':
      return `The approval of ${who} has expired`
  }
}

/** Where the entries are when there are too many to paste. */
export const APPROVE_MANY =
  'To approve many at once: the output `proposed-baseline` names the whole new file, and `mode: update-baseline` writes it.'

/** Days for which Cloud Trace Service keeps what was done. */
const TRACES_KEPT = 7

/**
 * Where to look up who did it, with the days for which there is something to find; null where nobody did anything,
 * because only time passed.
 */
export function whoDidIt({ drift, taken_at }: Pick<Verdict, 'drift' | 'taken_at'>): string | null {
  if (drift.every((row) => row.kind === 'approval-expired')) return null
  const traces = [
    ...['attachGroupPolicyV5', 'attachUserPolicyV5', 'addUserToGroupV5'],
    ...['createPolicyVersionV5', 'setDefaultPolicyVersionV5'],
    ...(drift.some((row) => row.because !== null) ? ['updateUserV5'] : []),
  ].map((trace) => `\`${trace}\``)
  const from = new Date(Date.parse(taken_at) - TRACES_KEPT * 86_400_000).toISOString()
  return `Who did it: Cloud Trace Service, service \`IAM\`, traces ${traces.join(', ')}, from ${day(from)} to ${day(taken_at)} (it keeps ${TRACES_KEPT} days; on the international site in CN-Hong Kong, ap-southeast-1).`
}

/** Words for drift and what brought it. */
import { type GrantLink, grantOf } from '../account/link.ts'
import {
  type Because,
  type Cause,
  type DifferenceRow,
  type Drift,
  noParties,
  type Parties,
} from '../audit/model.ts'
import type { Severity } from '../policy/types.ts'
import { alternativeWords, partiesWords, principalsCount, principalWords } from './principal-words.ts'
import { dayOf, extentWords, listWords, type Name, roleScopeWords } from './words.ts'

/** Marks of severity, the same in summary, issue and log. */
export const severityMarks: Readonly<Record<Severity, string>> = {
  critical: '🔴',
  high: '🟠',
  medium: '🟡',
  low: '⚪',
}

const kindWords: Readonly<Record<Drift['kind'], string>> = {
  'unapproved-holder': 'not approved',
  'exceeds-approval': 'more than approved',
  'approval-expired': 'approval expired',
}

/** `IAMUserB: everything in iam-administration, not approved`. */
export function driftHeading(row: Drift, name: Name): string {
  return `${principalWords(row.principal, name)}${row.enabled ? '' : ` (${disabledWords(row)})`}: ${driftWords(row, name)}`
}

/** What an account says of a principal that is switched off. */
export function disabledWords({ principal }: Pick<Drift, 'principal'>): string {
  return principal.kind === 'user' ? 'user is disabled' : 'disabled'
}

/** The heading without its principal: `everything in iam-administration, not approved`. */
export function driftWords(row: Drift, name: Name): string {
  const expired =
    row.kind === 'approval-expired' && row.approval?.expires ? ` on ${row.approval.expires}` : ''
  const because = row.because === null ? '' : ` (${becauseWords(row.because, row, name)})`
  return `${extentWords(row)} ${name(row.permission)}, ${kindWords[row.kind]}${expired}${because}`
}

function becauseWords(because: Because, row: Drift, name: Name): string {
  switch (because) {
    case 'rename':
      return 'a renamed user is now covered by its resources'
    case 'enabled':
      return 'approved while disabled, enabled again'
    case 'provider':
      return partiesGained({ parties: vouchersGained(row) }, name) ?? 'somebody else vouches'
    default:
      return partiesGained(row, name) ?? 'somebody else may come by it'
  }
}

/** Who may come by it now and was not approved; null where that did not change. */
export function partiesGained({ parties }: Pick<DifferenceRow, 'parties'>, name: Name): string | null {
  const { trusted, when, issuer, keys } = parties
  const parts = [
    ...(trusted.length === 0 ? [] : [`trusts ${partiesWords(trusted, name, 4)}`]),
    ...(when.length === 0
      ? []
      : [
          `lets in whoever has ${listWords(
            when.map((one) => alternativeWords(one, name) || 'anything at all'),
            4,
          )}`,
        ]),
    ...(issuer === null ? [] : [`${name(issuer)} vouches`]),
    ...(keys.length === 0
      ? []
      : [
          `${keys.length === 1 ? 'another key verifies' : 'other keys verify'} that (${listWords(keys.map(name), 2)})`,
        ]),
  ]
  return parts.length === 0 ? null : parts.join(', ')
}

/** Who a cause concerns: the one by name, several by their number. */
export function causeHolders({ principals }: Pick<Cause, 'principals'>, name: Name): string {
  const [first] = principals
  return principals.length === 1 && first !== undefined
    ? principalWords(first, name)
    : principalsCount(principals)
}

/** What changed, in a few words: `IAMFullAccessPolicy attached to group kms-team-1`. */
export function causeWords(cause: Cause, drift: readonly Drift[], name: Name): string {
  const [path] = cause.paths
  const grant = grantBehind(cause)
  const [row] = drift
  switch (cause.kind) {
    case 'attachment':
      if (grant?.kind !== 'attachment') return 'a policy attached'
      return `${name(grant.policy)} attached to ${holderWords(grant.to, name)}`
    case 'version':
      if (grant?.kind !== 'attachment') return 'another version became default'
      return `${name(grant.policy)} ${grant.version_id ?? ''} became default`
    case 'legacy-grant':
      if (grant?.kind !== 'role') return 'a legacy role granted'
      return `${name(grant.role)} (legacy ${grant.updated_at === null ? 'role' : 'policy'}) granted to ${holderWords(grant.to, name)}, ${roleScopeWords(grant.scope, name)}`
    case 'membership':
      return `added to group ${name(groupJoined(cause) ?? '')}`
    case 'builtin-group':
      return `added to built-in group ${name(grant?.kind === 'builtin-group' ? grant.group : 'admin')}`
    case 'trust':
      return trustWords(cause, row, name)
    case 'mapping': {
      const link = path?.links.find((one) => one.kind === 'mapping')
      const tests =
        row === undefined
          ? null
          : partiesGained({ parties: { ...row.parties, trusted: [], issuer: null, keys: [] } }, name)
      return link === undefined
        ? `a mapping ${tests ?? 'changed'}`
        : `${name(link.provider)} makes people members of group ${name(link.group)}${tests === null ? '' : `: ${tests}`}`
    }
    case 'provider':
      return vouchersWords(row, name)
    case 'rename':
      return 'a user renamed to a name that restricted grants cover'
    case 'enabled':
      return 'enabled again, approved while disabled'
    case 'expiry':
      return `approval ended ${row?.approval?.expires ?? ''}`.trimEnd()
  }
}

/** The grant that changed: on the way to an agency it is not the last of the path. */
function grantBehind({ paths, subject }: Cause): GrantLink | undefined {
  const [path] = paths
  return subject.grant ?? (path === undefined || path.links.length === 0 ? undefined : grantOf(path))
}

/** The group that somebody joined: it may give what is held, or the permission to assume. */
function groupJoined({ paths, subject }: Cause): string | undefined {
  const memberships = paths
    .flatMap(({ links }) => links)
    .map((link) => (link.kind === 'assume' && 'through' in link.by ? link.by.through : link))
    .filter((link) => link?.kind === 'membership')
  const joined = memberships.find((link) => link?.group_id === subject.group_id) ?? memberships[0]
  return joined?.group
}

function holderWords(to: { readonly kind: string; readonly name: string }, name: Name): string {
  return to.kind === 'user' ? 'the user' : `${to.kind} ${name(to.name)}`
}

/** One party more in the trust of an agency, whatever number of users of this account follow. */
function trustWords({ paths, principals }: Cause, row: Drift | undefined, name: Name): string {
  const assumed = paths.flatMap(({ links }) => links.filter((link) => link.kind === 'assume')).at(0)
  const agency = assumed?.agency ?? principals.find(({ kind }) => kind === 'agency')?.name
  const parties = row?.parties.trusted ?? []
  const of = agency === undefined ? 'an agency' : `agency ${name(agency)}`
  return parties.length === 0 ? `${of} may be assumed` : `${of} trusts ${partiesWords(parties, name, 2)}`
}

/** Who vouches for the people of a provider, or for whoever may assume an agency by one. */
function vouchersWords(row: Drift | undefined, name: Name): string {
  const gained = row && partiesGained({ parties: vouchersGained(row) }, name)
  const whom = row?.principal.kind === 'agency' ? ` for agency ${name(row.principal.name)}` : ''
  return `who vouches${whom} changed: ${gained ?? 'another issuer or key'}`
}

/** The issuer and the keys that were not approved, where an agency trusts the same provider as before. */
function vouchersGained({ parties, approval }: Drift): Parties {
  if (approval?.kind !== 'agency') return parties
  const known = approval.trusted.filter((item) => 'provider' in item)
  const now = parties.trusted.filter((item) => 'provider' in item)
  const issuers = now.flatMap(({ issuer }) => issuer ?? [])
  const keys = now.flatMap((item) => item.keys ?? [])
  return {
    ...noParties,
    issuer: issuers.find((issuer) => known.every((one) => one.issuer !== issuer)) ?? null,
    keys: keys.filter((key) => !known.some((one) => one.keys?.includes(key))),
  }
}

/** When it changed, as far as anything says so; empty where only time passed. */
export function causeDay(cause: Cause): string {
  const { kind } = cause
  const grant = grantBehind(cause)
  const time =
    grant?.kind === 'attachment' && kind === 'attachment'
      ? grant.attached_at
      : grant?.kind === 'attachment' && kind === 'version'
        ? grant.version_created_at
        : grant?.kind === 'role' && kind === 'legacy-grant'
          ? grant.updated_at
          : null
  return kind === 'expiry' ? '' : time === null ? 'not recorded' : dayOf(time)
}

/** What they now hold: `everything in iam-administration`, or the actions of a part. */
export function heldWords(drift: readonly Drift[], name: Name): string {
  const names = [...new Set(drift.map((row) => row.permission))]
  const whole = new Set(drift.filter((row) => row.extent === 'all').map((row) => row.permission))
  const [first] = names
  if (first === undefined) return ''
  const words = names.slice(0, 2).map((permission) => {
    const rows = drift.filter((row) => row.permission === permission)
    const limited = rows.every((row) => row.restricted) ? ', on some resources or conditions' : ''
    if (whole.has(permission)) return `**everything** in ${name(permission)}${limited}`
    const row = rows[0] as Drift
    const example = row.example === null ? '' : `, e.g. ${name(row.example)}`
    const many = row.actions.length
    return many > 1
      ? `${many} actions of ${name(permission)}${example}${limited}`
      : `part of ${name(permission)}${example}${limited}`
  })
  const more = names.length - words.length
  return `${words.join('; ')}${more > 0 ? ` and ${more} more` : ''}`
}

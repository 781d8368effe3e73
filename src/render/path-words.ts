/** A path as a sentence: from whoever holds it, link by link, to the words that grant it. */
import type { AssumeBy, AssumeLink, Link, Path, RoleLink } from '../account/link.ts'
import { likeWords, type Subject, subjectWords } from './principal-words.ts'
import { dayOf, type Name, roleScopeWords } from './words.ts'

/** `alice → group ops → CustomOps v3, statement 2, iam:*:*`. */
export function pathWords(subject: Subject, path: Path, name: Name): string {
  return [subjectWords(subject, name), ...stepWords(path, name)].join(' → ')
}

/** The same without the principal, for those who share it. */
export function routeWords(path: Path, name: Name): string {
  return stepWords(path, name).join(' → ')
}

function stepWords({ links, origin }: Path, name: Name): string[] {
  const steps = links.map((link) => linkWords(link, name))
  if (origin.kind === 'builtin-group') return steps
  // A role that grants by its name has no statement that says so.
  const statement = origin.statement > 0 ? `, statement ${origin.statement}` : ', by its name'
  const limited = origin.restricted ? ', conditional or on some resources only' : ''
  return [...steps.slice(0, -1), `${steps.at(-1) ?? ''}${statement}, ${name(origin.pattern)}${limited}`]
}

/** One link in words. */
export function linkWords(link: Link, name: Name): string {
  switch (link.kind) {
    case 'membership':
    case 'mapping':
      return `group ${name(link.group)}`
    case 'builtin-group':
      return `built-in group ${name(link.group)}, which holds everything`
    case 'attachment':
      return `${name(link.policy)}${versionWords(link.version_id)}`
    case 'role':
      return roleWords(link, name)
    case 'assume':
      return `may assume ${name(link.agency)} (${byWords(link, name)})`
    case 'trust':
      return `trusted by agency ${name(link.agency)}`
  }
}

function versionWords(version: string | null): string {
  return version === null ? '' : ` ${version}`
}

/** Only a policy that the account made says when it was changed. */
function roleWords({ role, scope, updated_at }: RoleLink, name: Name): string {
  return `${name(role)} (legacy ${updated_at === null ? 'role' : 'policy'}, ${roleScopeWords(scope, name)})`
}

function byWords({ agency, by, conditional }: AssumeLink, name: Name): string {
  return [likeWords(agency), permissionWords(by, name), conditional ? 'on a condition' : null]
    .filter((part) => part !== null)
    .join(', ')
}

function permissionWords(by: AssumeBy, name: Name): string {
  switch (by.kind) {
    case 'builtin-group':
      return `built-in group ${name(by.grant.group)}`
    case 'trust':
      return by.names === 'everybody' ? 'its trust names everybody' : 'its trust names them'
    case 'policy':
    case 'role': {
      const through = by.through === null ? '' : `group ${name(by.through.group)}, `
      const grant =
        by.grant.kind === 'role'
          ? `legacy role ${name(by.grant.role)}, ${roleScopeWords(by.grant.scope, name)}`
          : `policy ${name(by.grant.policy)}${versionWords(by.grant.version_id)}`
      return `${through}${grant}${by.statement > 0 ? `, statement ${by.statement}` : ''}`
    }
  }
}

/** When the parts of a path appeared. Nothing says when a user joined a group, and this does not either. */
export function datesWords({ links }: Path, name: Name): string | null {
  const parts = links.flatMap((link) => linkDates(link, name))
  return parts.length === 0 ? null : parts.join(', ')
}

function linkDates(link: Link, name: Name): string[] {
  switch (link.kind) {
    case 'builtin-group':
      return ['when the user became a member is not recorded by IAM']
    case 'attachment': {
      const { to, version_id, version_created_at, attached_at } = link
      const holder = to.kind === 'user' ? 'the user' : `${to.kind} ${name(to.name)}`
      return [
        ...(version_created_at === null
          ? []
          : [`version ${version_id} written ${dayOf(version_created_at)}`]),
        ...(attached_at === null ? [] : [`policy attached to ${holder} ${dayOf(attached_at)}`]),
      ]
    }
    case 'role':
      return [
        link.updated_at === null
          ? 'when a legacy role was granted is not recorded by IAM'
          : `legacy policy last changed ${dayOf(link.updated_at)}, when it was granted is not recorded by IAM`,
      ]
    default:
      return []
  }
}

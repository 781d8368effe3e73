/**
 * Reads everything that matters of an account until two readings in a row agree. Then there was a moment, after the
 * one and before the other, at which all of it was so: somebody who moves meanwhile is neither lost nor made up.
 */
import type { CrawlContext } from './context.ts'
import { type Progress, runTasks } from './schedule.ts'
import type { Source } from './source.ts'
import { Agencies } from './sources/agencies.ts'
import { Federation } from './sources/federation.ts'
import { GroupFirst, type Holder } from './sources/group-first.ts'
import type { IdentityPolicies } from './sources/identity-policies.ts'
import { LegacyRoles } from './sources/legacy-roles.ts'
import { PolicyFirst } from './sources/policy-first.ts'
import { Principals } from './sources/principals.ts'

export type Method = IdentityPolicies['method']

/** Readings in which a changing account may come to rest. */
const MAXIMUM_READINGS = 4

export interface ReadSources {
  readonly principals: Principals
  readonly policies: IdentityPolicies
  readonly legacyRoles: LegacyRoles
  readonly agencies: Agencies
  readonly federation: Federation
  readonly all: readonly Source[]
}

/**
 * Reads. What could not be read is in the context's gaps.
 *
 * @throws PolicyFirstForbidden when the method asked for is closed, AuthenticationError
 */
export async function readAccount(
  context: CrawlContext,
  method: Method,
  random: () => number,
  progress: (progress: Progress) => void,
): Promise<ReadSources> {
  const sources = assemble(context, method)
  const { all } = sources
  let before: readonly string[] = []
  for (let reading = 1; ; reading++) {
    for (const source of all) source.begin()
    await runTasks(all, random, progress)
    const now = all.map((source) => source.fingerprint())
    const isWhole = all.every((source) => !source.isMissingSomething())
    const agrees = all.map((_, at) => now[at] === before[at])
    before = now
    if (isWhole && agrees.every(Boolean)) {
      for (const source of all) source.finish(true)
      return sources
    }
    if (reading < MAXIMUM_READINGS && !context.gaps.isLate) continue
    // When the time is up, a gap says so, and nothing is known of what changed.
    for (const [at, source] of all.entries()) source.finish(context.gaps.isLate || agrees[at] === true)
    return sources
  }
}

/** The sources, each told what the others found. */
function assemble(context: CrawlContext, method: Method): ReadSources {
  const principals: Principals = new Principals(context, {
    groupsThatMatter: () => [...policies.holders('group'), ...legacyRoles.holders('group')],
    usersThatMatter: () => [...policies.holders('user'), ...legacyRoles.holders('user')],
  })
  const agencies: Agencies = new Agencies(context, () => [
    ...policies.holders('agency'),
    ...legacyRoles.holders('agency'),
  ])
  const legacyRoles: LegacyRoles = new LegacyRoles(context, {
    groups: () => principals.groups.keys(),
    agencies: () => agencies.listed.keys(),
  })
  const policies: IdentityPolicies =
    method === 'policy-first'
      ? new PolicyFirst(context)
      : new GroupFirst(context, {
          all: () => holdersIn(principals, agencies),
          isListed: ({ kind, id }) => listOf(kind, principals, agencies).has(id),
          doubt: (kind) =>
            kind === 'agency' ? agencies.doubt() : principals.doubt(kind === 'user' ? 'users' : 'groups'),
        })
  const federation = new Federation(context, () => [...principals.users.keys()])
  return {
    ...{ principals, policies, legacyRoles, agencies, federation },
    all: [principals, policies, legacyRoles, agencies, federation],
  }
}

/** Everybody who can have policies; the root user has none. */
function holdersIn(principals: Principals, agencies: Agencies): Holder[] {
  return [
    ...[...principals.groups.values()].map(
      (one) => ({ kind: 'group', id: one.group_id, name: one.group_name }) as const,
    ),
    ...[...principals.users.values()]
      .filter((one) => !one.is_root_user)
      .map((one) => ({ kind: 'user', id: one.user_id, name: one.user_name }) as const),
    ...[...agencies.listed.values()].map(
      (one) => ({ kind: 'agency', id: one.agency_id, name: one.agency_name }) as const,
    ),
  ]
}

function listOf(
  kind: Holder['kind'],
  principals: Principals,
  agencies: Agencies,
): ReadonlyMap<string, unknown> {
  return kind === 'agency' ? agencies.listed : kind === 'user' ? principals.users : principals.groups
}

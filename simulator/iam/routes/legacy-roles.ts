/** Legacy roles and policies, and to whom they are granted, as v3 tells them. */
import { type Call, type Handler, legacyFailure, ok, type Reply, type Route, route } from '../call.ts'
import type {
  HolderType,
  RoleScope,
  SimulatedAccount,
  SimulatedRole,
  SimulatedRoleAssignment,
} from '../model.ts'
import { linksOf, numberedPage } from '../paging.ts'

const invalid = (call: Call, parameter: string): Reply =>
  legacyFailure(call, 400, `Request parameter ${parameter} is invalid.`)

/** Only the caller's own account can be asked about. */
export function domainFault(account: SimulatedAccount, call: Call, domain: string | undefined): Reply | null {
  if (domain === undefined) return invalid(call, 'domain_id')
  if (domain !== account.account_id)
    return legacyFailure(call, 403, 'You are not authorized to perform the requested action.')
  return null
}

const roleJson = (role: SimulatedRole) => {
  const { role_id, policy, ...fields } = role
  return {
    id: role_id,
    ...fields,
    ...{ description: '', description_cn: '', flag: flagOf(role) },
    links: { self: `https://iam.myhuaweicloud.com/v3/roles/${role_id}` },
    policy,
  }
}
const flagOf = ({ domain_id, policy }: SimulatedRole): string | null =>
  domain_id === null && (policy as { Version?: unknown } | null)?.Version === '1.1' ? 'fine_grained' : null

/** The scope of a row, in words of v3. */
function scopeJson(account: SimulatedAccount, scope: RoleScope): object {
  if (scope === 'domain' || scope === 'all-projects') return { domain: { id: account.account_id } }
  const at = scope.indexOf(':')
  const kind = scope.slice(0, at) === 'project' ? 'project' : 'enterprise_project'
  return { [kind]: { id: scope.slice(at + 1) } }
}

const kindOfScope = (scope: RoleScope): string =>
  scope === 'domain' || scope === 'all-projects'
    ? 'domain'
    : scope.startsWith('project:')
      ? 'project'
      : 'enterprise_project'

type Test = (row: SimulatedRoleAssignment) => boolean

/** Rows of the subject that was asked for; null where the question is wrong. */
function subjectTest(account: SimulatedAccount, { query }: Call): Test | null {
  const { subject, include_group } = query
  const one = (['user', 'group', 'agency'] as const).filter(
    (kind) => query[`subject.${kind}_id`] !== undefined,
  )
  if (one.length + (subject === undefined ? 0 : 1) > 1) return null
  if (subject !== undefined && !/^(user|group|agency)$/.test(subject)) return null
  if (include_group !== undefined && subject !== 'user' && one[0] !== 'user') return null
  const kind = subject ?? one[0]
  if (kind === undefined) return () => true
  const id = one[0] === undefined ? null : query[`subject.${one[0]}_id`]
  const throughGroups = kind === 'user' && include_group !== 'false'
  const groups = new Set(
    account.groups
      .filter((group) => (id === null ? group.members.length > 0 : group.members.includes(id as string)))
      .map((group) => group.group_id),
  )
  return (row) =>
    (row.holder_type === kind && (id === null || row.holder_id === id)) ||
    (throughGroups && row.holder_type === 'group' && groups.has(row.holder_id))
}

/** Rows of the scope that was asked for; null where the question is wrong. */
function scopeTest({ query }: Call): Test | null {
  const { scope, is_inherited } = query
  const one = [
    ['domain', 'scope.domain_id'],
    ['project', 'scope.project_id'],
    ['enterprise_project', 'scope.enterprise_projects_id'],
  ].filter(([, parameter]) => query[parameter as string] !== undefined)
  if (one.length + (scope === undefined ? 0 : 1) > 1) return null
  if (scope !== undefined && !/^(domain|project|enterprise_project)$/.test(scope)) return null
  const kind = scope ?? one[0]?.[0]
  if (is_inherited !== undefined && (kind !== 'domain' || !/^(true|false)$/.test(is_inherited))) return null
  // Without a scope, the grants for all resources come too.
  if (kind === undefined) return () => true
  if (kind === 'domain') return (row) => row.scope === (is_inherited === 'true' ? 'all-projects' : 'domain')
  const id = one[0] === undefined ? null : query[one[0][1] as string]
  return (row) =>
    kindOfScope(row.scope) === kind && (id === null || row.scope.slice(row.scope.indexOf(':') + 1) === id)
}

const listAssignments: Handler = (account, call) => {
  const fault = domainFault(account, call, call.query.domain_id)
  if (fault !== null) return fault
  const ofSubject = subjectTest(account, call)
  if (ofSubject === null) return invalid(call, 'subject')
  const ofScope = scopeTest(call)
  if (ofScope === null) return invalid(call, 'scope')
  const { role_id } = call.query
  const rows = account.role_assignments.filter(
    (row) => (role_id === undefined || row.role_id === role_id) && ofSubject(row) && ofScope(row),
  )
  return numberedPage(
    call,
    rows,
    call.query.page === undefined ? Math.max(rows.length, 1) : 50,
    (shown, total_num) => ({
      total_num,
      role_assignments: shown.map((row) => ({
        [row.holder_type]: { id: row.holder_id },
        role: { id: row.role_id },
        scope: scopeJson(account, row.scope),
        is_inherited: row.scope === 'all-projects',
      })),
    }),
  )
}

const typesOf: Readonly<Record<string, RegExp>> = { domain: /^(AX|AA)$/, project: /^(XA|AA)$/, all: /./ }

const listRoles: Handler = (account, call) => {
  const { domain_id, permission_type, display_name, catalog, name, type = 'all' } = call.query
  if (domain_id !== undefined) {
    const fault = domainFault(account, call, domain_id)
    if (fault !== null) return fault
  }
  if (permission_type !== undefined && (domain_id !== undefined || !/^(policy|role)$/.test(permission_type)))
    return invalid(call, 'permission_type')
  const ofType = typesOf[type]
  if (ofType === undefined) return invalid(call, 'type')
  const rows = account.roles
    .filter((role) => (role.domain_id === null) === (domain_id === undefined))
    .filter(
      (role) => permission_type === undefined || (flagOf(role) !== null) === (permission_type === 'policy'),
    )
    .filter((role) => display_name === undefined || role.display_name.includes(display_name))
    .filter((role) => catalog === undefined || role.catalog === catalog)
    .filter((role) => name === undefined || role.name === name)
    .filter((role) => ofType.test(role.type))
  return rolePage(call, rows)
}

const rolePage = (call: Call, rows: readonly SimulatedRole[]): Reply =>
  numberedPage(call, rows, 300, (shown, total_number) => ({
    ...{ roles: shown.map(roleJson), links: linksOf(call), total_number },
  }))

const listCustomPolicies: Handler = (account, call) =>
  rolePage(
    call,
    account.roles.filter((role) => role.domain_id !== null),
  )

const getRole: Handler = (account, call, _, id) => {
  const role = account.roles.find((one) => one.role_id === id)
  return role ? ok({ role: roleJson(role) }) : legacyFailure(call, 404, `Could not find role: ${id}.`)
}

/** The roles that one holder has in one scope, with their documents. */
const rolesOf =
  (kind: HolderType, scopeOf: (id: string) => RoleScope): Handler =>
  (account, call, _, place = '', holder = '') => {
    const scope = scopeOf(place)
    if (kindOfScope(scope) === 'domain') {
      const fault = domainFault(account, call, place)
      if (fault !== null) return fault
    }
    const exists =
      kind === 'group'
        ? account.groups.some((group) => group.group_id === holder)
        : account.agencies.some((agency) => agency.agency_id === holder)
    if (!exists) return legacyFailure(call, 404, `Could not find ${kind}: ${holder}.`)
    const ids = account.role_assignments
      .filter((row) => row.holder_type === kind && row.holder_id === holder && row.scope === scope)
      .map((row) => row.role_id)
    const roles = ids.flatMap((id) => account.roles.filter((role) => role.role_id === id))
    return ok({ links: linksOf(call), roles: roles.map(roleJson) })
  }

const onDomain = (): RoleScope => 'domain'
const onAllProjects = (): RoleScope => 'all-projects'
const onProject = (id: string): RoleScope => `project:${id}`

/** Action and traced name, which are the same for these lists. */
const list = (text: string, action: string, handle: Handler): Route =>
  route(text, `iam:permissions:${action}`, action, handle)

export const legacyRoleRoutes: readonly Route[] = [
  list('GET /v3.0/OS-PERMISSION/role-assignments', 'listRoleAssignments', listAssignments),
  route('GET /v3/roles', 'iam:roles:listRoles', 'listRoles', listRoles),
  route('GET /v3/roles/*', 'iam:roles:getRole', 'getRole', getRole),
  route('GET /v3.0/OS-ROLE/roles', 'iam:roles:listRoles', 'listRoles', listCustomPolicies),
  route('GET /v3.0/OS-ROLE/roles/*', 'iam:roles:getRole', 'getRole', getRole),
  list('GET /v3/domains/*/groups/*/roles', 'listRolesForGroupOnDomain', rolesOf('group', onDomain)),
  list(
    'GET /v3/OS-INHERIT/domains/*/groups/*/roles/inherited_to_projects',
    'listRolesForGroup',
    rolesOf('group', onAllProjects),
  ),
  list('GET /v3/projects/*/groups/*/roles', 'listRolesForGroupOnProject', rolesOf('group', onProject)),
  list(
    'GET /v3.0/OS-AGENCY/domains/*/agencies/*/roles',
    'listRolesForAgencyOnDomain',
    rolesOf('agency', onDomain),
  ),
  list(
    'GET /v3.0/OS-INHERIT/domains/*/agencies/*/roles/inherited_to_projects',
    'listRolesForAgency',
    rolesOf('agency', onAllProjects),
  ),
  list(
    'GET /v3.0/OS-AGENCY/projects/*/agencies/*/roles',
    'listRolesForAgencyOnProject',
    rolesOf('agency', onProject),
  ),
]

/** Verdicts put together row by row: what the renderers are shown, whatever could make it. */

import type { Holding, TrustedParty } from '../../src/access/model.ts'
import type { AttachmentLink, Holder, Link, MembershipLink, Path, RoleLink } from '../../src/account/link.ts'
import { federatedId, federatedName, type NamedPrincipal } from '../../src/account/principal.ts'
import type { Cause, Drift, Parties, Verdict } from '../../src/audit/model.ts'
import { noParties } from '../../src/audit/model.ts'
import { inOrder } from '../../src/audit/order.ts'
import { withoutOpen } from '../../src/audit/parties.ts'
import type { Cut, Revocation } from '../../src/audit/revocation.ts'
import type { BaselineEntry } from '../../src/baseline/baseline.ts'
import type { Grant, Severity } from '../../src/policy/types.ts'
import { ACCOUNT, hexId } from './ids.ts'

export const IAM = 'iam-administration'
const ALL: readonly Grant[] = [{ actions: ['iam:*:*'] }]

export function user(name: string): NamedPrincipal {
  return { kind: 'user', id: hexId(name), name }
}

export function agency(name: string): NamedPrincipal {
  return { kind: 'agency', id: hexId(`a-${name}`), name }
}

export function federated(provider: string, group: string | null): NamedPrincipal {
  const id = federatedId(provider, group === null ? null : hexId(`g-${group}`))
  return { kind: 'federated', id, name: federatedName(provider, group) }
}

export function groupOf(name: string): Holder & { readonly kind: 'group' } {
  return { kind: 'group', id: hexId(`g-${name}`), name }
}

export function member(group: string): MembershipLink {
  return { kind: 'membership', group_id: hexId(`g-${group}`), group }
}

export function attached(policy: string, to: Holder, day = '2026-11-23', version = 'v1'): AttachmentLink {
  return {
    ...{ kind: 'attachment', to, policy_id: hexId(`p-${policy}`), policy, policy_type: 'custom' },
    ...{ version_id: version, version_created_at: '2026-10-02T08:00:00Z', attached_at: `${day}T16:05:00Z` },
  }
}

export function role(name: string, to: Holder, scope: RoleLink['scope'] = 'all-projects'): RoleLink {
  return {
    kind: 'role',
    to,
    role_id: hexId(`r-${name}`),
    role: name,
    scope,
    updated_at: null,
    document: `r ${name}`,
  }
}

export function path(links: readonly Link[], pattern = 'iam:*:*', statement = 1, restricted = false): Path {
  return { links, origin: { kind: 'statement', statement, pattern, restricted } }
}

export function adminPath(group = 'admin'): Path {
  const link = { kind: 'builtin-group', group_id: hexId(`g-${group}`), group } as const
  return { links: [link], origin: { kind: 'builtin-group' } }
}

export function leave(principal: NamedPrincipal, group: string): Cut {
  const parameters = { group_id: hexId(`g-${group}`), user_id: principal.id }
  return {
    ...{ kind: 'remove-from-group', link: member(group), what: group, scope: null, version_id: null },
    from: { kind: 'user', id: principal.id, name: principal.name },
    operation: { api: 'RemoveUserFromGroupV5', parameters },
  }
}

export function detach(link: AttachmentLink): Cut {
  const { to, policy, policy_id } = link
  const api = { user: 'DetachUserPolicyV5', group: 'DetachGroupPolicyV5', agency: 'DetachAgencyPolicyV5' }[
    to.kind
  ]
  return {
    ...{ kind: 'detach', link, what: policy, scope: null, version_id: null, from: to },
    operation: { api, parameters: { policy_id, [`${to.kind}_id`]: to.id } },
  }
}

export function restore(link: AttachmentLink, version: string): Cut {
  const { policy, policy_id, to } = link
  return {
    ...{ kind: 'restore-version', link, what: policy, scope: null, version_id: version, from: to },
    operation: { api: 'SetDefaultPolicyVersionV5', parameters: { policy_id, version_id: version } },
  }
}

export function revokeRole(link: RoleLink): Cut {
  const { to, role: what, role_id, scope } = link
  return {
    ...{ kind: 'revoke-role', link, what, scope, version_id: null, from: to },
    operation: { api: 'DeleteDomainGroupInheritedRole', parameters: { role_id, [`${to.kind}_id`]: to.id } },
  }
}

export function distrust(of: NamedPrincipal, party: TrustedParty): Cut {
  const item = JSON.stringify(party)
  return {
    ...{
      kind: 'remove-trusted',
      link: { kind: 'trust', agency_id: of.id, agency: of.name, item },
      what: item,
    },
    ...{ scope: null, version_id: null, from: { kind: 'agency', id: of.id, name: of.name } },
    operation: {
      api: 'UpdateTrustPolicyV5',
      parameters: { agency_id: of.id },
      removes: { trusted: withoutOpen(party) },
    },
  }
}

/** What makes one row of drift; the rest follows. */
export interface Row {
  readonly principal: NamedPrincipal
  readonly paths: readonly Path[]
  readonly cuts?: readonly (readonly Cut[])[]
  readonly others?: number
  /** What each of the cuts takes beside; nothing, unless told. */
  readonly ordinary?: readonly Revocation['ordinary'][]
  readonly permission?: string
  readonly severity?: Severity
  readonly extent?: 'all' | 'part'
  readonly restricted?: boolean
  readonly kind?: Drift['kind']
  readonly grants?: readonly Grant[]
  readonly actions?: readonly string[]
  readonly because?: Drift['because']
  readonly parties?: Partial<Parties>
  readonly enabled?: boolean
  readonly approval?: BaselineEntry | null
  readonly denies?: Holding['conditional_denies']
}

/** One cause and what it explains. */
export interface Change {
  readonly kind: Cause['kind']
  readonly paths?: readonly Path[]
  readonly rows: readonly Row[]
}

const actionsOfAll = [
  'iam:credentials:createCredentialV5',
  'iam:policies:createVersionV5',
  'iam:users:createUserV5',
]

export function entryFor(
  principal: NamedPrincipal,
  permission: string,
  fields: Partial<BaselineEntry> = {},
): BaselineEntry {
  const common = { permission, grants: ALL, justification: '', extra: {} }
  switch (principal.kind) {
    case 'user':
      return {
        kind: 'user',
        user: principal.name,
        user_id: principal.id,
        ...common,
        ...fields,
      } as BaselineEntry
    case 'agency':
      return {
        ...{
          kind: 'agency',
          agency: principal.name,
          agency_id: principal.id,
          trusted: [],
          ...common,
          ...fields,
        },
      } as BaselineEntry
    case 'federated': {
      const [provider = '', group = ''] = principal.id.split('/')
      return {
        ...{ kind: 'federated', provider, group: principal.name.split(' → ')[1], group_id: group },
        ...{ issuer: '', keys: [], when: [], ...common, ...fields },
      } as BaselineEntry
    }
  }
}

function driftOf(row: Row, cause: string): Drift {
  const { principal, paths, permission = IAM, extent = 'all', restricted = false } = row
  const revocations = (row.cuts ?? []).map(
    (cuts, at): Revocation => ({
      ...{ cuts, others: row.others ?? 0 },
      ordinary: row.ordinary?.[at] ?? { losers: new Map(), unread: [], unlisted: [] },
    }),
  )
  const actions = row.actions ?? (extent === 'all' ? actionsOfAll : ['iam:policies:createVersionV5'])
  return {
    ...{ kind: row.kind ?? 'unapproved-holder', principal, permission, severity: row.severity ?? 'high' },
    ...{ enabled: row.enabled ?? true, extent, restricted, paths, revocations, cause, actions },
    grants: row.grants ?? (extent === 'all' ? ALL : [{ actions }]),
    example: actions[0] ?? null,
    parties: { ...noParties, ...row.parties },
    conditional_denies: row.denies ?? [],
    proposed_entry: entryFor(principal, permission),
    ...{ approval: row.approval ?? null, entry_index: null, because: row.because ?? null },
  }
}

export type Approved = Omit<Partial<Verdict['holdings'][number]>, 'principal'> &
  Pick<Row, 'principal' | 'paths'>

function recordedAs({ kind, id, name }: NamedPrincipal): Holding['recorded_as'] {
  const [provider = '', group_id = ''] = id.split('/')
  if (kind === 'federated') return { kind, provider, group: name.split(' → ')[1] ?? '', group_id }
  return kind === 'user' ? { kind, user: name, user_id: id } : { kind, agency: name, agency_id: id }
}

/** A holding, of all of the permission unless told otherwise. */
export function holding({ principal, paths, ...fields }: Approved): Verdict['holdings'][number] {
  return {
    ...{
      principal,
      recorded_as: recordedAs(principal),
      enabled: true,
      permission: IAM,
      severity: 'high',
      extent: 'all',
      restricted: false,
    },
    ...{ counts: true, grants: ALL, actions: actionsOfAll, paths, paths_omitted: 0, conditional_denies: [] },
    ...{ trusted: null, when: null, issuer: null, keys: null, approval: null },
    ...fields,
  }
}

/** A verdict in which these changes are drift and these holdings are held beside. */
export function verdictWith(
  changes: readonly Change[],
  holdings: readonly Verdict['holdings'][number][] = [],
  fields: Partial<Verdict> = {},
): Verdict {
  const rows = changes.flatMap((change, at) => change.rows.map((row) => driftOf(row, `cause ${at}`)))
  const groups = changes.map(
    ({ kind, paths, rows: own }, at): Cause => ({
      ...{ key: `cause ${at}`, kind, paths: paths ?? own[0]?.paths ?? [], subject: {}, by: null },
      principals: [
        ...new Map(own.map(({ principal }) => [`${principal.kind} ${principal.id}`, principal])).values(),
      ],
    }),
  )
  const { drift, causes } = inOrder({ drift: rows, causes: groups })
  const known = new Set(holdings.map((one) => `${one.principal.id} ${one.permission}`))
  const drifting = drift
    .filter((row) => !known.has(`${row.principal.id} ${row.permission}`))
    .map((row) =>
      holding({
        ...{ principal: row.principal, paths: row.paths, permission: row.permission, severity: row.severity },
        ...{ extent: row.extent, restricted: row.restricted, grants: row.grants, actions: row.actions },
      }),
    )
  return {
    ...{ result: drift.length > 0 ? 'drift' : 'unchanged', complete: true, coverage_level: 'full' },
    ...{ account: { id: ACCOUNT, name: 'Northwind production' }, taken_at: '2026-11-26T03:17:00Z' },
    auditor: { urn: `sts::${ACCOUNT}:assumed-agency:iam-audit/github`, id: 'auditor' },
    ...{ gaps: [], known_gaps: [], notices: [], partial: [], dormant: [] },
    coverage: [
      { source: 'identity-policies', status: 'audited', count: 42 },
      { source: 'admin-group', status: 'audited', count: 1 },
      { source: 'root-user', status: 'audited', count: 1 },
      { source: 'legacy-roles', status: 'audited', count: 9 },
      { source: 'agencies', status: 'audited', count: 7 },
      { source: 'federation', status: 'audited', count: 1 },
      { source: 'identity-center', status: 'not-attempted', count: null },
    ],
    population: {
      ...{ users: { seen: 62, expected: 62 }, groups: { seen: 11, expected: 11 } },
      ...{ policies: { seen: 42, expected: null }, roles: { seen: 9, expected: 9 } },
      ...{ agencies: { seen: 7, expected: 7 }, providers: { seen: 1, expected: 1 } },
    },
    ...{ catalogue: 'live', root_user: { user_id: 'root', user: 'northwind', enabled: true } },
    holdings: [...holdings, ...drifting],
    ...{
      drift,
      causes,
      was_held: [],
      traces: null,
      no_longer_held: [],
      reduced: [],
      expiring: [],
      renamed: [],
      unreviewed: [],
    },
    permissions: [{ name: IAM, severity: 'high', holds: 'any', definition: { actions: ['iam:*:*'] } }],
    stats: { requests: 141, retries: 2, duration_ms: 15_100, method: 'policy-first', documents_cached: 12 },
    ...{ has_baseline: true, admin_group: null, was_held: [], traces: null },
    ...fields,
  }
}

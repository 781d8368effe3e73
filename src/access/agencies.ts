/** Agencies as principals: who is trusted by each, which of them nobody can assume, which belong to a service. */
import { hasExpired } from '../account/agency-expiry.ts'
import type { Principal } from '../account/principal.ts'
import type { Agency, Snapshot } from '../account/snapshot.ts'
import { TrustPrincipals } from '../policy/language/trust-parties.ts'
import { isServiceLinked, readTrust, type Trust } from '../policy/language/trust-policy.ts'
import type { AssumableAgency } from './assume.ts'
import type { DormantAgency, TrustedParty } from './model.ts'
import { factsOfAgency } from './principals.ts'
import { AgencyTrust } from './trust.ts'

const SERVICE_LINKED = 'service-linked-agency/'

export class Agencies {
  /** Those that somebody may assume, in the order of the snapshot; none that belongs to a service. */
  readonly principals: readonly Principal[]
  readonly assumable: readonly AssumableAgency[]
  readonly dormant: readonly DormantAgency[]
  /** Those that belong to a service by their whole definition: they are no holders. */
  readonly serviceLinked: readonly Principal[]
  readonly notices: readonly string[]
  readonly #byId: ReadonlyMap<string, { readonly agency: Agency; readonly trust: Trust }>
  readonly #dormant: ReadonlySet<string>

  constructor(snapshot: Snapshot, sha256: (text: string) => string) {
    const principals = new TrustPrincipals({
      account: snapshot.account_id,
      users: snapshot.users,
      agencies: snapshot.agencies,
      providers: snapshot.trust_providers,
    })
    const now = Date.parse(snapshot.taken_at)
    const read = [...snapshot.agencies, ...unlistedAgencies(snapshot)].map((agency) => ({
      agency,
      trust: readTrust(agency, { principals, sha256 }),
    }))
    const notices: string[] = []
    const kept = read.filter(({ agency, trust }) => {
      if (!agency.path.startsWith(SERVICE_LINKED)) return true
      if (isServiceLinkedWhole(agency, trust, snapshot)) return false
      notices.push(
        `The agency ${agency.agency_name} has the path of a service-linked agency and is none: its trust, its policies or its roles are other than a service makes them. It is audited like every agency.`,
      )
      return true
    })
    const whyDormant = ({ agency, trust }: (typeof kept)[number]): DormantAgency['why'] | null =>
      hasExpired(agency.expire_time, now) ? 'expired' : trust.dormant ? 'trusted-by-nobody' : null
    const awake = kept.filter((one) => whyDormant(one) === null)
    this.#byId = new Map(read.map((one) => [one.agency.agency_id, one]))
    this.serviceLinked = read
      .filter((one) => !kept.includes(one))
      .map(({ agency }) => principalOf(agency, snapshot))
    this.notices = notices
    this.dormant = kept.flatMap((one) => {
      const why = whyDormant(one)
      const { agency_id, agency_name } = one.agency
      return why === null ? [] : [{ agency_id, agency: agency_name, why }]
    })
    this.#dormant = new Set(this.dormant.map((one) => one.agency_id))
    this.principals = awake.map(({ agency }) => principalOf(agency, snapshot))
    this.assumable = awake.map(({ agency, trust }) => assumableOf(agency, trust, snapshot.account_id))
  }

  isDormant(id: string): boolean {
    return this.#dormant.has(id)
  }

  /** Whether it trusts an account or a service, and has no trust policy to edit. */
  isLegacy(id: string): boolean {
    return this.#byId.get(id)?.agency.trust_policy === null
  }

  /** Path and name, as entries record it; null for one that is not there. */
  fullName(id: string): string | null {
    const agency = this.#byId.get(id)?.agency
    return agency === undefined ? null : `${agency.path}${agency.agency_name}`
  }

  trustedOf(id: string): readonly TrustedParty[] {
    const trust = this.#byId.get(id)?.trust
    return (trust?.trusted ?? []).map((item) => (trust?.open.has(item) ? { ...item, open: true } : item))
  }
}

function principalOf(agency: Agency, snapshot: Snapshot): Principal {
  const { agency_id, agency_name, urn } = agency
  return {
    ...{ kind: 'agency', id: agency_id, name: agency_name, urn, enabled: true },
    facts: factsOfAgency(urn, snapshot),
  }
}

function assumableOf(
  { agency_id, agency_name, urn }: Agency,
  trust: Trust,
  account: string,
): AssumableAgency {
  return {
    agency_id,
    agency: agency_name,
    trust: new AgencyTrust(trust, account),
    urns: [
      ...new Set([urn, `iam::${account}:agency:${agency_name}`, `iam::${account}:agencies:${agency_name}`]),
    ],
    uris: [
      ...[`/iam/agencies/${agency_id}`, `/iam/agencies/${agency_name}`],
      // A list of resources in a legacy policy has names of five parts, whose service is written in either case.
      ...[agency_id, agency_name].flatMap((name) =>
        ['iam', 'IAM'].flatMap((service) =>
          ['agency', 'agencies'].map((type) => `${service}::${account}:${type}:${name}`),
        ),
      ),
    ],
  }
}

/** By its whole definition: path, trust, no legacy role, and policies of the system alone. */
function isServiceLinkedWhole(agency: Agency, trust: Trust, snapshot: Snapshot): boolean {
  const { agency_id, path } = agency
  if (agency.trust_policy === null || !isServiceLinked(path, trust)) return false
  if (snapshot.role_assignments.some((row) => row.holder_type === 'agency' && row.holder_id === agency_id))
    return false
  const types = new Map(snapshot.policies.map((policy) => [policy.policy_id, policy.policy_type]))
  return snapshot.attachments
    .filter((row) => row.principal_type === 'agency' && row.principal_id === agency_id)
    .every((row) => types.get(row.policy_id) === 'system')
}

/** Agencies that hold something and are in no list: whom they trust is not known, so they count as trusting the account. */
function unlistedAgencies({ agencies, attachments, role_assignments, coverage }: Snapshot): Agency[] {
  const status = coverage.find((row) => row.source === 'agencies')?.status
  if (status !== 'audited' && status !== 'absent') return []
  const listed = new Set(agencies.map((one) => one.agency_id))
  const ids = new Set([
    ...attachments.filter((row) => row.principal_type === 'agency').map((row) => row.principal_id),
    ...role_assignments.filter((row) => row.holder_type === 'agency').map((row) => row.holder_id),
  ])
  return [...ids]
    .filter((id) => !listed.has(id))
    .map((id) => ({
      ...{ agency_id: id, agency_name: id, urn: '', path: '', created_at: null, expire_time: null },
      ...{ trust_policy: null, trust_domain_id: null, trust_domain_name: null },
    }))
}

/** Reads the agencies of a snapshot. Never throws. */
export function readAgencies(snapshot: Snapshot, sha256: (text: string) => string): Agencies {
  return new Agencies(snapshot, sha256)
}

/** What changed within a window, fact by fact: from when to when it was what. */
import type { Snapshot } from '../account/snapshot.ts'
import type { AgencyTrustText, TraceRecord } from '../account/trace-record.ts'
import { attachmentKey, type Facts, membershipKey, roleGrantKey, versionKey } from './facts.ts'
import { ABSENT, type Known, type Mark, presenceSpans, type Span, UNKNOWN, valueSpans } from './spans.ts'

/** The spans of everything that changed, by the keys of the facts. */
export interface Changes {
  readonly existence: ReadonlyMap<string, readonly Span<true>[]>
  readonly attachments: ReadonlyMap<string, readonly Span<true>[]>
  readonly memberships: ReadonlyMap<string, readonly Span<true>[]>
  readonly roleGrants: ReadonlyMap<string, readonly Span<true>[]>
  readonly versions: ReadonlyMap<string, readonly Span<string>[]>
  readonly trusts: ReadonlyMap<string, readonly Span<AgencyTrustText>[]>
  readonly expiries: ReadonlyMap<string, readonly Span<string>[]>
  readonly roleTexts: ReadonlyMap<string, readonly Span<string>[]>
  readonly rules: ReadonlyMap<string, readonly Span<string>[]>
  readonly providers: ReadonlyMap<string, readonly Span<boolean>[]>
  readonly bindings: ReadonlyMap<string, readonly Span<string>[]>
  readonly vouching: ReadonlyMap<string, readonly Span<string>[]>
}

function mapped<T, S>(
  marks: ReadonlyMap<string, T>,
  spans: (key: string, marks: T) => S,
): ReadonlyMap<string, S> {
  return new Map([...marks].map(([key, list]) => [key, spans(key, list)]))
}

/** Works out the spans of all facts that have a mark. */
export function changesOf(facts: Facts, snapshot: Snapshot, record: TraceRecord): Changes {
  const settled = Date.parse(snapshot.taken_at)
  const present = {
    existence: new Set(snapshot.users.map((one) => one.user_id)),
    attachments: new Set([
      ...snapshot.attachments.map(({ principal_type: type, principal_id: id, policy_id }) =>
        attachmentKey({ type, id }, policy_id),
      ),
      ...record.policies.flatMap(({ policy_id, attachments }) =>
        attachments.map(({ principal_type: type, principal_id: id }) =>
          attachmentKey({ type, id }, policy_id),
        ),
      ),
    ]),
    memberships: new Set(
      [...snapshot.memberships, ...record.memberships].flatMap(({ group_id, user_ids }) =>
        user_ids.map((user) => membershipKey(group_id, user)),
      ),
    ),
    roleGrants: new Set(
      snapshot.role_assignments.map(({ holder_type: type, holder_id: id, role_id, scope }) =>
        roleGrantKey({ type, id }, role_id, scope),
      ),
    ),
  }
  const presence = (marks: ReadonlyMap<string, readonly Mark<true>[]>, keys: ReadonlySet<string>) =>
    mapped(marks, (key, list) => presenceSpans(list, keys.has(key), settled))
  const values = <T>(
    marks: ReadonlyMap<string, readonly Mark<T>[]>,
    presentOf: (key: string) => Known<T> | undefined,
    isSame?: (one: T, other: T) => boolean,
  ) => mapped(marks, (key, list) => valueSpans(list, presentOf(key) ?? ABSENT, settled, isSame))
  const versions = new Map([
    ...record.policies.map((one) => [one.policy_id, one.default_version_id] as const),
    ...snapshot.policies.map((one) => [one.policy_id, one.default_version_id] as const),
  ])
  const agencies = new Map(snapshot.agencies.map((one) => [one.agency_id, one]))
  const texts = new Map([...record.roles, ...snapshot.roles].map((one) => [one.role_id, one.policy]))
  const rules = new Map(snapshot.mappings.map((one) => [one.mapping_id, one.rules]))
  const providers = new Map(snapshot.providers.map((one) => [one.provider_id, one]))
  const bindings = new Map<string, string>(
    snapshot.providers.flatMap(({ provider_id, protocols }) =>
      protocols.flatMap(({ protocol_id, mapping_id }) =>
        mapping_id === null ? [] : [[`${provider_id} ${protocol_id}`, mapping_id] as const],
      ),
    ),
  )
  const documents = documentsOf(facts, snapshot, record)
  return {
    existence: presence(facts.existence, present.existence),
    attachments: presence(facts.attachments, present.attachments),
    memberships: presence(facts.memberships, present.memberships),
    roleGrants: presence(facts.roleGrants, present.roleGrants),
    versions: mapped(facts.versions, (id, list) =>
      valueSpans(
        list,
        versions.get(id) ?? ABSENT,
        settled,
        (one, other) =>
          one === other ||
          documents.get(versionKey(id, one)) === (documents.get(versionKey(id, other)) ?? UNKNOWN),
      ),
    ),
    trusts: values(
      facts.trusts,
      (id) => agencies.get(id),
      (one, other) =>
        sameJson(one.trust_policy, other.trust_policy) && one.trust_domain_id === other.trust_domain_id,
    ),
    expiries: values(
      facts.expiries,
      (id) => (agencies.has(id) ? (agencies.get(id)?.expire_time ?? 'never') : undefined),
      (one, other) => one === other || Date.parse(one) === Date.parse(other),
    ),
    roleTexts: values(facts.roleTexts, (id) => texts.get(id) ?? undefined, sameJson),
    rules: values(facts.rules, (id) => rules.get(id), sameJson),
    providers: values(facts.providers, (id) => providers.get(id)?.enabled),
    bindings: values(facts.bindings, (key) => bindings.get(key)),
    vouching: values(facts.vouching, (id) => (providers.has(id) ? 'present' : undefined)),
  }
}

/** Every document of a version that anything tells. */
export function documentsOf(
  facts: Facts,
  snapshot: Snapshot,
  record: TraceRecord,
): ReadonlyMap<string, string> {
  return new Map([
    ...facts.documents,
    ...record.policies.flatMap(({ policy_id, versions }) =>
      versions.map((one) => [versionKey(policy_id, one.version_id), one.document] as const),
    ),
    ...snapshot.policies.flatMap(({ policy_id, version }) =>
      version === null ? [] : [[versionKey(policy_id, version.version_id), version.document] as const],
    ),
  ])
}

/** Whether two JSON texts mean the same, whatever the order of their keys. */
function sameJson(one: string | null, other: string | null): boolean {
  if (one === other || one === null || other === null) return one === other
  try {
    return JSON.stringify(sorted(JSON.parse(one))) === JSON.stringify(sorted(JSON.parse(other)))
  } catch {
    return false
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}

/** Federated principals: whoever a provider vouches for and its mapping makes a member of a group. */

import type { Alternative, NamedAlternative } from '../account/alternatives.ts'
import { readMapping } from '../account/mapping-rules.ts'
import { federatedId, federatedName, type Principal, principalKey } from '../account/principal.ts'
import type { Bundle, Routes } from '../account/routes.ts'
import type { Snapshot } from '../account/snapshot.ts'
import { factsOfFederated } from './principals.ts'

type Provider = Snapshot['providers'][number]

/** Who vouches for a federated principal, and when a rule makes it one. */
export interface Vouched {
  readonly when: readonly (Alternative | NamedAlternative)[]
  readonly issuer: string | null
  readonly keys: readonly string[] | null
}

export interface UndeterminedMapping {
  readonly provider_id: string
  readonly mapping_id: string
  readonly reason: string
}

/** What an entry of a federated principal says of provider and group. */
interface EntryFields {
  readonly provider: string
  readonly group: string
  readonly group_id: string
}

interface Found {
  readonly principal: Principal
  readonly groupIds: readonly string[]
  readonly vouched: Vouched
  readonly fields: EntryFields
  /** Whose rules give it. */
  readonly mappingIds: readonly string[]
}

export class Federation {
  readonly principals: readonly Principal[]
  readonly bundles: ReadonlyMap<string, readonly Bundle[]>
  readonly undetermined: readonly UndeterminedMapping[]
  /** Providers with a mapping that are disabled, and those that nothing binds to one. */
  readonly dormantProviders: readonly string[]
  readonly notices: readonly string[]
  readonly #byId: ReadonlyMap<string, Found>
  readonly #providers: ReadonlySet<string>
  readonly #groups: ReadonlyMap<string, string>

  constructor(snapshot: Snapshot, routes: Routes) {
    const undetermined: UndeterminedMapping[] = []
    const dormant: string[] = []
    const notices: string[] = []
    const found: Found[] = []
    for (const provider of snapshot.providers) {
      // Its people act as IAM users, whose grants they have.
      if (provider.sso_type === 'iam_user_sso') continue
      const bound = provider.protocols.flatMap(({ mapping_id }) => mapping_id ?? [])
      if (!provider.enabled || bound.length === 0) {
        dormant.push(provider.provider_id)
        continue
      }
      found.push(...principalsOf(provider, [...new Set(bound)], snapshot, undetermined, notices))
    }
    this.#byId = new Map(found.map((one) => [one.principal.id, one]))
    this.#providers = new Set(snapshot.providers.map((one) => one.provider_id))
    this.#groups = new Map(snapshot.groups.map((one) => [one.group_id, one.group_name]))
    this.principals = found.map((one) => one.principal)
    this.bundles = new Map(
      found.map(({ principal, groupIds, fields }) => [
        principalKey(principal),
        routes.ofMapped(fields.provider, groupIds),
      ]),
    )
    this.undetermined = undetermined
    this.dormantProviders = dormant
    this.notices = notices
  }

  vouched(id: string): Vouched | null {
    return this.#byId.get(id)?.vouched ?? null
  }

  /** The mappings whose rules make somebody this principal. */
  mappingIds(id: string): readonly string[] {
    return this.#byId.get(id)?.mappingIds ?? []
  }

  /** What the principal is called now; null where provider or group is gone. */
  presentName(id: string): string | null {
    const [provider = '', group = ''] = id.split('/').map(decoded)
    if (!this.#providers.has(provider)) return null
    if (group === '*') return federatedName(provider, null)
    const name = this.#groups.get(group)
    return name === undefined ? null : federatedName(provider, name)
  }

  /** @throws Error for a principal that is none of this account */
  entryFields(id: string): EntryFields {
    const found = this.#byId.get(id)
    if (found === undefined) throw new Error(`There is no federated principal ${id}.`)
    return found.fields
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The principals of one provider: one for each group that its rules name, and one for groups that it names itself. */
function principalsOf(
  provider: Provider,
  mappingIds: readonly string[],
  snapshot: Snapshot,
  undetermined: UndeterminedMapping[],
  notices: string[],
): Found[] {
  const { provider_id, issuer, keys } = provider
  const byGroup = new Map<string, Alternative[]>()
  const named: NamedAlternative[] = []
  const namedGroups = new Set<string>()
  const giving = new Map<string | null, string[]>()
  const give = (group_id: string | null, mapping_id: string): void => {
    giving.set(group_id, [...(giving.get(group_id) ?? []), mapping_id])
  }
  for (const mapping_id of mappingIds) {
    const mapping = snapshot.mappings.find((one) => one.mapping_id === mapping_id)
    if (mapping === undefined) {
      undetermined.push({ provider_id, mapping_id, reason: 'the provider is bound to it and no list has it' })
      continue
    }
    const read = readMapping(JSON.parse(mapping.rules), snapshot.groups)
    if (read.undetermined !== null) undetermined.push({ provider_id, mapping_id, reason: read.undetermined })
    for (const [group_id, alternatives] of read.byGroup) {
      byGroup.set(group_id, [...(byGroup.get(group_id) ?? []), ...alternatives])
      give(group_id, mapping_id)
    }
    if (read.byProvider !== null) {
      give(null, mapping_id)
      named.push(...read.byProvider.alternatives)
      for (const id of read.byProvider.group_ids) namedGroups.add(id)
    }
    if (!read.namesUser && read.undetermined === null && (read.byGroup.size > 0 || read.byProvider !== null))
      notices.push(
        `No rule of the mapping ${mapping_id} of the identity provider ${provider_id} says how users are called, so nobody can sign in by it now; the groups that it gives are audited all the same.`,
      )
    for (const name of read.missing)
      notices.push(
        `The mapping ${mapping_id} of the identity provider ${provider_id} names the group ${name}, which does not exist: whoever creates it gives its permissions to those whom the provider vouches for.`,
      )
  }
  const principal = (groupId: string | null, group: string | null): Principal => ({
    ...{ kind: 'federated', id: federatedId(provider_id, groupId), name: federatedName(provider_id, group) },
    ...{ urn: null, enabled: true, facts: factsOfFederated(snapshot) },
  })
  const names = new Map(snapshot.groups.map((one) => [one.group_id, one.group_name]))
  const own = [...byGroup].map(([group_id, when]): Found => {
    const group = names.get(group_id) ?? group_id
    return {
      principal: principal(group_id, group),
      groupIds: [group_id],
      vouched: { when: distinct(when), issuer, keys },
      fields: { provider: provider_id, group, group_id },
      mappingIds: giving.get(group_id) ?? [],
    }
  })
  if (namedGroups.size === 0) return own
  return [
    ...own,
    {
      principal: principal(null, null),
      groupIds: [...namedGroups],
      vouched: { when: distinct(named), issuer, keys },
      fields: { provider: provider_id, group: '*', group_id: '*' },
      mappingIds: giving.get(null) ?? [],
    },
  ]
}

/** Each once, in one order. */
function distinct<T>(alternatives: readonly T[]): readonly T[] {
  const byText = new Map(alternatives.map((one) => [JSON.stringify(one), one]))
  return [...byText].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, one]) => one)
}

/** Reads providers and mappings of a snapshot. Never throws. */
export function readFederation(snapshot: Snapshot, routes: Routes): Federation {
  return new Federation(snapshot, routes)
}

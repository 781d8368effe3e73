/** Events as marks on the facts of an account, and what of them cannot be told. */
import type { AgencyTrustText, Change, HolderRef, TraceEvent } from '../account/trace-record.ts'
import { ABSENT, type Mark, UNKNOWN, type Value } from './spans.ts'

/** What an event changed and nobody can undo, and why. */
export interface Untold {
  readonly event: TraceEvent
  readonly why: string
}

/** Marks by the key of their fact. */
type Marks<T> = Map<string, Mark<T>[]>

/** Things that bear a name, among them such as are gone. */
export interface Named {
  readonly id: string
  readonly name: string
}

const NONE: readonly never[] = []

export class Facts {
  /** Whether a user was there at all. */
  readonly existence: Marks<true> = new Map()
  readonly attachments: Marks<true> = new Map()
  readonly memberships: Marks<true> = new Map()
  readonly roleGrants: Marks<true> = new Map()
  /** Id of the version in force, by policy. */
  readonly versions: Marks<string> = new Map()
  readonly trusts: Marks<AgencyTrustText> = new Map()
  /** `never` or a time, by agency. */
  readonly expiries: Marks<string> = new Map()
  /** JSON of the policy of a custom role. */
  readonly roleTexts: Marks<string> = new Map()
  readonly rules: Marks<string> = new Map()
  readonly providers: Marks<boolean> = new Map()
  /** Id of the mapping that a protocol is bound to, by provider and protocol. */
  readonly bindings: Marks<string> = new Map()
  /** Whatever verifies the word of a provider: nobody writes it out. */
  readonly vouching: Marks<string> = new Map()
  /** Documents of versions that traces hold, by policy and version. */
  readonly documents = new Map<string, string>()
  readonly users = new Map<string, Named>()
  readonly groups = new Map<string, Named>()
  readonly agencies = new Map<string, Named & { readonly path: string }>()
  readonly roles = new Map<string, Named>()
  readonly policies = new Map<string, Named>()
  readonly ssoTypes = new Map<string, string | null>()
  /** Policies of which a version was deleted. */
  readonly lostVersions = new Set<string>()
  readonly untold: Untold[] = []

  constructor(events: readonly TraceEvent[]) {
    events.forEach((event, index) => {
      if (event.untold !== null) this.untold.push({ event, why: event.untold })
      if (event.change !== null) this.#take(event.change, event, index + 1)
    })
  }

  #take(change: Change, event: TraceEvent, at: number): void {
    const mark = <T>(marks: Marks<T>, key: string, after: Value<T>, more: Partial<Mark<T>> = {}): void => {
      const known = marks.get(key) ?? []
      known.push({ at, time: event.time, after, ...more })
      marks.set(key, known)
    }
    switch (change.kind) {
      case 'attached':
      case 'detached': {
        if (change.policy_id === null) return
        const key = attachmentKey(change.to, change.policy_id)
        mark(this.attachments, key, change.kind === 'attached' ? true : ABSENT)
        return
      }
      case 'member-added':
      case 'member-removed': {
        const { group_id, user_id } = change
        if (group_id === null || user_id === null) return
        mark(
          this.memberships,
          membershipKey(group_id, user_id),
          change.kind === 'member-added' ? true : ABSENT,
        )
        return
      }
      case 'role-granted':
      case 'role-revoked': {
        const { to, role_id, scope } = change
        if (to === null || role_id === null || scope === null) return
        mark(
          this.roleGrants,
          roleGrantKey(to, role_id, scope),
          change.kind === 'role-granted' ? true : ABSENT,
        )
        return
      }
      case 'version': {
        const { policy_id, document, new_policy, in_force } = change
        // Nobody told its number: what the trace holds of its text is enough.
        const version_id = change.version_id ?? (document === null ? null : `trace ${event.by.trace_id}`)
        if (document !== null && version_id !== null)
          this.documents.set(versionKey(policy_id, version_id), document)
        if (in_force === false) return
        const after = in_force === true && version_id !== null ? version_id : UNKNOWN
        mark(this.versions, policy_id, after, { created: new_policy })
        if (new_policy) this.policies.set(policy_id, { id: policy_id, name: event.about.name })
        return
      }
      case 'trust': {
        const { agency_id, name, path, created, trust, trust_changed, expires, expiry_changed } = change
        if (created) this.agencies.set(agency_id, { id: agency_id, name, path })
        if (trust_changed) mark(this.trusts, agency_id, trust ?? UNKNOWN, { created })
        if (created || expiry_changed)
          mark(this.expiries, agency_id, expires ?? (created ? 'never' : UNKNOWN), { created })
        return
      }
      case 'role-text': {
        const { role_id, name, created, policy } = change
        if (created) this.roles.set(role_id, { id: role_id, name })
        mark(this.roleTexts, role_id, policy ?? UNKNOWN, { created })
        return
      }
      case 'mapping':
        mark(this.rules, change.mapping_id, change.rules ?? UNKNOWN, { created: change.created })
        return
      case 'provider': {
        const { provider_id, created, enabled, sso_type } = change
        if (created) this.ssoTypes.set(provider_id, sso_type)
        if (created || enabled !== null) mark(this.providers, provider_id, enabled ?? UNKNOWN, { created })
        return
      }
      case 'protocol': {
        const { provider_id, protocol_id, what, mapping_id } = change
        if (protocol_id === null) return
        const after = what === 'deleted' ? ABSENT : (mapping_id ?? UNKNOWN)
        mark(this.bindings, bindingKey(provider_id, protocol_id), after, { created: what === 'created' })
        return
      }
      case 'vouching':
        if (change.of === 'provider') mark(this.vouching, change.provider_id, UNKNOWN)
        else this.untold.push({ event, why: 'what verified the word of the provider before is not known' })
        return
      case 'created':
        if (change.what === 'user') {
          this.users.set(change.id, change)
          mark(this.existence, change.id, true)
        }
        if (change.what === 'group') this.groups.set(change.id, change)
        return
      case 'deleted':
        this.#delete(change, event, at)
        return
      case 'user-changed':
      case 'group-renamed':
        return
      case 'version-deleted':
        this.lostVersions.add(change.policy_id)
        return
    }
  }

  /** What was deleted takes with it what it had; what that was is known as far as this window shows it begin. */
  #delete(change: Extract<Change, { kind: 'created' | 'deleted' }>, event: TraceEvent, at: number): void {
    const { what, id, name } = change
    const end = { at, time: event.time, after: ABSENT, weak: true } as const
    const endAll = (marks: Marks<true>, isOfIt: (key: string) => boolean): void => {
      for (const [key, known] of marks) if (isOfIt(key)) known.push(end)
    }
    const set = <T>(marks: Marks<T>): void => {
      const known = marks.get(id) ?? []
      known.push({ at, time: event.time, after: ABSENT })
      marks.set(id, known)
    }
    const began = this.#hasBegun(what, id)
    if (!began) this.untold.push({ event, why: `what the ${what} had before this window is not known` })
    switch (what) {
      case 'user':
      case 'group':
      case 'agency': {
        const holder = `${what} ${id} `
        endAll(this.attachments, (key) => key.startsWith(holder))
        endAll(this.roleGrants, (key) => key.startsWith(holder))
        if (what === 'user') endAll(this.memberships, (key) => key.endsWith(` ${id}`))
        if (what === 'group') endAll(this.memberships, (key) => key.startsWith(`${id} `))
        if (what === 'agency') {
          set(this.trusts)
          set(this.expiries)
          if (!this.agencies.has(id)) this.agencies.set(id, { id, name, path: '' })
        }
        if (what === 'user') {
          set(this.existence)
          if (!this.users.has(id)) this.users.set(id, { id, name })
        }
        if (what === 'group' && !this.groups.has(id)) this.groups.set(id, { id, name })
        return
      }
      case 'policy':
        endAll(this.attachments, (key) => key.endsWith(` ${id}`))
        set(this.versions)
        if (!this.policies.has(id)) this.policies.set(id, { id, name })
        return
      case 'role':
        endAll(this.roleGrants, (key) => key.split(' ')[2] === id)
        set(this.roleTexts)
        if (!this.roles.has(id)) this.roles.set(id, { id, name })
        return
      case 'mapping':
        set(this.rules)
        return
      case 'provider':
        set(this.providers)
        for (const [key, known] of this.bindings)
          if (key.startsWith(`${id} `)) known.push({ ...end, weak: false })
        return
      case 'trust-provider':
        return
    }
  }

  #hasBegun(what: string, id: string): boolean {
    const created = (marks: readonly { readonly created?: boolean }[] = NONE): boolean =>
      marks[0]?.created === true
    if (what === 'user') return this.users.has(id)
    if (what === 'group') return this.groups.has(id)
    if (what === 'agency') return created(this.trusts.get(id))
    if (what === 'policy') return created(this.versions.get(id))
    if (what === 'role') return created(this.roleTexts.get(id))
    if (what === 'mapping') return created(this.rules.get(id))
    return what === 'provider' ? created(this.providers.get(id)) : false
  }
}

/** Ids hold no blanks; a trace that says otherwise names something that no list has. */
export function attachmentKey({ type, id }: HolderRef, policyId: string): string {
  return `${type} ${id} ${policyId}`
}
export function membershipKey(groupId: string, userId: string): string {
  return `${groupId} ${userId}`
}
export function roleGrantKey({ type, id }: HolderRef, roleId: string, scope: string): string {
  return `${type} ${id} ${roleId} ${scope}`
}
export function versionKey(policyId: string, versionId: string): string {
  return `${policyId} ${versionId}`
}
export function bindingKey(providerId: string, protocolId: string): string {
  return `${providerId} ${protocolId}`
}

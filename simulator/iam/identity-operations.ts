/** What people do to users, groups and identity policies: each operation changes the account and leaves a trace. */
import { type HolderName, holderOf, textOf } from './identity-builder.ts'
import {
  idOf,
  type SimulatedAccount,
  type SimulatedGroup,
  type SimulatedPolicy,
  type SimulatedUser,
} from './model.ts'
import type { Document } from './statements.ts'
import { type Actor, callerOf, recordTrace, type TracedCall } from './traces.ts'

/** The one row whose id or name is given. */
export function named<T extends object>(rows: readonly T[], id: keyof T, name: keyof T, value: string): T {
  const found = rows.find((row) => row[id] === value) ?? rows.find((row) => row[name] === value)
  if (found === undefined) throw new Error(`nothing has the ${String(id)} or ${String(name)} ${value}`)
  return found
}

/** Things are named by their name or id; what is made anew gets a new id, and the operation returns it. */
export class IdentityOperations {
  readonly account: SimulatedAccount
  readonly actor: Actor
  readonly #clock: () => number

  /** @param clock milliseconds since the epoch; an operation of the past is one whose clock says so */
  constructor(account: SimulatedAccount, actor: Actor, clock: () => number) {
    this.account = account
    this.actor = actor
    this.#clock = clock
  }

  protected now(): number {
    return this.#clock()
  }

  protected isoNow(): string {
    return new Date(this.now()).toISOString()
  }

  /** Records the call and, unless it is refused, lets it happen. */
  protected operate(call: TracedCall, effect: () => void): void {
    const refused = this.actor.refused === true
    const caller = callerOf(this.account, this.actor, this.now())
    recordTrace(this.account, caller, refused ? { ...call, status: 403 } : call, this.now())
    if (!refused) effect()
  }

  /** An id that nothing bore before, not even something deleted. */
  protected freshId(kind: string, name: string): string {
    return idOf(kind, `${name}/${this.now()}/${this.account.traces.length}`)
  }

  protected userNamed(name: string): SimulatedUser {
    return named(this.account.users, 'user_id', 'user_name', name)
  }

  protected groupNamed(name: string): SimulatedGroup {
    return named(this.account.groups, 'group_id', 'group_name', name)
  }

  protected policyNamed(name: string): SimulatedPolicy {
    return named(this.account.policies, 'policy_id', 'policy_name', name)
  }

  /** Kind, id and name of a holder. */
  protected holder(holder: HolderName): { kind: 'user' | 'group' | 'agency'; id: string; name: string } {
    const [kind, value] = holderOf(holder)
    if (kind === 'user') {
      const { user_id, user_name } = this.userNamed(value)
      return { kind, id: user_id, name: user_name }
    }
    if (kind === 'group') {
      const { group_id, group_name } = this.groupNamed(value)
      return { kind, id: group_id, name: group_name }
    }
    const { agency_id, agency_name } = named(this.account.agencies, 'agency_id', 'agency_name', value)
    return { kind, id: agency_id, name: agency_name }
  }

  attachPolicy(policyName: string, to: HolderName): this {
    return this.#attachment('attach', policyName, to, (policy_id, kind, id) => {
      const row = { policy_id, principal_type: kind, principal_id: id, attached_at: this.isoNow() }
      this.account.attachments.push(row)
    })
  }

  detachPolicy(policyName: string, from: HolderName): this {
    return this.#attachment('detach', policyName, from, (policy_id, kind, id) => {
      this.account.attachments = this.account.attachments.filter(
        (one) => one.policy_id !== policy_id || one.principal_type !== kind || one.principal_id !== id,
      )
    })
  }

  #attachment(
    verb: 'attach' | 'detach',
    policyName: string,
    to: HolderName,
    effect: (policyId: string, kind: 'user' | 'group' | 'agency', id: string) => void,
  ): this {
    const { policy_id } = this.policyNamed(policyName)
    const { kind, id, name } = this.holder(to)
    const operation = `${verb}${kind[0]?.toUpperCase()}${kind.slice(1)}PolicyV5`
    const call = { path: { policy_id }, body: { [`${kind}_id`]: id } }
    this.operate({ name: operation, resource: { type: kind, id, name }, ...call }, () =>
      effect(policy_id, kind, id),
    )
    return this
  }

  addUserToGroup(userName: string, groupName: string): this {
    const { group, user_id, call } = this.#membership('addUserToGroupV5', userName, groupName)
    this.operate(call, () => group.members.push(user_id))
    return this
  }

  removeUserFromGroup(userName: string, groupName: string): this {
    const { group, user_id, call } = this.#membership('removeUserFromGroupV5', userName, groupName)
    this.operate(call, () => {
      group.members = group.members.filter((member) => member !== user_id)
    })
    return this
  }

  #membership(name: string, userName: string, groupName: string) {
    const group = this.groupNamed(groupName)
    const { user_id } = this.userNamed(userName)
    const { group_id, group_name } = group
    const resource = { type: 'group', id: group_id, name: group_name }
    return { group, user_id, call: { name, resource, path: { group_id }, body: { user_id } } }
  }

  createUser(name: string, details: Partial<Pick<SimulatedUser, 'enabled'>> = {}): string {
    const user_id = this.freshId('user', name)
    const user = { user_id, user_name: name, enabled: true, ...details }
    const call = { body: { user_name: name, enabled: user.enabled }, response: { user } }
    this.operate({ name: 'createUserV5', resource: { type: 'user', id: user_id, name }, ...call }, () => {
      this.account.users.push({ ...user, is_root_user: false, created_at: this.isoNow() })
    })
    return user_id
  }

  /** Renames, enables or disables a user. */
  updateUser(name: string, change: Partial<Pick<SimulatedUser, 'enabled' | 'user_name'>>): this {
    const user = this.userNamed(name)
    const { user_id, user_name } = user
    const { user_name: new_user_name, ...rest } = change
    const body = { ...rest, ...(new_user_name === undefined ? {} : { new_user_name }) }
    const resource = { type: 'user', id: user_id, name: user_name }
    this.operate({ name: 'updateUserV5', resource, path: { user_id }, body }, () => {
      Object.assign(user, change)
    })
    return this
  }

  deleteUser(name: string): this {
    const { user_id, user_name } = this.userNamed(name)
    const resource = { type: 'user', id: user_id, name: user_name }
    this.operate({ name: 'deleteUserV5', resource, path: { user_id } }, () => {
      this.account.users = this.account.users.filter((user) => user.user_id !== user_id)
      for (const group of this.account.groups)
        group.members = group.members.filter((member) => member !== user_id)
      this.forget(user_id)
    })
    return this
  }

  createGroup(name: string): string {
    const group_id = this.freshId('group', name)
    const group = { group_id, group_name: name }
    const call = { body: { group_name: name }, response: { group } }
    this.operate({ name: 'createGroupV5', resource: { type: 'group', id: group_id, name }, ...call }, () => {
      this.account.groups.push({ ...group, created_at: this.isoNow(), members: [] })
    })
    return group_id
  }

  renameGroup(name: string, newName: string): this {
    const group = this.groupNamed(name)
    const { group_id, group_name } = group
    const resource = { type: 'group', id: group_id, name: group_name }
    const call = { path: { group_id }, body: { new_group_name: newName } }
    this.operate({ name: 'updateGroupV5', resource, ...call }, () => {
      group.group_name = newName
    })
    return this
  }

  deleteGroup(name: string): this {
    const { group_id, group_name } = this.groupNamed(name)
    const resource = { type: 'group', id: group_id, name: group_name }
    this.operate({ name: 'deleteGroupV5', resource, path: { group_id } }, () => {
      this.account.groups = this.account.groups.filter((group) => group.group_id !== group_id)
      this.forget(group_id)
    })
    return this
  }

  /** What a deleted holder held goes with it. */
  protected forget(id: string): void {
    this.account.attachments = this.account.attachments.filter((one) => one.principal_id !== id)
    this.account.role_assignments = this.account.role_assignments.filter((one) => one.holder_id !== id)
  }

  createPolicy(name: string, document: Document): string {
    const policy_id = this.freshId('policy', name)
    const body = { policy_name: name, policy_document: textOf(document) }
    const at = this.isoNow()
    const policy: SimulatedPolicy = {
      ...{ policy_id, policy_name: name, policy_type: 'custom', default_version_id: 'v1' },
      ...{ updated_at: at, created_at: at },
      versions: [{ version_id: 'v1', created_at: at, document: textOf(document) }],
    }
    const call = { body, response: { policy: { policy_id, policy_name: name, default_version_id: 'v1' } } }
    this.operate({ name: 'createPolicyV5', resource: { type: 'policy', id: policy_id, name }, ...call }, () =>
      this.account.policies.push(policy),
    )
    return policy_id
  }

  /** A further version; it comes into force unless told otherwise. */
  createPolicyVersion(policyName: string, document: Document, setAsDefault = true): string {
    const policy = this.policyNamed(policyName)
    const numbers = policy.versions.map((version) => Number(version.version_id.slice(1)))
    const version_id = `v${Math.max(0, ...numbers) + 1}`
    const body = { policy_document: textOf(document), set_as_default: setAsDefault }
    const response = { policy_version: { version_id, is_default: setAsDefault } }
    this.operate({ ...this.#onPolicy('createPolicyVersionV5', policy), body, response }, () => {
      policy.versions.push({ version_id, created_at: this.isoNow(), document: textOf(document) })
      if (setAsDefault) this.#bringIntoForce(policy, version_id)
    })
    return version_id
  }

  setDefaultPolicyVersion(policyName: string, versionId: string): this {
    const policy = this.policyNamed(policyName)
    this.operate(this.#onPolicy('setDefaultPolicyVersionV5', policy, { version_id: versionId }), () =>
      this.#bringIntoForce(policy, versionId),
    )
    return this
  }

  #bringIntoForce(policy: SimulatedPolicy, versionId: string): void {
    policy.default_version_id = versionId
    policy.updated_at = this.isoNow()
  }

  deletePolicyVersion(policyName: string, versionId: string): this {
    const policy = this.policyNamed(policyName)
    this.operate(this.#onPolicy('deletePolicyVersionV5', policy, { version_id: versionId }), () => {
      policy.versions = policy.versions.filter((version) => version.version_id !== versionId)
    })
    return this
  }

  deletePolicy(policyName: string): this {
    const policy = this.policyNamed(policyName)
    this.operate(this.#onPolicy('deletePolicyV5', policy), () => {
      this.account.policies = this.account.policies.filter((one) => one !== policy)
      this.account.attachments = this.account.attachments.filter((one) => one.policy_id !== policy.policy_id)
    })
    return this
  }

  #onPolicy(name: string, policy: SimulatedPolicy, path: Record<string, string> = {}): TracedCall {
    const { policy_id, policy_name } = policy
    const resource = { type: 'policy', id: policy_id, name: policy_name }
    return { name, resource, path: { policy_id, ...path } }
  }
}

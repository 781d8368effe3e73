/** Builds users, groups, identity policies and what hangs on them. */
import {
  type HolderType,
  idOf,
  type SimulatedAccount,
  type SimulatedPolicy,
  type SimulatedSignIn,
  type SimulatedUser,
} from './model.ts'
import type { Document } from './statements.ts'
import { systemRoles } from './system-roles.ts'

/** Somebody who can hold something, by name. */
export interface HolderName {
  readonly user?: string
  readonly group?: string
  readonly agency?: string
}

/** The text of a document; a text is used as it stands. */
export const textOf = (document: Document): string =>
  typeof document === 'string' ? document : JSON.stringify({ Version: '5.0', ...document })

/** The one kind and name that are given. */
export const holderOf = (holder: HolderName): readonly [HolderType, string] =>
  (Object.entries(holder)[0] ?? []) as unknown as readonly [HolderType, string]

/** Builds an account in the words that IAM people use. Later calls may refer only to what earlier ones made. */
export class IdentityBuilder {
  readonly account: SimulatedAccount
  #now: number

  /** @param now milliseconds since the epoch; everything is dated a year before, unless said otherwise */
  constructor(name = 'acme', now = Date.parse('2026-11-01T00:00:00Z')) {
    this.#now = now
    this.account = {
      account_id: idOf('account', name),
      account_name: name,
      users: [],
      groups: [],
      policies: [],
      attachments: [],
      agencies: [],
      roles: systemRoles(),
      role_assignments: [],
      identity_providers: [],
      mappings: [],
      trust_providers: [],
      sign_ins: {},
      projects: ['ap-southeast-1', 'cn-north-4', 'eu-west-101'].map((region) => ({
        id: idOf('project', `${name}/${region}`),
        name: region,
      })),
      tracker: { enabled: true, region: 'ap-southeast-1', request: 'body-and-path' },
      traces: [],
      features: { v5_console: 'on' },
      catalogue: {},
    }
    this.user(name, { is_root_user: true })
  }

  /** A moment so many days before now, as the cloud writes it. */
  ago(days: number): string {
    return new Date(this.#now - days * 86_400_000).toISOString()
  }

  user(name: string, details: Partial<SimulatedUser> = {}): this {
    this.account.users.push({
      user_id: idOf('user', name),
      user_name: name,
      enabled: true,
      is_root_user: false,
      created_at: this.ago(400),
      ...details,
    })
    return this
  }

  users(...names: readonly string[]): this {
    for (const name of names) this.user(name)
    return this
  }

  /** How a user signs in; later calls add to earlier ones. */
  signIn(userName: string, details: SimulatedSignIn): this {
    const id = idOf('user', userName)
    this.account.sign_ins[id] = { ...this.account.sign_ins[id], ...details }
    return this
  }

  group(name: string, ...members: readonly string[]): this {
    this.account.groups.push({
      group_id: idOf('group', name),
      group_name: name,
      created_at: this.ago(400),
      members: members.map((member) => idOf('user', member)),
    })
    return this
  }

  join(groupName: string, ...members: readonly string[]): this {
    const group = this.account.groups.find((one) => one.group_name === groupName)
    if (group === undefined) throw new Error(`no group ${groupName}`)
    group.members.push(...members.map((member) => idOf('user', member)))
    return this
  }

  /** A policy whose versions are given in order; the last one is the default. A text is used as it stands. */
  policy(name: string, ...versions: readonly Document[]): this {
    this.account.policies.push({
      policy_id: idOf('policy', name),
      policy_name: name,
      policy_type: 'custom',
      default_version_id: `v${versions.length}`,
      updated_at: this.ago(300),
      created_at: this.ago(380),
      versions: versions.map((document, at) => ({
        version_id: `v${at + 1}`,
        created_at: this.ago(380 - at),
        document: textOf(document),
      })),
    })
    return this
  }

  systemPolicy(name: string, document: Document): this {
    this.policy(name, document)
    const policy = this.account.policies.at(-1)
    if (policy) policy.policy_type = 'system'
    return this
  }

  /** Makes a further version the default one. */
  version(policyName: string, document: Document, days = 1): this {
    const policy = this.#policyNamed(policyName)
    const version_id = `v${policy.versions.length + 1}`
    policy.versions.push({ version_id, created_at: this.ago(days), document: textOf(document) })
    policy.default_version_id = version_id
    policy.updated_at = this.ago(days)
    return this
  }

  attach(policyName: string, to: HolderName, days = 200): this {
    const [principal_type, name] = holderOf(to)
    this.account.attachments.push({
      policy_id: idOf('policy', policyName),
      principal_type,
      principal_id: idOf(principal_type, name),
      attached_at: this.ago(days),
    })
    return this
  }

  #policyNamed(name: string): SimulatedPolicy {
    const policy = this.account.policies.find((one) => one.policy_name === name)
    if (policy === undefined) throw new Error(`no policy ${name}`)
    return policy
  }
}

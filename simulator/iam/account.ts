/** The account that the simulator plays: plain data, changed at will while it runs. */
import { createHash } from 'node:crypto'

export interface SimulatedUser {
  readonly user_id: string
  user_name: string
  enabled: boolean
  is_root_user: boolean
  created_at: string
}

export interface SimulatedGroup {
  readonly group_id: string
  group_name: string
  created_at: string
  /** Ids of its members. */
  members: string[]
}

export interface SimulatedVersion {
  readonly version_id: string
  readonly created_at: string
  readonly document: string
}

export interface SimulatedPolicy {
  readonly policy_id: string
  policy_name: string
  policy_type: 'custom' | 'system'
  default_version_id: string
  updated_at: string
  created_at: string
  versions: SimulatedVersion[]
}

export interface SimulatedAttachment {
  readonly policy_id: string
  readonly principal_type: 'user' | 'group' | 'agency'
  readonly principal_id: string
  readonly attached_at: string
}

export interface SimulatedAgency {
  readonly agency_id: string
  agency_name: string
  trust_policy: string
}

/** A key and whom it belongs to. */
export interface SimulatedKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly securityToken?: string
  readonly principal_urn: string
  readonly principal_id: string
  /** Milliseconds since the epoch. */
  expires?: number
  /** IAM actions the holder may use; absent: every one. Patterns with `*`. */
  allowed?: readonly string[]
}

export interface SimulatedAccount {
  readonly account_id: string
  users: SimulatedUser[]
  groups: SimulatedGroup[]
  policies: SimulatedPolicy[]
  attachments: SimulatedAttachment[]
  agencies: SimulatedAgency[]
  features: Record<string, string>
  providers: { oidc: number; saml: number }
  /** Actions of the live catalogue by service; a service without a row has no schema. */
  catalogue: Record<string, { name: string; access_level: string; aliases?: string[] }[]>
}

/** An id as the cloud writes them: 32 hex digits, always the same for the same name. */
export function idOf(kind: string, name: string): string {
  return createHash('md5').update(`${kind}/${name}`).digest('hex')
}

export type Document = { readonly Version?: string; readonly Statement: unknown } | string

/** Builds an account in the words that IAM people use. Later calls may refer only to what earlier ones made. */
export class AccountBuilder {
  readonly account: SimulatedAccount
  #now: number

  /** @param now milliseconds since the epoch; everything is dated a year before, unless said otherwise */
  constructor(name = 'acme', now = Date.parse('2026-11-01T00:00:00Z')) {
    this.#now = now
    this.account = {
      account_id: idOf('account', name),
      users: [],
      groups: [],
      policies: [],
      attachments: [],
      agencies: [],
      features: { v5_console: 'on' },
      providers: { oidc: 0, saml: 0 },
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

  group(name: string, ...members: readonly string[]): this {
    this.account.groups.push({
      group_id: idOf('group', name),
      group_name: name,
      created_at: this.ago(400),
      members: members.map((member) => idOf('user', member)),
    })
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
        document: typeof document === 'string' ? document : JSON.stringify({ Version: '5.0', ...document }),
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
    const policy = this.account.policies.find((one) => one.policy_name === policyName)
    if (policy === undefined) throw new Error(`no policy ${policyName}`)
    const version_id = `v${policy.versions.length + 1}`
    const text = typeof document === 'string' ? document : JSON.stringify({ Version: '5.0', ...document })
    policy.versions.push({ version_id, created_at: this.ago(days), document: text })
    policy.default_version_id = version_id
    policy.updated_at = this.ago(days)
    return this
  }

  attach(policyName: string, to: { user?: string; group?: string; agency?: string }, days = 200): this {
    const [principal_type, name] = (Object.entries(to)[0] ?? []) as ['user' | 'group' | 'agency', string]
    this.account.attachments.push({
      policy_id: idOf('policy', policyName),
      principal_type,
      principal_id: idOf(principal_type, name),
      attached_at: this.ago(days),
    })
    return this
  }

  join(groupName: string, ...members: readonly string[]): this {
    const group = this.account.groups.find((one) => one.group_name === groupName)
    if (group === undefined) throw new Error(`no group ${groupName}`)
    group.members.push(...members.map((member) => idOf('user', member)))
    return this
  }

  agency(name: string, trust: unknown = { Version: '5.0', Statement: [] }): this {
    this.account.agencies.push({
      agency_id: idOf('agency', name),
      agency_name: name,
      trust_policy: JSON.stringify(trust),
    })
    return this
  }
}

/** A statement that allows. */
export const allow = (action: string | readonly string[], rest: object = {}) => ({
  Effect: 'Allow',
  Action: typeof action === 'string' ? [action] : action,
  ...rest,
})

/** A statement that denies. */
export const deny = (action: string | readonly string[], rest: object = {}) => ({
  ...allow(action, rest),
  Effect: 'Deny',
})

/** A document of these statements. */
export const document = (...Statement: readonly object[]): Document => ({ Version: '5.0', Statement })

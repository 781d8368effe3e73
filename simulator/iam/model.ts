/** The account that the simulator plays: plain data, changed at will while it runs. */
import { hash } from 'node:crypto'

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

export type HolderType = 'user' | 'group' | 'agency'

export interface SimulatedAttachment {
  readonly policy_id: string
  readonly principal_type: HolderType
  readonly principal_id: string
  readonly attached_at: string
}

/** A trust agency has a trust policy; a legacy agency trusts one account, or a service that calls itself `op_svc_…`. */
export interface SimulatedAgency {
  readonly agency_id: string
  agency_name: string
  /** Empty, or ends with a slash. */
  path: string
  created_at: string
  trust_policy: string | null
  trust_domain_id: string | null
  trust_domain_name: string | null
  /** Of legacy agencies: `FOREVER`, or hours. */
  duration: string | null
  /** Of legacy agencies, ISO; null never expires. */
  expire_time: string | null
}

/** A legacy role (1.0) or policy (1.1). */
export interface SimulatedRole {
  readonly role_id: string
  name: string
  display_name: string
  catalog: string
  /** AX: global services, XA: projects, AA: both, XX: hidden. */
  type: string
  /** The account of a custom one; null for system-defined ones. */
  domain_id: string | null
  created_time: string
  updated_time: string
  /** The document, an object as v3 sends it. Broken ones are possible. */
  policy: unknown
}

export type RoleScope = 'domain' | 'all-projects' | `project:${string}` | `enterprise-project:${string}`

export interface SimulatedRoleAssignment {
  readonly holder_type: HolderType
  readonly holder_id: string
  readonly role_id: string
  readonly scope: RoleScope
}

export interface SimulatedProtocol {
  protocol_id: string
  mapping_id: string | null
  /** OpenID configuration of an OIDC protocol. */
  openid: { idp_url: string; client_id: string; signing_key: string } | null
  /** Metadata that was imported for a SAML protocol. */
  metadata: { entity_id: string; data: string } | null
}

/** An identity provider of v3, whose mapping makes external people members of groups. */
export interface SimulatedIdentityProvider {
  readonly provider_id: string
  sso_type: string | null
  enabled: boolean
  protocols: SimulatedProtocol[]
  /** Ids of the users bound to it, for `iam_user_sso`. */
  bound_users: string[]
}

export interface SimulatedMapping {
  readonly mapping_id: string
  rules: unknown
}

/** A provider of v5, which trust policies name. */
export interface SimulatedTrustProvider {
  readonly provider_id: string
  provider_name: string
  kind: 'oidc' | 'saml'
  created_at: string
  url: string | null
  client_ids: string[]
  thumbprints: string[]
  metadata: string | null
}

/** What the account knows of how a user signs in. Absent means never, or none. */
export interface SimulatedSignIn {
  last_login_at?: string
  login_profile?: boolean
  mfa?: boolean
  access_keys?: { access_key_id: string; created_at: string; active: boolean; last_used_at: string | null }[]
}

export interface SimulatedProject {
  readonly id: string
  name: string
}

/** A record of Cloud Trace Service, with the field names of its answers. */
export interface SimulatedTrace {
  readonly trace_id: string
  readonly trace_name: string
  readonly trace_type: 'ApiCall' | 'ConsoleAction' | 'SystemAction'
  readonly trace_rating: 'normal' | 'warning' | 'incident'
  readonly code: string
  readonly time: number
  readonly record_time: number
  readonly service_type: string
  readonly resource_type: string
  readonly resource_id: string
  readonly resource_name: string
  readonly request: string
  readonly response: string
  readonly source_ip: string
  readonly api_version: string
  readonly read_only: boolean
  readonly request_id: string
  readonly user: Readonly<Record<string, unknown>>
}

/** How Cloud Trace Service is set up. */
export interface SimulatedTracker {
  /** Off: nothing is recorded. */
  enabled: boolean
  /** The region in which IAM's traces lie. */
  region: string
  /** What `request` holds: the body alone, or the body with the ids of the path. The cloud does not document which. */
  request: 'body' | 'body-and-path'
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
  /** Beginnings of paths where such keys are not taken at all: `IAM.0091`. */
  unsupported?: { readonly paths: readonly string[]; readonly status?: number }
}

export interface SimulatedAccount {
  readonly account_id: string
  account_name: string
  users: SimulatedUser[]
  groups: SimulatedGroup[]
  policies: SimulatedPolicy[]
  attachments: SimulatedAttachment[]
  agencies: SimulatedAgency[]
  roles: SimulatedRole[]
  role_assignments: SimulatedRoleAssignment[]
  identity_providers: SimulatedIdentityProvider[]
  mappings: SimulatedMapping[]
  trust_providers: SimulatedTrustProvider[]
  /** By id of the user. */
  sign_ins: Record<string, SimulatedSignIn>
  projects: SimulatedProject[]
  tracker: SimulatedTracker
  /** Oldest first. */
  traces: SimulatedTrace[]
  features: Record<string, string>
  /** Actions of the live catalogue by service; a service without a row has no schema. */
  catalogue: Record<string, { name: string; access_level: string; aliases?: string[] }[]>
}

/** An id as the cloud writes them: 32 hex digits, always the same for the same name. */
export function idOf(kind: string, name: string): string {
  return hash('md5', `${kind}/${name}`)
}

/** URN of something in the account. */
export const urnOf = (account: SimulatedAccount, kind: string, name: string): string =>
  `iam::${account.account_id}:${kind}:${name}`

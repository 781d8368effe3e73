/** Builds an account: users and identity policies, legacy grants, agencies, and who is let in from outside. */
import { createHash } from 'node:crypto'
import { type HolderName, holderOf, IdentityBuilder } from './identity-builder.ts'
import {
  idOf,
  type RoleScope,
  type SimulatedAgency,
  type SimulatedIdentityProvider,
  type SimulatedProtocol,
  type SimulatedRole,
  type SimulatedTrustProvider,
} from './model.ts'
import { type Document, legacyPolicy } from './statements.ts'

/** What an OIDC provider of v3 says of itself. */
export interface OidcSetup {
  readonly mapping?: string | null
  readonly issuer?: string
  readonly clientId?: string
  /** JSON text of the key set. */
  readonly keys?: string
}

/** What a SAML provider of v3 says of itself. */
export interface SamlSetup {
  readonly mapping?: string | null
  readonly entityId?: string
  /** Text of the metadata; default: made of the entity id and one certificate. */
  readonly metadata?: string
}

type ProviderDetails = Partial<Pick<SimulatedIdentityProvider, 'sso_type' | 'enabled' | 'bound_users'>>

/** Finds a role by id or by display name, which has to be unambiguous. */
export function roleNamed(roles: readonly SimulatedRole[], name: string): SimulatedRole {
  const found = roles.filter((role) => role.role_id === name || role.display_name === name)
  if (found.length !== 1) throw new Error(`${found.length} roles are called ${name}`)
  return found[0] as SimulatedRole
}

/** Base64 of something that stands for a certificate: always the same for the same name. */
export const certificateOf = (name: string): string =>
  Buffer.from(`certificate of ${name}`.repeat(8)).toString('base64')

/** SAML metadata of an entity with these signing certificates (Base64 of DER). */
export function samlMetadata(entityId: string, certificates: readonly string[]): string {
  const keys = certificates.map(
    (certificate) =>
      `<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?><md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${keys.join('')}</md:IDPSSODescriptor></md:EntityDescriptor>`
}

/** Builds an account in the words that IAM people use. Later calls may refer only to what earlier ones made. */
export class AccountBuilder extends IdentityBuilder {
  /** A custom legacy policy or role. Without a version it is a policy. */
  role(displayName: string, document: Document | object, details: Partial<SimulatedRole> = {}): this {
    const count = this.account.roles.filter((role) => role.domain_id !== null).length
    this.account.roles.push({
      role_id: idOf('role', displayName),
      name: `custom_${this.account.account_id}_${count}`,
      display_name: displayName,
      ...{ catalog: 'CUSTOMED', type: 'AX', domain_id: this.account.account_id },
      created_time: String(Date.parse(this.ago(350))),
      updated_time: String(Date.parse(this.ago(300))),
      policy:
        typeof document === 'string'
          ? document
          : { ...(legacyPolicy() as object), ...(document as Record<string, unknown>) },
      ...details,
    })
    return this
  }

  /** Further system-defined roles that grant nothing of interest, so that the catalogue has pages. */
  systemRoles(count: number): this {
    for (let at = 0; at < count; at++)
      this.role(
        `Service ${at} Viewer`,
        { Statement: [{ Effect: 'Allow', Action: [`service${at}:*:get*`] }] },
        { name: `system_all_${2000 + at}`, catalog: `SERVICE${at}`, domain_id: null },
      )
    return this
  }

  /** Grants a legacy role or policy, by display name or id, in a scope. */
  grantRole(role: string, to: HolderName, scope: RoleScope = 'domain'): this {
    const [holder_type, name] = holderOf(to)
    this.account.role_assignments.push({
      ...{ holder_type, holder_id: idOf(holder_type, name), scope },
      role_id: roleNamed(this.account.roles, role).role_id,
    })
    return this
  }

  /** A trust agency; without a trust policy it trusts nobody. */
  agency(
    name: string,
    trust: unknown = { Version: '5.0', Statement: [] },
    details: Partial<SimulatedAgency> = {},
  ): this {
    this.account.agencies.push({
      ...{ agency_id: idOf('agency', name), agency_name: name, path: '', created_at: this.ago(320) },
      trust_policy: typeof trust === 'string' ? trust : JSON.stringify(trust),
      ...{ trust_domain_id: null, trust_domain_name: null, duration: null, expire_time: null },
      ...details,
    })
    return this
  }

  /** An agency of the legacy kind, which trusts one account for ever unless told otherwise. */
  legacyAgency(
    name: string,
    trusts: { readonly domain_id: string; readonly domain_name: string },
    details: Partial<SimulatedAgency> = {},
  ): this {
    return this.agency(name, '', {
      ...{ trust_policy: null, trust_domain_id: trusts.domain_id, trust_domain_name: trusts.domain_name },
      duration: 'FOREVER',
      ...details,
    })
  }

  /** A mapping of v3: rules as the cloud has them. */
  mapping(id: string, rules: unknown): this {
    this.account.mappings.push({ mapping_id: id, rules })
    return this
  }

  /** A provider of v3 that speaks OIDC. */
  oidcIdentityProvider(id: string, setup: OidcSetup = {}, details: ProviderDetails = {}): this {
    const openid = {
      idp_url: setup.issuer ?? `https://${id}.example.com`,
      client_id: setup.clientId ?? `client-of-${id}`,
      signing_key:
        setup.keys ?? JSON.stringify({ keys: [{ kty: 'RSA', kid: id, use: 'sig', n: id, e: 'AQAB' }] }),
    }
    const protocol = { protocol_id: 'oidc', mapping_id: setup.mapping ?? null, openid, metadata: null }
    return this.identityProvider(id, [protocol], details)
  }

  /** A provider of v3 that speaks SAML. */
  samlIdentityProvider(id: string, setup: SamlSetup = {}, details: ProviderDetails = {}): this {
    const entity_id = setup.entityId ?? `https://${id}.example.com/saml`
    const data = setup.metadata ?? samlMetadata(entity_id, [certificateOf(id)])
    const metadata = { entity_id, data }
    const protocol = { protocol_id: 'saml', mapping_id: setup.mapping ?? null, openid: null, metadata }
    return this.identityProvider(id, [protocol], details)
  }

  /** A provider of v3 with these protocols, perhaps none. */
  identityProvider(id: string, protocols: SimulatedProtocol[], details: ProviderDetails = {}): this {
    this.account.identity_providers.push({
      ...{ provider_id: id, sso_type: 'virtual_user_sso', enabled: true, bound_users: [] },
      protocols,
      ...details,
    })
    return this
  }

  /** A provider of v5 that speaks OIDC, to be named in trust policies. */
  oidcProvider(name: string, details: Partial<SimulatedTrustProvider> = {}): this {
    return this.#trustProvider(name, 'oidc', {
      url: `https://${name}.example.com`,
      client_ids: ['sts.huaweicloud.com'],
      thumbprints: [createHash('sha256').update(name).digest('hex')],
      ...details,
    })
  }

  /** A provider of v5 that speaks SAML, to be named in trust policies. */
  samlProvider(name: string, details: Partial<SimulatedTrustProvider> = {}): this {
    const metadata = samlMetadata(`https://${name}.example.com/saml`, [certificateOf(name)])
    return this.#trustProvider(name, 'saml', { metadata, ...details })
  }

  #trustProvider(name: string, kind: 'oidc' | 'saml', details: Partial<SimulatedTrustProvider>): this {
    this.account.trust_providers.push({
      ...{ provider_id: idOf(kind, name), provider_name: name, kind, created_at: this.ago(310) },
      ...{ url: null, client_ids: [], thumbprints: [], metadata: null },
      ...details,
    })
    return this
  }
}

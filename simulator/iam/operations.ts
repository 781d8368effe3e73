/** What people do to those who are let in from outside, and with it all that can be done to an account. */

import { GrantOperations } from './grant-operations.ts'
import { named } from './identity-operations.ts'
import type { SimulatedIdentityProvider, SimulatedProtocol, SimulatedTrustProvider } from './model.ts'

export type { Actor } from './traces.ts'

/** All that can be done to an account, by one actor. */
export class Operations extends GrantOperations {
  /** The same actor at another moment, milliseconds since the epoch. */
  at(time: number): Operations {
    return new Operations(this.account, this.actor, () => time)
  }

  updateMapping(id: string, rules: unknown): this {
    const mapping = named(this.account.mappings, 'mapping_id', 'mapping_id', id)
    const resource = { type: 'mapping', id, name: id }
    this.operate({ name: 'updateMapping', resource, path: { id }, body: { mapping: { rules } } }, () => {
      mapping.rules = rules
    })
    return this
  }

  createMapping(id: string, rules: unknown): this {
    const resource = { type: 'mapping', id, name: id }
    this.operate({ name: 'createMapping', resource, path: { id }, body: { mapping: { rules } } }, () =>
      this.account.mappings.push({ mapping_id: id, rules }),
    )
    return this
  }

  deleteMapping(id: string): this {
    const resource = { type: 'mapping', id, name: id }
    this.operate({ name: 'deleteMapping', resource, path: { id } }, () => {
      this.account.mappings = this.account.mappings.filter((one) => one.mapping_id !== id)
    })
    return this
  }

  /** A provider of v3; its protocols are made afterwards. */
  createIdentityProvider(id: string, enabled = true): this {
    const resource = this.#provider(id)
    const body = { identity_provider: { sso_type: 'virtual_user_sso', enabled } }
    this.operate({ name: 'createIdentityProvider', resource, path: { id }, body }, () =>
      this.account.identity_providers.push({
        ...{ provider_id: id, sso_type: 'virtual_user_sso', enabled, protocols: [], bound_users: [] },
      }),
    )
    return this
  }

  /** Gives a provider a protocol, bound to a mapping, with who vouches. */
  createProtocol(id: string, protocol: SimulatedProtocol): this {
    const { protocol_id, mapping_id } = protocol
    const call = { path: { idp_id: id, protocol_id }, body: { protocol: { mapping_id } } }
    // A refused provider is not there, and neither is its protocol.
    const provider = this.account.identity_providers.find((one) => one.provider_id === id)
    this.operate({ name: 'createProtocol', resource: this.#provider(id), ...call }, () =>
      provider?.protocols.push(protocol),
    )
    return this
  }

  deleteProtocol(id: string, protocolId: string): this {
    const provider = this.#providerNamed(id)
    const path = { idp_id: id, protocol_id: protocolId }
    this.operate({ name: 'deleteProtocol', resource: this.#provider(id), path }, () => {
      provider.protocols = provider.protocols.filter((one) => one.protocol_id !== protocolId)
    })
    return this
  }

  updateIdentityProvider(id: string, change: Partial<Pick<SimulatedIdentityProvider, 'enabled'>>): this {
    const provider = this.#providerNamed(id)
    const body = { identity_provider: change }
    this.operate({ name: 'updateIdentityProvider', resource: this.#provider(id), path: { id }, body }, () => {
      Object.assign(provider, change)
    })
    return this
  }

  deleteIdentityProvider(id: string): this {
    this.operate({ name: 'deleteIdentityProvider', resource: this.#provider(id), path: { id } }, () => {
      this.account.identity_providers = this.account.identity_providers.filter(
        (one) => one.provider_id !== id,
      )
    })
    return this
  }

  /** Binds another mapping, or changes who vouches: metadata, issuer, client, keys. */
  updateProtocol(
    id: string,
    change: Partial<Pick<SimulatedProtocol, 'mapping_id' | 'metadata' | 'openid'>>,
  ): this {
    const [protocol] = this.#providerNamed(id).protocols
    if (protocol === undefined) throw new Error(`provider ${id} has no protocol`)
    const operation =
      change.metadata !== undefined
        ? 'metadataConfiguration'
        : change.openid !== undefined
          ? 'updateOIDCConfiguration'
          : 'updateProtocol'
    const path = { idp_id: id, protocol_id: protocol.protocol_id }
    const body = { ...change }
    this.operate({ name: operation, resource: this.#provider(id), path, body }, () => {
      Object.assign(protocol, change)
    })
    return this
  }

  /** Changes a provider of v5. */
  updateTrustProvider(
    name: string,
    change: Partial<Pick<SimulatedTrustProvider, 'url' | 'client_ids' | 'thumbprints' | 'metadata'>>,
  ): this {
    const provider = named(this.account.trust_providers, 'provider_id', 'provider_name', name)
    const { provider_id, provider_name, kind } = provider
    const operation = kind === 'oidc' ? 'updateOIDCProviderV5' : 'updateSAMLProviderV5'
    const resource = { type: `${kind}Provider`, id: provider_id, name: provider_name }
    this.operate({ name: operation, resource, path: { provider_id }, body: { ...change } }, () => {
      Object.assign(provider, change)
    })
    return this
  }

  /** A provider of v5 that speaks OIDC, to be named in trust policies. */
  createOidcProvider(
    name: string,
    setup: Pick<SimulatedTrustProvider, 'url' | 'client_ids' | 'thumbprints'>,
  ): string {
    const provider_id = this.freshId('oidc', name)
    const resource = { type: 'oidcProvider', id: provider_id, name }
    const call = { body: { name, ...setup }, response: { oidc_provider: { provider_id } } }
    this.operate({ name: 'createOIDCProviderV5', resource, ...call }, () =>
      this.account.trust_providers.push({
        ...{ provider_id, provider_name: name, kind: 'oidc', created_at: this.isoNow() },
        ...{ metadata: null, ...setup },
      }),
    )
    return provider_id
  }

  deleteTrustProvider(name: string): this {
    const provider = named(this.account.trust_providers, 'provider_id', 'provider_name', name)
    const { provider_id, provider_name, kind } = provider
    const operation = kind === 'oidc' ? 'deleteOIDCProviderV5' : 'deleteSAMLProviderV5'
    const resource = { type: `${kind}Provider`, id: provider_id, name: provider_name }
    this.operate({ name: operation, resource, path: { provider_id } }, () => {
      this.account.trust_providers = this.account.trust_providers.filter((one) => one !== provider)
    })
    return this
  }

  #provider(id: string) {
    return { type: 'identityProvider', id, name: id }
  }

  #providerNamed(id: string): SimulatedIdentityProvider {
    return named(this.account.identity_providers, 'provider_id', 'provider_id', id)
  }
}

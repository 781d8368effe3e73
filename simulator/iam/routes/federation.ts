/** Who is let in from outside: providers, protocols and mappings of v3, and the providers that trust policies name. */
import { type Call, type Handler, legacyFailure, ok, type Reply, type Route, route } from '../call.ts'
import {
  type SimulatedAccount,
  type SimulatedIdentityProvider,
  type SimulatedProtocol,
  type SimulatedTrustProvider,
  urnOf,
} from '../model.ts'
import { linksOf, markedPage } from '../paging.ts'

const base = 'https://iam.myhuaweicloud.com/v3/OS-FEDERATION'

const providerJson = ({ provider_id, sso_type, enabled }: SimulatedIdentityProvider) => ({
  ...{ id: provider_id, sso_type, enabled, description: '', remote_ids: [] },
  links: {
    self: `${base}/identity_providers/${provider_id}`,
    protocols: `${base}/identity_providers/${provider_id}/protocols`,
  },
})

const protocolJson = (provider: string, { protocol_id, mapping_id }: SimulatedProtocol) => ({
  ...{ id: protocol_id, mapping_id: mapping_id ?? '' },
  links: {
    identity_provider: `${base}/identity_providers/${provider}`,
    self: `${base}/identity_providers/${provider}/protocols/${protocol_id}`,
  },
})

const mappingJson = ({ mapping_id, rules }: SimulatedAccount['mappings'][number]) => ({
  ...{ id: mapping_id, rules, links: { self: `${base}/mappings/${mapping_id}` } },
})

const missing = (call: Call, what: string, id: string | undefined): Reply =>
  legacyFailure(call, 404, `Could not find ${what}: ${id}.`)

const listProviders: Handler = (account, call) =>
  ok({ identity_providers: account.identity_providers.map(providerJson), links: linksOf(call) })

const findProvider = (account: SimulatedAccount, id: string | undefined) =>
  account.identity_providers.find((one) => one.provider_id === id)

const getProvider: Handler = (account, call, _, id) => {
  const provider = findProvider(account, id)
  return provider ? ok({ identity_provider: providerJson(provider) }) : missing(call, 'identity provider', id)
}

const listProtocols: Handler = (account, call, _, id = '') => {
  const provider = findProvider(account, id)
  if (provider === undefined) return missing(call, 'identity provider', id)
  return ok({ protocols: provider.protocols.map((one) => protocolJson(id, one)), links: linksOf(call) })
}

const findProtocol = (account: SimulatedAccount, id: string | undefined, protocol: string | undefined) =>
  findProvider(account, id)?.protocols.find((one) => one.protocol_id === protocol)

const getProtocol: Handler = (account, call, _, id = '', protocolId) => {
  const protocol = findProtocol(account, id, protocolId)
  return protocol ? ok({ protocol: protocolJson(id, protocol) }) : missing(call, 'protocol', protocolId)
}

const listMappings: Handler = (account, call) =>
  ok({ mappings: account.mappings.map(mappingJson), links: linksOf(call) })

const getMapping: Handler = (account, call, _, id) => {
  const mapping = account.mappings.find((one) => one.mapping_id === id)
  return mapping ? ok({ mapping: mappingJson(mapping) }) : missing(call, 'mapping', id)
}

const openIdConfig: Handler = (account, call, _, id) => {
  const openid = findProvider(account, id)?.protocols.find((one) => one.openid !== null)?.openid
  if (openid === undefined || openid === null) return missing(call, 'openid connect config', id)
  return ok({
    openid_connect_config: {
      ...{ access_mode: 'program_console', ...openid },
      authorization_endpoint: `${openid.idp_url}/authorize`,
      ...{ scope: 'openid', response_type: 'id_token', response_mode: 'form_post' },
    },
  })
}

const metadata: Handler = (account, call, _, id = '', protocolId = '') => {
  const protocol = findProtocol(account, id, protocolId)
  if (protocol === undefined || protocol.metadata === null) return missing(call, 'metadata', id)
  return ok({
    ...{ id: `${id}-metadata`, idp_id: id, protocol_id: protocolId, ...protocol.metadata },
    ...{ domain_id: account.account_id, xaccount_type: '', update_time: '2026-01-05T08:00:00.000000' },
  })
}

const trustProviderUrn = (account: SimulatedAccount, { kind, provider_name }: SimulatedTrustProvider) =>
  urnOf(account, `${kind}Provider`, provider_name)

const listOidcProviders: Handler = (account, call, session) =>
  markedPage(
    call,
    session,
    account.trust_providers.filter((one) => one.kind === 'oidc'),
    (shown) => ({
      oidc_providers: shown.map((one) => ({
        ...{ provider_id: one.provider_id, name: one.provider_name, created_at: one.created_at },
        ...{ url: one.url, client_ids: one.client_ids, thumbprints: one.thumbprints },
        ...{ urn: trustProviderUrn(account, one), description: '' },
      })),
    }),
  )

const listSamlProviders: Handler = (account, call, session) =>
  markedPage(
    call,
    session,
    account.trust_providers.filter((one) => one.kind === 'saml'),
    (shown) => ({
      saml_providers: shown.map((one) => ({
        ...{ provider_id: one.provider_id, name: one.provider_name, created_at: one.created_at },
        ...{ saml_metadata_document: one.metadata, expires_at: '2036-01-01T00:00:00.000Z' },
        ...{ assertion_encryption_mode: 'Allowed', private_keys: [] },
        ...{ urn: trustProviderUrn(account, one), description: '' },
      })),
    }),
  )

/** The legacy actions of federation have one resource type, and traces the operation's name. */
const federation = (text: string, operation: string, handle: Handler): Route =>
  route(text, `iam:identityProviders:${operation}`, operation, handle)

const providers = 'GET /v3/OS-FEDERATION/identity_providers'

export const federationRoutes: readonly Route[] = [
  federation(providers, 'listIdentityProviders', listProviders),
  federation(`${providers}/*`, 'getIdentityProvider', getProvider),
  federation(`${providers}/*/protocols`, 'listProtocols', listProtocols),
  federation(`${providers}/*/protocols/*`, 'getProtocol', getProtocol),
  federation('GET /v3/OS-FEDERATION/mappings', 'listMappings', listMappings),
  federation('GET /v3/OS-FEDERATION/mappings/*', 'getMapping', getMapping),
  federation(
    'GET /v3.0/OS-FEDERATION/identity-providers/*/openid-connect-config',
    'getOpenIDConnectConfig',
    openIdConfig,
  ),
  federation(
    'GET /v3-ext/OS-FEDERATION/identity_providers/*/protocols/*/metadata',
    'getIDPMetadata',
    metadata,
  ),
  route('GET /v5/oidc-providers', 'iam:oidcProviders:listV5', 'listOIDCProvidersV5', listOidcProviders),
  route('GET /v5/saml-providers', 'iam:samlProviders:listV5', 'listSAMLProvidersV5', listSamlProviders),
]

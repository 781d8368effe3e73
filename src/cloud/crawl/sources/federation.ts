/** Identity providers of v3: which groups their people become members of, and who vouches for them. */
import type { Coverage, Mapping, Provider } from '../../../account/snapshot.ts'
import { AuthenticationError, CloudError } from '../../http/cloud-error.ts'
import type { ApiMapping, ApiProtocol, ApiProvider } from '../../iam/v3-calls.ts'
import {
  externalIdentity,
  identityProviders,
  mappings,
  openIdConfiguration,
  protocols,
  samlMetadata,
} from '../../iam/v3-calls.ts'
import { joinWords, openIdWord, samlWord, type Word } from '../../iam/vouching.ts'
import type { CrawlContext } from '../context.ts'
import type { Attempted, Failure } from '../crawl-gaps.ts'
import { fingerprintOf, type Source, type Task } from '../source.ts'

/** People of such a provider act as IAM users and become members of nothing. */
const ACTS_AS_USER = 'iam_user_sso'
/** Users are asked one by one who has an external identity; of more of them their number stays unknown. */
const USERS_ONE_BY_ONE = 200
/** The protocol whose issuer is a configuration; of any other it is metadata. */
const OPENID = 'oidc'

interface Reading {
  /** Null until the list is read. */
  providers: ReadonlyMap<string, ApiProvider> | null
  readonly protocols: Map<string, readonly ApiProtocol[]>
  /** Null until the list is read. */
  mappings: ReadonlyMap<string, ApiMapping> | null
  readonly missing: Map<string, Attempted>
}

const fresh = (): Reading => ({
  ...{ providers: null, protocols: new Map(), mappings: null, missing: new Map() },
})

export class Federation implements Source {
  readonly #context: CrawlContext
  #now = fresh()
  #before = fresh()
  /** By provider and protocol; read once, and nothing of the metadata is kept. Null: unreadable. */
  readonly #words = new Map<string, Word | null>()
  #failure: Failure | null = null
  /** Ids of all users. */
  readonly #users: () => readonly string[]
  /** Whether each user has an external identity; asked once. Null: it could not be read. */
  readonly #external = new Map<string, boolean | null>()

  constructor(context: CrawlContext, users: () => readonly string[]) {
    this.#context = context
    this.#users = users
  }

  begin(): void {
    this.#before = this.#now
    this.#now = fresh()
  }

  /** Nothing is asked where there is nothing. */
  plan(): readonly Task[] {
    if (this.#context.sources.federation === 'off') return []
    const phase = 'identity providers'
    const known = this.#now.providers === null ? this.#before : this.#now
    const listed = [...(known.providers?.values() ?? [])]
    return [
      { key: 'providers', phase, run: () => this.#readProviders() },
      ...listed.map((one) => ({
        key: `protocols ${one.id}`,
        phase,
        run: () => this.#readProtocols(one.id),
      })),
      ...(listed.some((one) => this.#isBound(one))
        ? [{ key: 'mappings', phase, run: () => this.#readMappings() }]
        : []),
      ...listed.flatMap((one) => this.#wordTasks(one)),
      ...(listed.some((one) => one.enabled && one.sso_type === ACTS_AS_USER) ? this.#userTasks() : []),
    ]
  }

  planAgain(): readonly Task[] {
    return this.#now.missing.size === 0
      ? []
      : [{ key: 'providers again', phase: 'identity providers', run: () => this.#readProviders() }]
  }

  providers(): readonly Provider[] {
    return [...(this.#now.providers?.values() ?? [])].map((one) => {
      const bound = this.#protocolsOf(one.id)
      const word = this.#wordOf(one)
      return {
        ...{ provider_id: one.id, sso_type: one.sso_type, enabled: one.enabled },
        protocols: bound.map(({ id, mapping_id }) => ({ protocol_id: id, mapping_id })),
        ...{ issuer: word?.issuer ?? null, keys: word === null ? null : [...word.keys] },
        sso_users: one.sso_type === ACTS_AS_USER && one.enabled ? this.#boundUsers() : null,
      }
    })
  }

  mappings(): readonly Mapping[] {
    return [...(this.#now.mappings?.values() ?? [])].map((one) => ({
      mapping_id: one.id,
      // Rules that nest without end are no list of rules.
      rules: one.rules ?? 'null',
    }))
  }

  fingerprint(): string {
    const bound = new Set(
      [...this.#now.protocols.values()].flat().map((protocol) => protocol.mapping_id ?? ''),
    )
    return fingerprintOf([
      ...this.providers().map((one) => [
        ...['provider', one.provider_id, one.sso_type, one.enabled],
        one.protocols.map((protocol) => JSON.stringify(protocol)).sort(),
      ]),
      ...this.mappings()
        .filter((one) => bound.has(one.mapping_id))
        .map((one) => ['mapping', one.mapping_id, one.rules]),
    ])
  }

  isMissingSomething(): boolean {
    return [...this.#now.missing.keys()].some((id) => this.#now.providers?.has(id))
  }

  finish(settled: boolean): void {
    const { gaps, sources } = this.#context
    if (sources.federation === 'off') return
    if (!settled) gaps.changedTooOften('federation', identityProviders.id, 'The identity providers')
    for (const [id, what] of this.#now.missing)
      if (this.#now.providers?.has(id)) gaps.stillListed(what, 'identity provider')
  }

  coverage(): readonly Coverage[] {
    const source = 'federation'
    if (this.#context.sources.federation === 'off') return [{ source, status: 'off', count: null }]
    const count = this.#now.providers?.size ?? 0
    if (count === 0 && this.#failure !== null)
      return [{ source, status: this.#failure === 'denied' ? 'denied' : 'not-attempted', count: null }]
    return [{ source, status: count === 0 ? 'absent' : 'audited', count }]
  }

  #protocolsOf(providerId: string): readonly ApiProtocol[] {
    return this.#now.protocols.get(providerId) ?? this.#before.protocols.get(providerId) ?? []
  }

  /** Whether its people become members of groups. */
  #isBound({ id, sso_type }: ApiProvider): boolean {
    return sso_type !== ACTS_AS_USER && this.#protocolsOf(id).some((one) => (one.mapping_id ?? '') !== '')
  }

  /** Whose word is not taken by anybody vouches for nobody. */
  #wordTasks(one: ApiProvider): Task[] {
    const matters = one.enabled && (one.sso_type === ACTS_AS_USER || this.#isBound(one))
    if (!matters) return []
    return this.#protocolsOf(one.id)
      .filter((protocol) => !this.#words.has(wordKey(one.id, protocol)))
      .map((protocol) => ({
        key: `word ${wordKey(one.id, protocol)}`,
        phase: 'identity providers',
        run: () => this.#readWord(one, protocol),
      }))
  }

  /** No list says whom a provider logs in. */
  #userTasks(): Task[] {
    const ids = this.#users()
    if (ids.length > USERS_ONE_BY_ONE) return []
    return ids
      .filter((id) => !this.#external.has(id))
      .map((id) => ({
        key: `external ${id}`,
        phase: 'identity providers',
        run: () => this.#readExternal(id),
      }))
  }

  /** Null when it is not known of everybody. */
  #boundUsers(): number | null {
    const known = this.#users().map((id) => this.#external.get(id) ?? null)
    return known.includes(null) ? null : known.filter(Boolean).length
  }

  /** A number that the verdict can do without: what is refused leaves it unknown. */
  async #readExternal(id: string): Promise<void> {
    // After the first refusal nobody else is asked about.
    if ([...this.#external.values()].includes(null)) return
    try {
      const { user } = await this.#context.api.one(externalIdentity, { user_id: id })
      this.#external.set(id, (user.xuser_id ?? '') !== '')
    } catch (error) {
      if (!(error instanceof CloudError) || error instanceof AuthenticationError) throw error
      this.#external.set(id, null)
    }
  }

  /** Null when a part of it is unread. */
  #wordOf(one: ApiProvider): Word | null {
    const words = this.#protocolsOf(one.id).map(
      (protocol) => this.#words.get(wordKey(one.id, protocol)) ?? null,
    )
    return words.includes(null) ? null : joinWords(words as Word[])
  }

  async #readProviders(): Promise<void> {
    const what = whole('providers', 'the identity providers', identityProviders)
    const read = await this.#context.gaps.attemptList(what, () => this.#context.api.whole(identityProviders))
    this.#failure = read.failure
    this.#now.providers = new Map((read.value ?? []).map((one) => [one.id, one]))
  }

  async #readProtocols(id: string): Promise<void> {
    const what: Attempted = {
      ...{ key: `protocols ${id}`, thing: `the protocols of the identity provider ${id}`, call: protocols },
      ...{ scope: { type: 'provider', provider_id: id }, isListed: true },
    }
    const read = await this.#context.gaps.attemptList(what, () =>
      this.#context.api.whole(protocols, { provider_id: id }),
    )
    if (read.failure === 'missing') this.#now.missing.set(id, what)
    this.#now.protocols.set(id, read.value ?? [])
  }

  async #readMappings(): Promise<void> {
    const what = whole('mappings', 'the mappings of identity providers', mappings)
    const read = await this.#context.gaps.attemptList(what, () => this.#context.api.whole(mappings))
    this.#now.mappings = new Map((read.value ?? []).map((one) => [one.id, one]))
  }

  async #readWord({ id }: ApiProvider, protocol: ApiProtocol): Promise<void> {
    const { api, gaps } = this.#context
    const isOpenId = protocol.id === OPENID
    const what: Attempted = {
      key: `word ${wordKey(id, protocol)}`,
      thing: `who vouches for the people of the identity provider ${id}`,
      call: isOpenId ? openIdConfiguration : samlMetadata,
      ...{ scope: { type: 'provider', provider_id: id }, isListed: true },
    }
    const read = await gaps.attempt(what, async () => {
      if (isOpenId) {
        const { openid_connect_config: config } = await api.one(openIdConfiguration, { provider_id: id })
        return { word: openIdWord(config.idp_url, config.client_id, config.signing_key ?? '') }
      }
      const { data } = await api.one(samlMetadata, { provider_id: id, protocol_id: protocol.id })
      return { word: samlWord(data) }
    })
    this.#words.set(wordKey(id, protocol), read.value?.word ?? null)
    if (read.failure === 'missing') gaps.stillListed(what, 'identity provider')
    else if (read.value?.word === null)
      gaps.add('federation', {
        code: 'unreadable',
        call: what.call.id,
        message: `Who vouches for the people of the identity provider ${id} could not be read: it names no issuer with keys that verify its word.`,
        remedy: 'Complete the configuration of the identity provider, or disable it.',
        ...{ iam_action: null, http_code: null, scope: what.scope },
      })
  }
}

const wordKey = (providerId: string, protocol: ApiProtocol): string =>
  JSON.stringify([providerId, protocol.id])

function whole(key: string, thing: string, call: Attempted['call']): Attempted {
  return { key, thing, call, scope: { type: 'source', source: 'federation' } }
}

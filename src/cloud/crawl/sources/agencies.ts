/** Agencies of both kinds, whom they trust, until when they are valid, and the providers that trust policies name. */
import { createHash } from 'node:crypto'
import type { Agency, Coverage, TrustProvider } from '../../../account/snapshot.ts'
import { AuthenticationError, CloudError, ForbiddenError } from '../../http/cloud-error.ts'
import type { ListCall } from '../../iam/call.ts'
import type { Listed } from '../../iam/iam-api.ts'
import { agencyValidity } from '../../iam/v3-calls.ts'
import { type ApiAgency, agencies, oidcProviders, samlProviders } from '../../iam/v5-calls.ts'
import { oidcProviderWord, samlWord, type Word } from '../../iam/vouching.ts'
import type { CrawlContext } from '../context.ts'
import type { Attempted, Failure } from '../crawl-gaps.ts'
import { fingerprintOf, type Source, type Task } from '../source.ts'

/** The gateway's code for a path that nothing answers. */
const NO_SUCH_CALL = 'APIGW.0101'

interface Reading {
  /** Null until the list is read. */
  agencies: ReadonlyMap<string, ApiAgency> | null
  readonly validity: Map<string, string | null>
  readonly providers: Map<string, TrustProvider>
  isDoubted: boolean
}

const fresh = (): Reading => ({
  ...{ agencies: null, validity: new Map(), providers: new Map(), isDoubted: false },
})

export class Agencies implements Source {
  readonly #context: CrawlContext
  /** Agencies that others have found to hold something. */
  readonly #holding: () => Iterable<string>
  #now = fresh()
  #before = fresh()
  #failure: Failure | null = null
  #isValidityUnread = false
  /** Metadata is big; what it says is worked out once for each text. */
  readonly #words = new Map<string, Word | null>()

  constructor(context: CrawlContext, holding: () => Iterable<string>) {
    this.#context = context
    this.#holding = holding
  }

  begin(): void {
    this.#before = this.#now
    this.#now = fresh()
  }

  plan(): readonly Task[] {
    if (this.#context.sources.agencies === 'off') return []
    const phase = 'agencies'
    const { summary } = this.#context
    return [
      { key: 'agencies', phase, run: () => this.#readAgencies() },
      ...(this.#isValidityUnread ? [] : [{ key: 'validity', phase, run: () => this.#readValidity() }]),
      ...(summary?.oidc_provider === 0 ? [] : [{ key: 'oidc', phase, run: () => this.#readOidc() }]),
      ...(summary?.saml_provider === 0 ? [] : [{ key: 'saml', phase, run: () => this.#readSaml() }]),
    ]
  }

  planAgain(): readonly Task[] {
    const list = this.#now.agencies
    if (this.#context.sources.agencies === 'off' || list === null) return []
    if (!this.#now.isDoubted && [...this.#holding()].every((id) => list.has(id))) return []
    return [{ key: 'agencies again', phase: 'agencies', run: () => this.#readAgencies() }]
  }

  /** Somebody of the list was asked about and was not found, so that the list is to be read again. */
  doubt(): void {
    this.#now.isDoubted = true
  }

  /** Agencies of this reading; before the list is read, of the one before. */
  get listed(): ReadonlyMap<string, ApiAgency> {
    return this.#now.agencies ?? this.#before.agencies ?? new Map()
  }

  agencies(): readonly Agency[] {
    const { account } = this.#context
    return [...(this.#now.agencies?.values() ?? [])].map((one) => {
      const path = one.path ?? ''
      return {
        ...{ agency_id: one.agency_id, agency_name: one.agency_name, path, created_at: one.created_at },
        urn: one.urn ?? `iam::${account}:agency:${path}${one.agency_name}`,
        trust_policy: one.trust_policy ?? null,
        trust_domain_id: one.trust_domain_id ?? null,
        trust_domain_name: one.trust_domain_name ?? null,
        expire_time: this.#now.validity.get(one.agency_id) ?? null,
      }
    })
  }

  providers(): readonly TrustProvider[] {
    return [...this.#now.providers.values()]
  }

  fingerprint(): string {
    return fingerprintOf([
      ...this.agencies().map((one) => [
        ...[one.agency_id, one.agency_name, one.path, one.trust_policy, one.trust_domain_id],
        ...[one.trust_domain_name, one.expire_time],
      ]),
      ...this.providers().map((one) => [one.urn, one.issuer, one.keys]),
    ])
  }

  isMissingSomething(): boolean {
    return false
  }

  finish(settled: boolean): void {
    const { gaps, summary, sources } = this.#context
    if (sources.agencies === 'off') return
    if (!settled) gaps.changedTooOften('agencies', agencies.id, 'The agencies')
    const [seen, counted] = [this.#now.agencies?.size ?? 0, summary?.agencies ?? null]
    if (counted !== null && seen !== counted && this.#failure === null)
      gaps.notice(`${seen} agencies were read, and the account summary counts ${counted}.`)
  }

  coverage(): readonly Coverage[] {
    const source = 'agencies'
    if (this.#context.sources.agencies === 'off') return [{ source, status: 'off', count: null }]
    const count = this.#now.agencies?.size ?? 0
    if (count === 0 && this.#failure !== null)
      return [{ source, status: this.#failure === 'denied' ? 'denied' : 'not-attempted', count: null }]
    return [{ source, status: count === 0 ? 'absent' : 'audited', count }]
  }

  async #readAgencies(): Promise<void> {
    const read = await this.#context.gaps.attemptList(whole('agencies', 'the agencies', agencies), () =>
      this.#context.api.list(agencies),
    )
    this.#failure = read.failure
    this.#now.agencies = new Map((read.value ?? []).map((one) => [one.agency_id, one]))
  }

  /** An agency whose validity is unread counts as valid, so this is never a gap. */
  async #readValidity(): Promise<void> {
    const { api, gaps, account } = this.#context
    try {
      const { rows, problem } = await api.numbered(agencyValidity, { domain_id: account })
      for (const row of rows) this.#now.validity.set(row.id, row.expire_time)
      if (problem !== null) throw problem
    } catch (error) {
      if (!(error instanceof CloudError) || error instanceof AuthenticationError) throw error
      this.#isValidityUnread = true
      const remedy =
        error instanceof ForbiddenError ? ` It takes the IAM action ${agencyValidity.action}.` : ''
      gaps.notice(
        `Until when agencies are valid could not be read, so all count as valid: ${error.message}${remedy}`,
      )
    }
  }

  async #readOidc(): Promise<void> {
    const what = whole('oidc', 'the OIDC providers', oidcProviders)
    const read = await this.#context.gaps.attemptList(what, () => this.#listProviders(oidcProviders))
    for (const one of read.value ?? [])
      this.#add('oidc', one, oidcProviderWord(one.url, one.client_ids ?? [], one.thumbprints ?? []))
  }

  async #readSaml(): Promise<void> {
    const what = whole('saml', 'the SAML providers', samlProviders)
    const read = await this.#context.gaps.attemptList(what, () => this.#listProviders(samlProviders))
    for (const one of read.value ?? []) {
      const word = this.#wordOf(one.saml_metadata_document ?? one.metadata ?? '')
      this.#add('saml', one, word)
      if (word !== null) continue
      this.#context.gaps.add('agencies', {
        code: 'unreadable',
        call: samlProviders.id,
        message: `Who vouches for the people of the SAML provider ${one.urn} could not be read: its metadata names no issuer with certificates.`,
        remedy: 'Put metadata with an entity id and signing certificates into the provider.',
        ...{ iam_action: null, http_code: null },
        scope: { type: 'provider', provider_id: one.provider_id ?? one.urn },
      })
    }
  }

  /** Where the cloud has no such call yet, it has no such providers. */
  async #listProviders<T>(call: ListCall<T>): Promise<Listed<T>> {
    try {
      return await this.#context.api.list(call)
    } catch (error) {
      if (error instanceof CloudError && error.code === NO_SUCH_CALL) return { rows: [], problem: null }
      throw error
    }
  }

  #wordOf(metadata: string): Word | null {
    const digest = createHash('sha256').update(metadata).digest('hex')
    const known = this.#words.get(digest)
    if (known !== undefined) return known
    const word = samlWord(metadata)
    this.#words.set(digest, word)
    return word
  }

  #add(
    kind: TrustProvider['kind'],
    one: { provider_id: string | null; provider_name: string | null; name: string | null; urn: string },
    word: Word | null,
  ): void {
    this.#now.providers.set(one.urn.toLowerCase(), {
      provider_id: one.provider_id ?? one.urn,
      provider_name: one.provider_name ?? one.name ?? (one.urn.split(':').pop() as string),
      ...{ kind, urn: one.urn, issuer: word?.issuer ?? null, keys: word === null ? null : [...word.keys] },
    })
  }
}

function whole(key: string, thing: string, call: Attempted['call']): Attempted {
  return { key, thing, call, scope: { type: 'source', source: 'agencies' } }
}

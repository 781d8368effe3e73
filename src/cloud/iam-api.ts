/** The calls of IAM v5 that the audit uses, typed and checked at the border. Nothing outside knows a marker. */
import { z } from 'zod'
import type { AccessLevel, CatalogueAction } from '../policy/types.ts'
import { CloudError, ShapeError } from './cloud-error.ts'
import type { CloudRequest, HttpClient } from './http-client.ts'
import type { Query } from './signer.ts'

/** Largest page there is. */
const PAGE = 200
/** Beyond any list the quotas allow (45 pages); ends a list that would never end. */
const MAXIMUM_PAGES = 500

const user = z.object({
  user_id: z.string().min(1),
  user_name: z.string(),
  urn: z.string(),
  enabled: z.boolean(),
  is_root_user: z.boolean(),
  created_at: z.string(),
})
const group = z.object({
  group_id: z.string().min(1),
  group_name: z.string(),
  urn: z.string(),
  created_at: z.string(),
})
const policy = z.object({
  policy_id: z.string().min(1),
  policy_name: z.string(),
  policy_type: z.string(),
  default_version_id: z.string().min(1),
  attachment_count: z.number().int(),
  updated_at: z.string(),
})
const attached = z.object({
  policy_id: z.string().min(1),
  policy_name: z.string(),
  attached_at: z.string().nullish(),
})
const version = z.object({
  version_id: z.string().min(1),
  is_default: z.boolean(),
  created_at: z.string(),
  document: z.string(),
})
const pageInfo = z.object({ next_marker: z.string().nullish() })
const count = z.number().int().nullish()
const summary = z.object({
  users: z.number().int(),
  groups: z.number().int(),
  policies: z.number().int(),
  agencies: count,
  oidc_provider: count,
  saml_provider: count,
})

export type ApiUser = z.infer<typeof user>
export type ApiGroup = z.infer<typeof group>
export type ApiPolicy = z.infer<typeof policy>
export type ApiAttached = z.infer<typeof attached>
export type ApiVersion = z.infer<typeof version>
export type AccountSummary = z.infer<typeof summary>

export interface Entity {
  readonly principal_type: 'user' | 'group' | 'agency'
  readonly principal_id: string
  readonly attached_at: string | null
}

export class IamApi {
  readonly http: HttpClient
  readonly #iam: URL
  readonly #sts: URL

  constructor(http: HttpClient, endpoints: { readonly iam: URL; readonly sts: URL }) {
    this.http = http
    this.#iam = endpoints.iam
    this.#sts = endpoints.sts
  }

  /** Users of the account, or of one group. */
  users(groupId?: string): Promise<ApiUser[]> {
    const query: Query = groupId === undefined ? {} : { group_id: groupId }
    return this.#list(
      '/v5/users',
      groupId === undefined ? 'GET /v5/users' : 'GET /v5/users?group_id',
      'users',
      user,
      query,
    )
  }

  groups(): Promise<ApiGroup[]> {
    return this.#list('/v5/groups', 'GET /v5/groups', 'groups', group)
  }

  /** Custom and system policies that are attached to anything. */
  attachedPolicies(): Promise<ApiPolicy[]> {
    return this.#list('/v5/policies', 'GET /v5/policies', 'policies', policy, { only_attached: 'true' })
  }

  policiesOf(kind: 'users' | 'groups', id: string): Promise<ApiAttached[]> {
    const call = `GET /v5/${kind}/{${kind === 'users' ? 'user' : 'group'}_id}/attached-policies`
    return this.#list(`/v5/${kind}/${id}/attached-policies`, call, 'attached_policies', attached)
  }

  versions(policyId: string): Promise<ApiVersion[]> {
    return this.#list(
      `/v5/policies/${policyId}/versions`,
      'GET /v5/policies/{policy_id}/versions',
      'versions',
      version,
    )
  }

  /** One version, which must be the one asked for. */
  async version(policyId: string, versionId: string): Promise<ApiVersion> {
    const call = 'GET /v5/policies/{policy_id}/versions/{version_id}'
    const answer = await this.#get(`/v5/policies/${policyId}/versions/${versionId}`, call)
    const parsed = parse(z.object({ policy_version: version }), answer, call).policy_version
    if (parsed.version_id !== versionId)
      throw new ShapeError(`${call} answered with another version.`, { call })
    return parsed
  }

  /** Everything a policy is attached to. Three arrays share one marker; one of them may be absent from a page, or null. */
  async entities(policyId: string): Promise<Entity[]> {
    const call = 'GET /v5/policies/{policy_id}/attached-entities'
    const row = { attached_at: z.string().nullish() }
    const schema = z
      .object({
        policy_users: z.array(z.object({ user_id: z.string().min(1), ...row })).nullish(),
        policy_groups: z.array(z.object({ group_id: z.string().min(1), ...row })).nullish(),
        policy_agencies: z.array(z.object({ agency_id: z.string().min(1), ...row })).nullish(),
      })
      .refine(
        (page) => page.policy_users || page.policy_groups || page.policy_agencies,
        'no list of entities',
      )
    const entities: Entity[] = []
    for await (const page of this.#pages(`/v5/policies/${policyId}/attached-entities`, call, {})) {
      const { policy_users, policy_groups, policy_agencies } = parse(schema, page, call)
      const add = (
        principal_type: Entity['principal_type'],
        principal_id: string,
        attached_at?: string | null,
      ) => entities.push({ principal_type, principal_id, attached_at: attached_at ?? null })
      for (const one of policy_users ?? []) add('user', one.user_id, one.attached_at)
      for (const one of policy_groups ?? []) add('group', one.group_id, one.attached_at)
      for (const one of policy_agencies ?? []) add('agency', one.agency_id, one.attached_at)
    }
    return unique(entities, (entity) => `${entity.principal_type} ${entity.principal_id}`)
  }

  async accountSummary(): Promise<AccountSummary> {
    const call = 'GET /v5/account-summary'
    return parse(summary, await this.#get('/v5/account-summary', call), call)
  }

  /** `on`, `off`, `pending`. */
  async feature(name: string): Promise<string> {
    const call = `GET /v5/features/${name}`
    const answer = await this.#get(`/v5/features/${name}`, call)
    return parse(z.object({ feature_status: z.string() }), answer, call).feature_status
  }

  async callerIdentity(): Promise<{ account_id: string; principal_urn: string; principal_id: string }> {
    const call = 'GET /v5/caller-identity'
    const schema = z.object({
      account_id: z.string().min(1),
      principal_urn: z.string(),
      principal_id: z.string(),
    })
    return parse(schema, await this.http.json({ origin: this.#sts, path: '/v5/caller-identity', call }), call)
  }

  /** The actions that a service knows today. */
  async catalogue(service: string): Promise<CatalogueAction[]> {
    const call = 'GET /v5/authorization-schemas/services/{service_code}'
    const level = z.enum(['List', 'Read', 'Write', 'Permission_management', 'Tagging'])
    const schema = z.object({
      actions: z.array(
        z.object({ name: z.string(), access_level: level, aliases: z.array(z.string()).nullish() }),
      ),
    })
    const answer = parse(schema, await this.#get(`/v5/authorization-schemas/services/${service}`, call), call)
    return answer.actions
      .filter((row) => row.name.split(':').length === 3)
      .map((row) => ({
        action: row.name,
        accessLevel: row.access_level as AccessLevel,
        aliases: row.aliases ?? [],
      }))
  }

  /** Sends a probe: only whether it is answered matters. */
  async probe(path: string, call: string, query: Query = {}): Promise<void> {
    await this.#get(path, call, query)
  }

  #get(path: string, call: string, query: Query = {}): Promise<unknown> {
    return this.http.json({ origin: this.#iam, path, call, query } satisfies CloudRequest)
  }

  async #list<T extends Record<string, unknown>>(
    path: string,
    call: string,
    name: string,
    row: z.ZodType<T>,
    query: Query = {},
  ): Promise<T[]> {
    const rows: T[] = []
    const schema = z.object({ [name]: z.array(row) })
    for await (const page of this.#pages(path, call, query))
      rows.push(...(parse(schema, page, call)[name] as T[]))
    const id = Object.keys(rows[0] ?? {}).find((key) => key.endsWith('_id')) ?? ''
    return unique(rows, (one) => String(one[id]))
  }

  /** Pages to the end. @throws CloudError for a marker that was there before, or a list without an end. */
  async *#pages(path: string, call: string, query: Query): AsyncGenerator<unknown> {
    const seen = new Set<string>()
    let marker: string | null = null
    for (let page = 0; page < MAXIMUM_PAGES; page++) {
      const answer = await this.#get(path, call, {
        ...query,
        limit: String(PAGE),
        ...(marker === null ? {} : { marker }),
      })
      const info: unknown = (answer as { page_info?: unknown } | null)?.page_info
      const parsed = pageInfo.safeParse(info)
      if (!parsed.success) throw new ShapeError(`${call} answered without a usable page_info.`, { call })
      yield answer
      marker = parsed.data.next_marker || null
      if (marker === null) return
      if (seen.has(marker))
        throw new CloudError(`${call} repeated page_info.next_marker; its list cannot be read to the end.`, {
          call,
        })
      seen.add(marker)
    }
    throw new CloudError(`${call} did not end after ${MAXIMUM_PAGES} pages (page_info.next_marker).`, {
      call,
    })
  }
}

function parse<T>(schema: z.ZodType<T>, answer: unknown, call: string): T {
  const parsed = schema.safeParse(answer)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const field = issue?.path.map(String).join('.') || 'the answer'
  throw new ShapeError(`${call} answered in a shape that is not documented: ${field}.`, { call })
}

/** A list that changes while it is paged may show a row twice. */
function unique<T>(rows: readonly T[], key: (row: T) => string): T[] {
  return [...new Map(rows.map((row) => [key(row), row])).values()]
}

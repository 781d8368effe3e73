/** `mode: check`: tries everything the audit can use, once, and reports all that is missing. */
import {
  AuthenticationError,
  CloudError,
  ForbiddenError,
  KeysRefusedError,
  NotFoundError,
} from '../http/cloud-error.ts'
import type { Query } from '../http/signer.ts'
import * as activity from './activity-calls.ts'
import type { Call, Ids } from './call.ts'
import type { IamApi } from './iam-api.ts'
import * as traceCalls from './trace-calls.ts'
import * as v3 from './v3-calls.ts'
import * as v5 from './v5-calls.ts'

export interface CheckRow {
  readonly call: string
  /** IAM action it takes; null: none that is known. */
  readonly action: string | null
  /** `unproven`: not refused, and not answered either, because nothing was there to try it on. */
  readonly status: 'ok' | 'forbidden' | 'failed' | 'unproven'
  readonly detail: string
  /** Without it an audit is still complete. */
  readonly optional: boolean
}

export interface CloudCheck {
  readonly rows: readonly CheckRow[]
  /** Null: nobody names it, and no audit can begin. */
  readonly account: string | null
  readonly auditor: { readonly urn: string; readonly id: string } | null
}

type ChosenSource = 'legacy-roles' | 'agencies' | 'federation'

/** What the audit looks at beside identity policies, as the config says. */
export type CheckedSources = Readonly<Record<ChosenSource, 'required' | 'optional' | 'off'>>

/** What is tried of traces: the project that has them, and a page of them. */
export interface TraceProbe {
  project(): Promise<string>
  probe(project: string): Promise<void>
}

/** An id that nobody has. Whoever lacks the action is refused all the same, so that one run names all that is missing. */
const NOBODY = '0'.repeat(32)

interface Tried<T> {
  readonly row: CheckRow
  /** Null when it was not answered. */
  readonly value: T | null
}

/** What the config may ask about user holders; an audit does without. */
export type CheckedEvidence = 'last-login' | 'access-keys' | 'mfa'

/**
 * Tries every call.
 *
 * @param traceApi null: the config asks for no traces
 * @throws AuthenticationError when the keys are wrong: nothing else can be told then
 */
export async function checkCloud(
  api: IamApi,
  sources: CheckedSources,
  traceApi: TraceProbe | null = null,
  evidence: readonly CheckedEvidence[] = [],
): Promise<CloudCheck> {
  const attempt = attempter(sources)
  const identity = await attempt(v5.callerIdentity, () => api.one(v5.callerIdentity))
  // Whether v3 takes these keys at all decides what else is worth knowing.
  const legacy =
    sources['legacy-roles'] === 'off'
      ? []
      : [
          await attempt<unknown>(v3.roleAssignments, () =>
            api.total(v3.roleAssignments, { domain_id: identity.value?.account_id ?? NOBODY }),
          ),
        ]
  // Side by side: where nothing answers, nobody waits for each of them to give up in turn.
  const [users, groups, policies] = await Promise.all([
    attempt(v5.users, () => api.list(v5.users)),
    attempt(v5.groups, () => api.list(v5.groups)),
    attempt(v5.policies, () => api.list(v5.policies, {}, { only_attached: 'true' })),
  ])
  const account = identity.value?.account_id ?? (users.value?.rows[0]?.urn?.split(':')[2] || null)
  const found = {
    group: groups.value?.rows[0]?.group_id ?? NOBODY,
    user: users.value?.rows.find((one) => !one.is_root_user)?.user_id ?? NOBODY,
    policy: policies.value?.rows[0]?.policy_id ?? NOBODY,
    version: policies.value?.rows[0]?.default_version_id ?? 'v1',
  }
  const { group, user, policy } = found
  const probe = (call: Call<unknown>, ids: Ids = {}, query: Query = {}): Promise<Tried<unknown>> =>
    attempt(call, () => api.probe(call, ids, query))
  const versionIds = { policy_id: policy, version_id: found.version }
  const identityPolicies = await Promise.all([
    attempt<unknown>(v5.members, () => api.list(v5.members, {}, { group_id: group })),
    attempt<unknown>(v5.policyVersion, () => api.one(v5.policyVersion, versionIds)),
    attempt<unknown>(v5.attachedEntities, () => api.entities(policy)),
    attempt<unknown>(v5.accountSummary, () => api.one(v5.accountSummary)),
    attempt<unknown>(v5.authorizationSchema, () => api.one(v5.authorizationSchema, { service_code: 'iam' })),
    probe(v5.attachedPolicies.group, { group_id: group }),
    probe(v5.attachedPolicies.user, { user_id: user }),
    probe(v5.policyVersions, { policy_id: policy }),
  ])
  const others = await checkSources(api, sources, attempt, {
    ...{ domain_id: account ?? NOBODY, group_id: group, user_id: user },
  })
  const keyIds = { user_id: user, access_key_id: NOBODY }
  const activities = await Promise.all([
    ...(evidence.includes('last-login') ? [probe(activity.lastLogin, keyIds)] : []),
    ...(evidence.includes('access-keys')
      ? [probe(activity.accessKeys, keyIds), probe(activity.accessKeyLastUsed, keyIds)]
      : []),
    ...(evidence.includes('mfa') ? [probe(activity.mfaDevices)] : []),
  ])
  const traced = traceApi === null ? [] : await checkTraces(traceApi, attempt)
  const caller = identity.value
  return {
    rows: [
      ...[identity, ...legacy, users, groups, policies, ...identityPolicies, ...others],
      ...[...activities, ...traced],
    ].map(({ row }) => row),
    account,
    auditor: caller && { urn: caller.principal_urn, id: caller.principal_id },
  }
}

type Attempter = <T>(call: Call<unknown>, read: () => Promise<T>) => Promise<Tried<T>>

/** One page of traces; whatever it holds, it was answered. */
async function checkTraces(api: TraceProbe, attempt: Attempter): Promise<Tried<unknown>[]> {
  const project = await attempt(traceCalls.projects, () => api.project())
  // Without the project nobody can be asked for its traces, and whoever lacks the action is refused all the same.
  const page = await attempt<unknown>(traceCalls.traces, () => api.probe(project.value ?? NOBODY))
  return [project, page]
}

/** Legacy roles, agencies and federation, as far as the config looks at them. */
async function checkSources(
  api: IamApi,
  sources: CheckedSources,
  attempt: Attempter,
  known: { readonly domain_id: string; readonly group_id: string; readonly user_id: string },
): Promise<Tried<unknown>[]> {
  const probe = (call: Call<unknown>, ids: Ids, query: Query = {}): Promise<Tried<unknown>> =>
    attempt(call, () => api.probe(call, ids, query))
  const { domain_id } = known
  const first = { page: '1', per_page: '1' }
  const agencies = sources.agencies === 'off' ? null : await attempt(v5.agencies, () => api.list(v5.agencies))
  const providers =
    sources.federation === 'off'
      ? null
      : await attempt(v3.identityProviders, () => api.whole(v3.identityProviders))
  const ids = {
    ...{ ...known, role_id: NOBODY },
    agency_id: agencies?.value?.rows[0]?.agency_id ?? NOBODY,
    provider_id: providers?.value?.rows[0]?.id ?? NOBODY,
  }
  const rows = await Promise.all([
    ...(sources['legacy-roles'] === 'off'
      ? []
      : [
          attempt<unknown>(v3.customRoles, () => api.total(v3.customRoles, { domain_id })),
          attempt<unknown>(v3.systemRoles, () => api.total(v3.systemRoles)),
          attempt<unknown>(v3.oneRole, () => api.one(v3.oneRole, ids)),
          probe(v3.rolesOfHolder.group.domain, ids),
          probe(v3.rolesOfHolder.group['all-projects'], ids),
          probe(v3.rolesOfHolder.agency.domain, ids),
          probe(v3.rolesOfHolder.agency['all-projects'], ids),
        ]),
    ...(agencies === null
      ? []
      : [
          probe(v5.attachedPolicies.agency, ids),
          probe(v3.agencyValidity, {}, { domain_id, ...first }),
          probe(v5.oidcProviders, {}),
          probe(v5.samlProviders, {}),
        ]),
    ...(providers === null
      ? []
      : [
          probe(v3.protocols, ids),
          probe(v3.mappings, {}),
          probe(v3.openIdConfiguration, ids),
          probe(v3.samlMetadata, { ...ids, protocol_id: 'saml' }),
          probe(v3.externalIdentity, ids),
        ]),
  ])
  return [...[agencies, providers].filter((one) => one !== null), ...rows]
}

/** What is optional follows from the call and from what the config requires. */
function attempter(sources: CheckedSources): Attempter {
  return async <T>(call: Call<unknown>, read: () => Promise<T>): Promise<Tried<T>> => {
    const { id, action, purpose } = call
    const isChosen = purpose === 'legacy-roles' || purpose === 'agencies' || purpose === 'federation'
    // Traces are tried where the config asks for them alone.
    const optional = (call.optional && purpose !== 'traces') || (isChosen && sources[purpose] !== 'required')
    const row = { call: id, action, optional }
    try {
      const value = await read()
      const problem = (value as { readonly problem?: CloudError | null } | null)?.problem ?? null
      if (problem !== null) throw problem
      return { row: { ...row, status: 'ok', detail: '' }, value }
    } catch (error) {
      if (!(error instanceof CloudError) || error instanceof AuthenticationError) throw error
      return { row: { ...row, ...refusal(call, error) }, value: null }
    }
  }
}

/** Calls that ask for one thing by its id: a 404 refuses nothing there. */
const asksForOneThing = ({ id }: Call<unknown>): boolean => id.includes('{') || id.endsWith('?group_id')

/** A whole list that is not there cannot be read. */
function refusal(call: Call<unknown>, error: CloudError): Pick<CheckRow, 'status' | 'detail'> {
  if (error instanceof KeysRefusedError) return { status: 'failed', detail: error.message }
  if (error instanceof ForbiddenError) return { status: 'forbidden', detail: error.message }
  if (error instanceof NotFoundError && asksForOneThing(call))
    return { status: 'unproven', detail: 'not refused; there is nothing to try it on' }
  return { status: 'failed', detail: error.message }
}

/** Reads traces about agencies, legacy roles and federation. */
import type { Change, HolderRef, Trace } from '../account/trace-record.ts'
import { booleanIn, documentIn, nameIn, valueIn } from './body.ts'
import { madeId, type Reader, resourceId, untold } from './told.ts'

/** A time, `never`, or null where the request does not say. */
function expiryIn(trace: Trace): string | null {
  const time = nameIn(trace.response, 'expire_time') ?? nameIn(trace.request, 'expire_time')
  if (time !== null) return time
  return String(valueIn(trace.request, 'duration') ?? '').toUpperCase() === 'FOREVER' ? 'never' : null
}

export const trust =
  (created: boolean): Reader =>
  (trace) => {
    const agency_id = created ? madeId(trace, 'agency_id', 'id') : resourceId(trace, 'agency', 'agency_id')
    if (agency_id === null) return untold('the trace does not say which agency it was')
    const { request } = trace
    const trust_policy = documentIn(request, 'trust_policy')
    const trust_domain_id = nameIn(request, 'trust_domain_id')
    const trust_domain_name = nameIn(request, 'trust_domain_name')
    const says = trust_policy !== null || trust_domain_id !== null
    const trust_changed = created || says || trust_domain_name !== null || request === null
    const expires = expiryIn(trace)
    const change: Change = {
      kind: 'trust',
      ...{ agency_id, created, trust_changed, expires },
      name: nameIn(request, 'agency_name', 'name') ?? trace.resource.name,
      path: nameIn(request, 'path') ?? '',
      trust: says ? { trust_policy, trust_domain_id, trust_domain_name } : null,
      expiry_changed:
        !created && ['duration', 'expire_time'].some((one) => valueIn(request, one) !== undefined),
    }
    return trust_changed && !says ? untold('the trace does not say whom the agency trusts', change) : change
  }

function holderIn(trace: Trace): HolderRef | null {
  for (const type of ['user', 'group', 'agency'] as const) {
    const id = nameIn(trace.request, `${type}_id`)
    if (id !== null) return { type, id }
  }
  const { type, id } = trace.resource
  const isAgency = /agency/i.test(type) && id !== ''
  return isAgency ? { type: 'agency', id } : null
}

function scopeIn(trace: Trace): string | null {
  const { request, name } = trace
  if (valueIn(request, 'inherited_to') === 'projects' || /inherited/i.test(name)) return 'all-projects'
  const project = nameIn(request, 'project_id')
  if (project !== null) return `project:${project}`
  const enterprise = nameIn(request, 'enterprise_project_id', 'enterprise_projects_id')
  if (enterprise !== null) return `enterprise-project:${enterprise}`
  return nameIn(request, 'domain_id') !== null || /OnDomain$/i.test(name) ? 'domain' : null
}

export const roleGrant =
  (kind: 'role-granted' | 'role-revoked'): Reader =>
  (trace) => {
    const change: Change = {
      ...{ kind, to: holderIn(trace), role_id: nameIn(trace.request, 'role_id'), scope: scopeIn(trace) },
    }
    const missing =
      change.to === null
        ? 'who it was'
        : change.role_id === null
          ? 'which role it was'
          : change.scope === null
            ? 'in which scope it was'
            : null
    return missing === null ? change : untold(`the trace does not say ${missing}`, change)
  }

export const roleText =
  (created: boolean): Reader =>
  (trace) => {
    const role_id = created
      ? madeId(trace, 'id', 'role_id')
      : (resourceId(trace, 'policy', 'role_id') ?? null)
    if (role_id === null) return untold('the trace does not say which role it was')
    const policy = documentIn(trace.request, 'policy')
    const name = nameIn(trace.request, 'display_name') ?? trace.resource.name
    const change: Change = { kind: 'role-text', role_id, name, created, policy }
    return policy === null ? untold('the trace does not say what the role allows', change) : change
  }

export const mapping =
  (created: boolean): Reader =>
  (trace) => {
    const mapping_id = resourceId(trace, 'mapping', 'id')
    if (mapping_id === null) return untold('the trace does not say which mapping it was')
    const rules = documentIn(trace.request, 'rules')
    const change: Change = { kind: 'mapping', mapping_id, created, rules }
    return rules === null ? untold('the trace does not say the rules of the mapping', change) : change
  }

export const providerId = (trace: Trace): string | null =>
  nameIn(trace.request, 'idp_id') ??
  (trace.resource.id === '' ? nameIn(trace.request, 'id') : trace.resource.id)

export const provider =
  (created: boolean): Reader =>
  (trace) => {
    const provider_id = providerId(trace)
    if (provider_id === null) return untold('the trace does not say which identity provider it was')
    const enabled = booleanIn(trace.request, 'enabled')
    const sso_type = nameIn(trace.request, 'sso_type')
    return {
      kind: 'provider',
      provider_id,
      created,
      enabled: created ? (enabled ?? true) : enabled,
      sso_type,
    }
  }

export const protocol =
  (what: 'created' | 'bound' | 'deleted'): Reader =>
  (trace) => {
    const provider_id = providerId(trace)
    if (provider_id === null) return untold('the trace does not say which identity provider it was')
    const protocol_id = nameIn(trace.request, 'protocol_id')
    const mapping_id = nameIn(trace.request, 'mapping_id')
    const change: Change = { kind: 'protocol', provider_id, protocol_id, what, mapping_id }
    if (protocol_id === null) return untold('the trace does not say which protocol it was', change)
    return what !== 'deleted' && mapping_id === null
      ? untold('the trace does not say to which mapping the protocol is bound', change)
      : change
  }

export const vouching =
  (of: 'provider' | 'trust-provider'): Reader =>
  (trace) => {
    const provider_id = of === 'provider' ? providerId(trace) : resourceId(trace, 'provider', 'provider_id')
    return provider_id === null
      ? untold('the trace does not say which identity provider it was')
      : { kind: 'vouching', provider_id, of }
  }

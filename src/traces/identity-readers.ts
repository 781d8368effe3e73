/** Reads traces about users, groups and identity policies. */
import type { Change, HolderRef } from '../account/trace-record.ts'
import { booleanIn, documentIn, nameIn } from './body.ts'
import { madeId, type Reader, resourceId, untold } from './told.ts'

type CreatedOrDeleted = Extract<Change, { kind: 'created' | 'deleted' }>

export const attachment =
  (kind: 'attached' | 'detached', type: HolderRef['type']): Reader =>
  (trace) => {
    const id = resourceId(trace, type, `${type}_id`)
    if (id === null) return untold(`the trace does not say which ${type} it was`)
    const policy_id = nameIn(trace.request, 'policy_id')
    const change: Change = { kind, to: { type, id }, policy_id }
    return policy_id === null ? untold('the trace does not say which policy it was', change) : change
  }

export const membership =
  (kind: 'member-added' | 'member-removed'): Reader =>
  (trace) => {
    const group_id = resourceId(trace, 'group', 'group_id')
    const user_id = resourceId(trace, 'user', 'user_id')
    const change: Change = { kind, group_id, user_id: user_id === group_id ? null : user_id }
    const missing = group_id === null ? 'group' : change.user_id === null ? 'user' : null
    return missing === null ? change : untold(`the trace does not say which ${missing} it was`, change)
  }

export const made =
  (what: 'user' | 'group' | 'trust-provider', ...ids: readonly string[]): Reader =>
  (trace) => {
    const id = madeId(trace, ...ids)
    const name = nameIn(trace.request, `${what}_name`, 'name', 'provider_name') ?? trace.resource.name
    return id === null
      ? untold(`the trace does not say the id of what was made`)
      : { kind: 'created', what, id, name }
  }

export const deleted =
  (what: CreatedOrDeleted['what'], ...fields: readonly string[]): Reader =>
  (trace) => {
    const id = nameIn(trace.request, ...fields) ?? (trace.resource.id === '' ? null : trace.resource.id)
    return id === null
      ? untold(`the trace does not say which ${what} it was`)
      : { kind: 'deleted', what, id, name: trace.resource.name }
  }

export const userChanged: Reader = (trace) => {
  const user_id = resourceId(trace, 'user', 'user_id')
  if (user_id === null) return untold('the trace does not say which user it was')
  const enabled = booleanIn(trace.request, 'enabled')
  const name = nameIn(trace.request, 'new_user_name', 'name')
  const change: Change = { kind: 'user-changed', user_id, enabled, name }
  return trace.request === null ? untold('the trace does not say what was changed', change) : change
}

export const groupRenamed: Reader = (trace) => {
  const group_id = resourceId(trace, 'group', 'group_id')
  if (group_id === null) return untold('the trace does not say which group it was')
  return { kind: 'group-renamed', group_id, name: nameIn(trace.request, 'new_group_name', 'name') }
}

export const policyMade: Reader = (trace) => {
  const policy_id = madeId(trace, 'policy_id')
  if (policy_id === null) return untold('the trace does not say the id of the policy')
  const document = documentIn(trace.request, 'policy_document')
  const version_id = nameIn(trace.response, 'default_version_id') ?? 'v1'
  return { kind: 'version', policy_id, version_id, document, created: true, new_policy: true, in_force: true }
}

export const versionMade: Reader = (trace) => {
  const policy_id = resourceId(trace, 'policy', 'policy_id')
  if (policy_id === null) return untold('the trace does not say which policy it was')
  const in_force = booleanIn(trace.request, 'set_as_default') ?? booleanIn(trace.response, 'is_default')
  const version_id = nameIn(trace.response, 'version_id')
  const document = documentIn(trace.request, 'policy_document')
  const change: Change = {
    ...{ kind: 'version', policy_id, version_id, document },
    ...{ created: true, new_policy: false, in_force },
  }
  if (in_force === false) return change
  if (in_force === null) return untold('the trace does not say whether the version came into force', change)
  return version_id === null && document === null
    ? untold('the trace does not say which version it was', change)
    : change
}

export const versionInForce: Reader = (trace) => {
  const policy_id = resourceId(trace, 'policy', 'policy_id')
  if (policy_id === null) return untold('the trace does not say which policy it was')
  const version_id = nameIn(trace.request, 'version_id') ?? nameIn(trace.response, 'version_id')
  const change: Change = {
    ...{ kind: 'version', policy_id, version_id, document: null },
    ...{ created: false, new_policy: false, in_force: true },
  }
  return version_id === null ? untold('the trace does not say which version it was', change) : change
}

export const versionDeleted: Reader = (trace) => {
  const policy_id = resourceId(trace, 'policy', 'policy_id')
  if (policy_id === null) return untold('the trace does not say which policy it was')
  return { kind: 'version-deleted', policy_id, version_id: nameIn(trace.request, 'version_id') }
}

/** Every call that an audit may send. Whatever is said of calls in general follows from this list. */

import * as activity from './activity-calls.ts'
import type { Call } from './call.ts'
import * as traces from './trace-calls.ts'
import * as v3 from './v3-calls.ts'
import * as v5 from './v5-calls.ts'

/** In the order in which people read them: what every audit needs first. */
export const calls: readonly Call<unknown>[] = [
  v5.callerIdentity,
  v5.users,
  v5.members,
  v5.groups,
  v5.policies,
  v5.policyVersion,
  v5.attachedEntities,
  v5.accountSummary,
  v5.authorizationSchema,
  v5.attachedPolicies.group,
  v5.attachedPolicies.user,
  v5.policyVersions,
  v3.roleAssignments,
  v3.customRoles,
  v3.systemRoles,
  v3.oneRole,
  v3.rolesOfHolder.group.domain,
  v3.rolesOfHolder.group['all-projects'],
  v3.rolesOfHolder.agency.domain,
  v3.rolesOfHolder.agency['all-projects'],
  v5.agencies,
  v5.attachedPolicies.agency,
  v3.agencyValidity,
  v5.oidcProviders,
  v5.samlProviders,
  v3.identityProviders,
  v3.protocols,
  v3.mappings,
  v3.openIdConfiguration,
  v3.samlMetadata,
  v3.externalIdentity,
  activity.lastLogin,
  activity.accessKeys,
  activity.accessKeyLastUsed,
  activity.mfaDevices,
  traces.projects,
  traces.traces,
  traces.policy,
]

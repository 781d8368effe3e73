/**
 * A trace as an event of the account: what was attached to whom, who joined what, which version came into force. What
 * request bodies hold is not documented, so that every id may be missing; what is missing is said and never guessed.
 */
import type { Change, Trace, TraceEvent } from '../account/trace-record.ts'
import * as grants from './grant-readers.ts'
import * as identity from './identity-readers.ts'
import { type Reader, untold } from './told.ts'
import { whoDid } from './who-did.ts'

/** Writes that change nothing of who holds what: keys, passwords, logins, the use of an agency. */
const harmless =
  /credential|accesskey|password|pwd|login|logout|mfa|token|switchrole|assume|tag|contact|feedback|verif/i

/** The event that a trace tells; null: it changed nothing of who holds what. */
export function eventOf(trace: Trace): TraceEvent | null {
  if (!trace.success || trace.read_only) return null
  const operation = trace.name.replace(/V5$/i, '').toLowerCase()
  const reader = readers.get(operation)
  if (reader === undefined && harmless.test(operation)) return null
  const read = reader === undefined ? untold(`the operation ${trace.name} is not known`) : reader(trace)
  const change = 'untold' in read ? read.change : read
  const told = change !== null && hasOddId(change) ? untold('the trace names an id that is none') : read
  return {
    time: trace.time,
    operation: trace.name,
    about: trace.resource,
    by: whoDid(trace),
    ...('untold' in told ? told : { change: told, untold: null }),
  }
}

/** Ids of the cloud hold no blanks. */
function hasOddId(change: Change): boolean {
  return Object.entries({ ...change, ...('to' in change ? { to_id: change.to?.id } : {}) }).some(
    ([field, value]) => /(^|_)id$/.test(field) && typeof value === 'string' && /\s/.test(value),
  )
}

/** By the name of the operation in lower case, without the `V5` at its end. */
const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ...(['user', 'group', 'agency'] as const).flatMap((type): [string, Reader][] => [
    [`attach${type}policy`, identity.attachment('attached', type)],
    [`detach${type}policy`, identity.attachment('detached', type)],
  ]),
  ['addusertogroup', identity.membership('member-added')],
  ['removeuserfromgroup', identity.membership('member-removed')],
  ['createuser', identity.made('user', 'user_id', 'id')],
  ['updateuser', identity.userChanged],
  ['deleteuser', identity.deleted('user', 'user_id')],
  ['creategroup', identity.made('group', 'group_id', 'id')],
  ['updategroup', identity.groupRenamed],
  ['deletegroup', identity.deleted('group', 'group_id')],
  ['createpolicy', identity.policyMade],
  ['deletepolicy', identity.deleted('policy', 'policy_id')],
  ['createpolicyversion', identity.versionMade],
  ['createversion', identity.versionMade],
  ['setdefaultpolicyversion', identity.versionInForce],
  ['setdefaultversion', identity.versionInForce],
  ['deletepolicyversion', identity.versionDeleted],
  ['deleteversion', identity.versionDeleted],
  ['createagency', grants.trust(true)],
  ['createservicelinkedagency', grants.trust(true)],
  ['updateagency', grants.trust(false)],
  ['updatetrustpolicy', grants.trust(false)],
  ['deleteagency', identity.deleted('agency', 'agency_id')],
  ['deleteservicelinkedagency', identity.deleted('agency', 'agency_id')],
  ['createassignment', grants.roleGrant('role-granted')],
  ['deleteassignment', grants.roleGrant('role-revoked')],
  ['assignroletoagencyondomain', grants.roleGrant('role-granted')],
  ['assignroletoagencyonproject', grants.roleGrant('role-granted')],
  ['updateagencygrants', grants.roleGrant('role-granted')],
  ['updateagencyinheritedgrants', grants.roleGrant('role-granted')],
  ['deleteagencygrants', grants.roleGrant('role-revoked')],
  ['createrole', grants.roleText(true)],
  ['updaterole', grants.roleText(false)],
  ['deleterole', identity.deleted('role', 'role_id')],
  ['createmapping', grants.mapping(true)],
  ['updatemapping', grants.mapping(false)],
  ['deletemapping', identity.deleted('mapping', 'id')],
  ['createidentityprovider', grants.provider(true)],
  ['updateidentityprovider', grants.provider(false)],
  ['deleteidentityprovider', identity.deleted('provider', 'idp_id', 'id')],
  ['createprotocol', grants.protocol('created')],
  ['updateprotocol', grants.protocol('bound')],
  ['deleteprotocol', grants.protocol('deleted')],
  ['metadataconfiguration', grants.vouching('provider')],
  ['createoidcconfiguration', grants.vouching('provider')],
  ['updateoidcconfiguration', grants.vouching('provider')],
  ['createoidcprovider', identity.made('trust-provider', 'provider_id')],
  ['createsamlprovider', identity.made('trust-provider', 'provider_id')],
  ['updateoidcprovider', grants.vouching('trust-provider')],
  ['updatesamlprovider', grants.vouching('trust-provider')],
  ['deleteoidcprovider', identity.deleted('trust-provider', 'provider_id')],
  ['deletesamlprovider', identity.deleted('trust-provider', 'provider_id')],
])

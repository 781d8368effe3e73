/** Agencies of both kinds: v5 tells both, v3 the legacy ones with their validity. */
import { type Handler, legacyFailure, notFound, ok, type Route, route } from '../call.ts'
import { type SimulatedAccount, type SimulatedAgency, urnOf } from '../model.ts'
import { markedPage, numberedPage } from '../paging.ts'
import { domainFault } from './legacy-roles.ts'

/** A kind of trust is either told or absent: v5 does not send nulls. */
const agencyJson = (account: SimulatedAccount, agency: SimulatedAgency) => {
  const { agency_id, agency_name, path, created_at, trust_policy, trust_domain_id, trust_domain_name } =
    agency
  return {
    ...{ agency_id, agency_name, path, created_at, max_session_duration: 3600, description: '' },
    urn: urnOf(account, 'agency', `${path}${agency_name}`),
    ...(trust_policy === null ? {} : { trust_policy }),
    ...(trust_domain_id === null ? {} : { trust_domain_id, trust_domain_name }),
  }
}

const listAgencies: Handler = (account, call, session) => {
  const { path_prefix = '' } = call.query
  const rows = account.agencies.filter((agency) => agency.path.startsWith(path_prefix))
  return markedPage(call, session, rows, (shown) => ({
    agencies: shown.map((agency) => agencyJson(account, agency)),
  }))
}

const getAgency: Handler = (account, _, __, id) => {
  const agency = account.agencies.find((one) => one.agency_id === id)
  return agency ? ok({ agency: { ...agencyJson(account, agency), tags: [] } }) : notFound(`agency ${id}`)
}

/** v3 writes times in UTC with microseconds and without saying so. */
const legacyTime = (iso: string | null): string | null => (iso === null ? null : iso.replace(/Z$/, '000'))

const legacyAgencyJson = (account: SimulatedAccount, agency: SimulatedAgency) => ({
  ...{ id: agency.agency_id, name: agency.agency_name, domain_id: account.account_id, description: '' },
  ...{ trust_domain_id: agency.trust_domain_id, trust_domain_name: agency.trust_domain_name },
  ...{ duration: agency.duration, create_time: legacyTime(agency.created_at) },
  expire_time: legacyTime(agency.expire_time),
  agency_urn: urnOf(account, 'agency', `${agency.path}${agency.agency_name}`),
})

const listLegacyAgencies: Handler = (account, call) => {
  const { domain_id, trust_domain_id, name } = call.query
  const fault = domainFault(account, call, domain_id)
  if (fault !== null) return fault
  const rows = account.agencies
    .filter((agency) => agency.trust_policy === null)
    .filter((agency) => trust_domain_id === undefined || agency.trust_domain_id === trust_domain_id)
    .filter((agency) => name === undefined || agency.agency_name === name)
  return numberedPage(call, rows, 500, (shown) => ({
    agencies: shown.map((agency) => legacyAgencyJson(account, agency)),
  }))
}

const getLegacyAgency: Handler = (account, call, _, id) => {
  const agency = account.agencies.find((one) => one.agency_id === id && one.trust_policy === null)
  return agency
    ? ok({ agency: legacyAgencyJson(account, agency) })
    : legacyFailure(call, 404, `Could not find agency: ${id}.`)
}

export const agencyRoutes: readonly Route[] = [
  route('GET /v5/agencies', 'iam:agencies:listV5', 'listAgenciesV5', listAgencies),
  route('GET /v5/agencies/*', 'iam:agencies:getV5', 'getAgencyV5', getAgency),
  route('GET /v3.0/OS-AGENCY/agencies', 'iam:agencies:listAgencies', 'listAgencies', listLegacyAgencies),
  route('GET /v3.0/OS-AGENCY/agencies/*', 'iam:agencies:getAgency', 'getAgency', getLegacyAgency),
]

/** Documents that were read and cannot be decided, or that nobody could read: whom they reach may hold anything. */
import type { ParsedDocument } from '../policy/types.ts'
import { type GapContext, plain } from './gap.ts'
import type { Gap, GapDocument } from './model.ts'

const acceptRemedy = 'when it was looked at and is harmless, record it under known_gaps in the baseline.'

/** Identity policies whose text does not tell what they allow. */
export function policyGaps(
  { snapshot, evaluator, reach, documents, sha256 }: GapContext,
  reported: ReadonlySet<string>,
): Gap[] {
  return snapshot.policies.flatMap((policy): Gap[] => {
    const { policy_id, policy_name, version, default_version_id } = policy
    if (evaluator.relevance(policy_id) !== 'undetermined') return []
    // A document that could not be read was reported by the crawl; one that was read has its own reason and digest.
    if (version === null && reported.has(JSON.stringify({ type: 'policy', policy_id }))) return []
    const document: GapDocument = {
      kind: 'policy',
      policy_id,
      policy: policy_name,
      version_id: version?.version_id ?? default_version_id,
      sha256: version === null ? null : sha256(version.document),
    }
    const gap: Gap = {
      ...plain,
      code: 'undetermined-policy',
      call: 'document',
      message: `What the policy ${policy_name} (version ${default_version_id}) allows could not be determined: ${reasonOf(documents.parsed.get(policy_id))}.`,
      remedy: `Correct the document in IAM; or, ${acceptRemedy}`,
      document,
      reaches: reach.ofPolicy(policy_id),
    }
    return [gap]
  })
}

/** Legacy roles whose text does not, and those that no list has. */
export function roleGaps(
  { routes, documents, evaluator, reach, sha256 }: GapContext,
  reported: ReadonlySet<string>,
): Gap[] {
  const byRole = new Map<string, string>()
  for (const [key, { role_id, undetermined }] of documents.roles) {
    if (byRole.has(role_id)) continue
    if (undetermined !== null) byRole.set(role_id, undetermined)
    else if (evaluator.relevance(key) === 'undetermined')
      byRole.set(role_id, reasonOf(documents.parsed.get(key)))
  }
  for (const role_id of routes.holdersOfRole.keys()) if (!routes.roles.has(role_id)) byRole.set(role_id, '')
  return [...byRole].flatMap(([role_id, reason]): Gap[] => {
    const role = routes.roles.get(role_id)
    const isUnread = role === undefined || role.policy === null
    if (isUnread && reported.has(JSON.stringify({ type: 'role', role_id }))) return []
    const name = role?.display_name || role?.name || role_id
    const gap: Gap = {
      ...plain,
      code: role === undefined ? 'unlisted-role' : 'undetermined-role',
      call: role === undefined ? 'GET /v3/roles' : 'document',
      message:
        role === undefined
          ? `The legacy role ${role_id} is granted to somebody and is in no list of roles.`
          : `What the legacy role ${name} allows could not be determined: ${reason}.`,
      remedy:
        role === undefined
          ? 'Run the audit again; if it stays, look at the grant in the console.'
          : `Correct the policy in IAM; or, ${acceptRemedy}`,
      document: {
        kind: 'role',
        role_id,
        role: name,
        sha256: role === undefined || role.policy === null ? null : sha256(role.policy),
      },
      reaches: reach.ofRole(role_id),
    }
    return [gap]
  })
}

/** Mappings whose rules do not tell which groups they give. */
export function mappingGaps({ federation, reach, snapshot, sha256 }: GapContext): Gap[] {
  return federation.undetermined.map(({ provider_id, mapping_id, reason }) => {
    const mapping = snapshot.mappings.find((one) => one.mapping_id === mapping_id)
    const gap: Gap = {
      ...plain,
      code: mapping === undefined ? 'unlisted-mapping' : 'undetermined-mapping',
      call: mapping === undefined ? 'GET /v3/OS-FEDERATION/mappings' : 'document',
      message: `Which groups the identity provider ${provider_id} gives by the mapping ${mapping_id} could not be determined: ${reason}.`,
      remedy:
        mapping === undefined
          ? 'Bind the protocol to a mapping that exists.'
          : `Correct the rules in IAM; or, ${acceptRemedy}`,
      document: {
        kind: 'mapping',
        mapping_id,
        provider: provider_id,
        sha256: mapping === undefined ? null : sha256(mapping.rules),
      },
      reaches: reach.ofProvider(provider_id),
    }
    return gap
  })
}

function reasonOf(parsed: ParsedDocument | undefined): string {
  if (parsed === undefined) return 'its document was not read'
  return parsed.ok ? 'a question about its patterns goes beyond the bound' : parsed.reason
}

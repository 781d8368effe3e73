/**
 * The account asked for everything it gives to people, audited or not: what a change takes from whom. Only of those
 * whom some change touches, since the rest of the account may be large and nobody asks about it.
 */
import { type Link, linkKey } from '../account/link.ts'
import type { Principal } from '../account/principal.ts'
import { type Bundle, grantsOf, Routes } from '../account/routes.ts'
import type { Snapshot } from '../account/snapshot.ts'
import { createEvaluator, type Evaluator, type GrantSource } from '../policy/index.ts'
import type { Grant, Permission } from '../policy/types.ts'
import type { Access } from './access.ts'
import { Assume } from './assume.ts'
import { type Documents, readDocuments } from './documents.ts'
import { readFederation } from './federation.ts'
import type { Findings } from './findings.ts'
import { assumingPermission } from './relevance.ts'
import { SourceLists } from './sources.ts'

const everything: Permission = {
  ...{ name: 'everything', severity: 'low', holds: 'any', actions: ['*:*:*'], except: [] },
}

/** Steps of one question: what takes more is said to be unread, and no verdict waits for it. */
const STEPS = 200_000

/** An account that is asked for everything it gives. */
export interface Everything {
  readonly access: Access
  readonly documents: Documents['parsed']
  /** What some sources grant, of everything; null where it cannot be decided. */
  held(sources: readonly GrantSource[]): readonly Grant[] | null
  /** Whether what a policy or a role in a scope gives is known whole. */
  isKnown(document: string): boolean
  /** Whether all that a group, user or agency has is known. */
  isListed(kind: 'user' | 'group' | 'agency', id: string): boolean
}

/**
 * @param snapshot as the verdict saw it, with what was read after it; with other policies where one is to be changed
 * @param touched whoever will be asked about, of an access that decides nothing yet
 */
export function everythingOf(
  found: Findings,
  snapshot: Snapshot,
  touched: (access: Access) => Iterable<Principal>,
): Everything {
  const whole = withBeside(snapshot)
  const isSame = snapshot.policies === found.snapshot.policies
  const documents = isSame ? found.access.documents : readDocuments(whole)
  const routes = new Routes(whole, { builtinGroups: builtinGroupsOf(found) })
  const reached = new Set<string>()
  let evaluator: Evaluator | null = null
  const decided = (): Evaluator => {
    evaluator ??= createEvaluator({
      documents: only(documents, reached),
      ...{ permissions: [everything], account: whole.account_id, stepBound: STEPS },
    })
    return evaluator
  }
  const access = found.access.asking({
    ...{ permissions: [everything], routes, mapped: readFederation(whole, routes).bundles },
    ...(isSame ? {} : otherDocuments(found, whole, documents)),
    evaluator: {
      relevance: (document) => decided().relevance(document),
      held: (sources, permission) => decided().held(sources, permission),
    },
  })
  for (const principal of touched(access))
    for (const bundle of bundlesOf(access, principal))
      for (const link of grantsOf(bundle))
        if (link.kind === 'attachment') reached.add(link.policy_id)
        else if (link.kind === 'role') reached.add(link.document)
  const rolesRead = whole.coverage.some(
    ({ source, status }) => source === 'legacy-roles' && (status === 'audited' || status === 'absent'),
  )
  const listed = new Set(whole.beside?.holders.map(({ kind, id }) => `${kind} ${id}`))
  return {
    access,
    documents: documents.parsed,
    held: (sources) => {
      const held = decided().held(sources, everything.name)
      return 'undetermined' in held ? null : held.grants
    },
    isKnown: (document) =>
      (documents.roles.get(document)?.undetermined ?? null) === null &&
      decided().relevance(document) !== 'undetermined',
    isListed: (kind, id) =>
      rolesRead && (whole.stats.method === 'group-first' || listed.has(`${kind} ${id}`)),
  }
}

/** What was given to a principal, and to the agencies that it may come to act as. */
export function bundlesOf(access: Access, principal: Principal): readonly Bundle[] {
  return [
    ...access.bundles(principal),
    ...access.reached(principal).flatMap(({ agency }) => access.bundles(agency)),
  ]
}

/** Finds those who come by one of some links, so that taking it away may take something from them. */
export function principalsBy(
  access: Access,
  wanted: ReadonlySet<string>,
): ReadonlyMap<string, ReadonlySet<Principal>> {
  const found = new Map<string, Set<Principal>>()
  const ofBundle = new WeakMap<Bundle, readonly string[]>()
  const keysOf = (bundle: Bundle): readonly string[] => {
    const known =
      ofBundle.get(bundle) ??
      grantsOf(bundle)
        .flatMap(keysOfLink)
        .filter((key) => wanted.has(key))
    ofBundle.set(bundle, known)
    return known
  }
  for (const principal of access.principals) {
    const steps = access.reached(principal).flatMap(({ chain }) => chain)
    const keys = [
      ...bundlesOf(access, principal).flatMap(keysOf),
      ...steps.flatMap((link) => [
        linkKey({ kind: 'trust', agency_id: link.agency_id, agency: link.agency, item: link.party }),
        ...(link.by.kind === 'policy' || link.by.kind === 'role' ? keysOfLink(link.by.grant) : []),
      ]),
    ]
    for (const key of keys) if (wanted.has(key)) found.set(key, (found.get(key) ?? new Set()).add(principal))
  }
  return found
}

/** The key of a policy wherever it is attached. */
export const policyKey = (policy_id: string): string => `policy ${policy_id}`

function keysOfLink(link: Link): readonly string[] {
  return link.kind === 'attachment' ? [linkKey(link), policyKey(link.policy_id)] : [linkKey(link)]
}

/** The documents that reach somebody: the others may be many, and hard. */
function only({ parsed, roles }: Documents, reached: ReadonlySet<string>): Documents['parsed'] {
  const keys = [...reached].flatMap((key) => [key, roles.get(key)?.denies ?? key])
  return new Map(
    keys.flatMap((key) => {
      const document = parsed.get(key)
      return document === undefined ? [] : [[key, document]]
    }),
  )
}

/** A policy that no list has was attached meanwhile, and nobody read it. */
function withBeside(snapshot: Snapshot): Snapshot {
  const { beside } = snapshot
  if (beside === undefined) return snapshot
  const keyOf = (row: Snapshot['attachments'][number]): string =>
    `${row.policy_id} ${row.principal_type} ${row.principal_id}`
  const known = new Set(snapshot.attachments.map(keyOf))
  const listed = new Set(snapshot.policies.map((one) => one.policy_id))
  const unlisted = new Map(
    beside.attachments.flatMap(({ policy_id, policy_name }) =>
      listed.has(policy_id) ? [] : [[policy_id, policy_name] as const],
    ),
  )
  return {
    ...snapshot,
    attachments: [...snapshot.attachments, ...beside.attachments.filter((row) => !known.has(keyOf(row)))],
    ...(unlisted.size === 0
      ? {}
      : {
          policies: [
            ...snapshot.policies,
            ...[...unlisted].map(([policy_id, policy_name]) => ({
              ...{ policy_id, policy_name, policy_type: null, default_version_id: '' },
              ...{ attachment_count: null, updated_at: null, version: null },
            })),
          ],
        }),
  }
}

function builtinGroupsOf({ access }: Findings): ReadonlySet<string> {
  return new Set(
    access.principals.flatMap((one) =>
      access.bundles(one).flatMap(({ builtin }) => (builtin === null ? [] : [builtin.group_id])),
    ),
  )
}

/** Who may assume what is asked anew where the documents are others. */
function otherDocuments(
  { agencies }: Findings,
  { account_id: account }: Snapshot,
  documents: Documents,
): Pick<Parameters<Access['asking']>[0], 'documents' | 'lists' | 'assume'> {
  const lists = new SourceLists(documents)
  const evaluator = createEvaluator({
    ...{ documents: documents.parsed, permissions: [assumingPermission], account },
  })
  const assume = new Assume({
    agencies: agencies.assumable,
    ...{ documents, lists, account },
    matters: (document) => evaluator.relevance(document) !== 'none',
  })
  return { documents, lists, assume }
}

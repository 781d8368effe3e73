/** One user and one action in words: what granted it, what a Deny took away, which conditional Deny was not subtracted. */
import { ADMIN_GROUP } from '../audit/holdings.ts'
import type { Inventory } from '../audit/inventory.ts'
import { createEvaluator, type ExplainedStatement, explainAction, isActionString } from '../policy/index.ts'
import { UserError } from '../problem.ts'
import { visible } from '../render/escape.ts'
import { listWords, restrictionWords } from '../render/words.ts'
import type { Snapshot, User } from '../snapshot/snapshot.ts'
import { documentsOf, unreadAttachmentLines, unreadAttachments } from './doubts.ts'

/** @throws UserError when the action is no action string */
export function explainForUser(
  user: User,
  about: string,
  action: string,
  snapshot: Snapshot,
  inventory: Inventory,
): string[] {
  if (!isActionString(action) || /[*?]/.test(action))
    throw new UserError(
      `${JSON.stringify(action)} is no action, which has three parts such as iam:users:createUserV5. For a pattern, ask who-can.`,
    )
  if (user.is_root_user) return [`Yes: ${about} is the root user and can do everything.`]
  const documents = documentsOf(snapshot)
  const policies = inventory.routes(user.user_id).map((route) => route.policy.policy_id)
  const explanation = explainAction({ documents, policies, identity: user, action })
  const isAdmin = (inventory.groupsOf.get(user.user_id) ?? []).some(
    (group) => group.group_name === ADMIN_GROUP,
  )
  const answer = isAdmin
    ? 'admin'
    : explanation.answer === 'denied' && mayBeAdmin(snapshot, inventory)
      ? 'denied-unless-admin'
      : explanation.answer
  const doubts = doubtLines(user, action, snapshot, inventory)
  const section = (heading: string, rows: readonly ExplainedStatement[]): string[] =>
    rows.length === 0 ? [] : [heading, ...rows.map((row) => `  ${statementWords(row, user, inventory)}`)]
  return [
    headline(about, action, answer, {
      granted: explanation.grantedBy.length > 0,
      doubtful: doubts.length > 0,
    }),
    ...section('Granted by:', explanation.grantedBy),
    ...section(
      isAdmin ? 'A Deny that does not bind members of admin:' : 'Taken away by:',
      explanation.deniedBy,
    ),
    ...section('A Deny that depends on resources or conditions, not subtracted:', explanation.notSubtracted),
    ...section('Ruled out, because the condition names somebody else:', explanation.ruledOut),
    ...(explanation.undetermined.length + doubts.length === 0 ? [] : ['Not determined:']),
    ...explanation.undetermined.map(
      ({ policy, reason }) => `  ${policyName(policy, inventory)}: ${visible(reason)}`,
    ),
    ...doubts,
  ]
}

function headline(
  about: string,
  action: string,
  answer: 'admin' | 'held' | 'denied' | 'denied-unless-admin' | 'not-held' | 'undetermined',
  { granted, doubtful }: { readonly granted: boolean; readonly doubtful: boolean },
): string {
  const what = visible(action)
  switch (answer) {
    case 'admin':
      return `Yes: ${about} holds ${what} as a member of the built-in group admin, whatever any Deny says.`
    case 'held':
      return `Yes: ${about} holds ${what}.`
    case 'denied':
      return granted
        ? `No: a Deny takes ${what} away from ${about}.`
        : `No: nothing ${doubtful ? 'that was read ' : ''}grants ${what} to ${about}, and a Deny takes it away.`
    case 'denied-unless-admin':
      return `Undetermined: a Deny takes ${what} away from ${about}, unless that is a member of the built-in group admin, whose members were not all read.`
    case 'undetermined':
      return `Undetermined: nothing that could be read grants ${what} to ${about}, and not everything could be read.`
    case 'not-held':
      return doubtful
        ? `Undetermined: nothing that was read grants ${what} to ${about}, and not everything was read.`
        : `No: nothing grants ${what} to ${about}.`
  }
}

/** Whether a member of the built-in group, whom no Deny binds, could be missing from the snapshot. */
function mayBeAdmin({ groups, gaps }: Snapshot, { members }: Inventory): boolean {
  return groups.some(
    ({ group_id, group_name }) =>
      group_name === ADMIN_GROUP &&
      (!members.has(group_id) ||
        gaps.some(({ scope }) => scope.type === 'group' && scope.group_id === group_id)),
  )
}

/** What the snapshot lacks that could make the answer another. */
function doubtLines(user: User, action: string, snapshot: Snapshot, inventory: Inventory): string[] {
  const permission = { name: action, severity: 'high', holds: 'any', actions: [action], except: [] } as const
  const evaluator = createEvaluator({ documents: documentsOf(snapshot), permissions: [permission] })
  const matters = (id: string): boolean => evaluator.relevance(id) !== 'none'
  const unreadAdmin = snapshot.groups.filter(
    (group) => group.group_name === ADMIN_GROUP && !inventory.members.has(group.group_id),
  )
  const unreadGroups = new Set(
    snapshot.attachments
      .filter((row) => row.principal_type === 'group' && !inventory.members.has(row.principal_id))
      .filter((row) => matters(row.policy_id))
      .map((row) => row.principal_id)
      .concat(unreadAdmin.map((group) => group.group_id)),
  )
  const concerning = snapshot.gaps.filter(
    ({ scope }) =>
      scope.type === 'account' ||
      (scope.type === 'user' && scope.user_id === user.user_id) ||
      (scope.type === 'group' && !unreadGroups.has(scope.group_id)) ||
      (scope.type === 'policy' && (inventory.reachedBy(scope.policy_id)?.includes(user.user_id) ?? true)),
  )
  return [
    ...concerning.map((gap) => `  ${visible(gap.message)} ${visible(gap.remedy)}`),
    ...[...unreadGroups].map(
      (id) =>
        `  Whether ${visible(user.user_name)} is in the group ${visible(inventory.groups.get(id)?.group_name ?? id)}, whose power decides about it, was not read.`,
    ),
    ...unreadAttachmentLines(unreadAttachments(snapshot, matters)),
  ]
}

function statementWords(row: ExplainedStatement, user: User, inventory: Inventory): string {
  const ways = inventory
    .routes(user.user_id)
    .filter((route) => route.policy.policy_id === row.policy)
    .map((route) => (route.group === null ? 'directly' : `by group ${visible(route.group.group_name)}`))
  const limits = restrictionWords(
    [
      {
        actions: [],
        ...(row.resource === null ? {} : { resources: row.resource }),
        ...(row.notResource === null ? {} : { not_resources: row.notResource }),
        ...(row.condition === null ? {} : { condition: row.condition }),
      },
    ],
    visible,
  )
  return `${policyName(row.policy, inventory)}, statement ${row.statement}, pattern ${visible(row.pattern)}, ${listWords(ways, 10)}${limits === null ? '' : `; ${limits}`}`
}

function policyName(id: string, inventory: Inventory): string {
  const policy = inventory.policies.get(id)
  if (policy === undefined) return `policy ${visible(id)}`
  return `policy ${visible(policy.policy_name)} ${visible(policy.version?.version_id ?? policy.default_version_id)}`
}

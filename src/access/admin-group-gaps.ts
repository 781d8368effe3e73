/** What is not known of the built-in group, whose members can do everything. */
import type { AdminGroupDoubt } from '../account/admin-group.ts'
import { type GapContext, plain } from './gap.ts'
import type { Gap } from './model.ts'

/** Gaps about the built-in group and its members. */
export function adminGroupGaps(
  { snapshot, routes, reach }: Pick<GapContext, 'snapshot' | 'routes' | 'reach'>,
  groups: readonly { readonly group_id: string; readonly group_name: string }[],
  doubts: readonly AdminGroupDoubt[],
): Gap[] {
  const call = 'GET /v5/users?group_id'
  const gaps: Gap[] = []
  for (const { group_id, group_name } of groups) {
    const ids = routes.members.get(group_id)
    const strangers = (ids ?? []).filter((id) => !routes.users.has(id))
    if (strangers.length > 0)
      gaps.push({
        ...plain,
        code: 'unknown-principal',
        call,
        message: `${strangers.join(', ')} can do everything as a member of the built-in group ${group_name}, and no list of users has them.`,
        remedy: 'Run the audit again; the account may have changed while it was read.',
        reaches: strangers.flatMap((id) => reach.ofUser(id)),
      })
    const isReported = snapshot.gaps.some(
      (one) => one.scope.type === 'group' && one.scope.group_id === group_id,
    )
    if (ids === undefined && !isReported)
      gaps.push({
        ...plain,
        code: 'unread-group',
        call,
        message: `The members of the built-in group ${group_name} were not read.`,
        remedy: 'Crawl the account again.',
        reaches: null,
      })
  }
  for (const { code, message, remedy, group_ids } of doubts) {
    const reached = group_ids?.map((id) => reach.ofGroup(id)) ?? [null]
    gaps.push({
      ...plain,
      ...{ code, call, message, remedy },
      reaches: reached.includes(null) ? null : reached.flatMap((one) => one ?? []),
    })
  }
  return gaps
}

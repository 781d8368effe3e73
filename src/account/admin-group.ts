/**
 * The group that is born with every account and may do everything. It is known by its name and by the id that the
 * baseline recorded; nobody documents what a rename does to its power.
 */
import type { Snapshot } from './snapshot.ts'

/** Name of the built-in group. */
export const ADMIN_GROUP = 'admin'
/** What a baseline records for an account that has none. */
export const NO_ADMIN_GROUP = 'none'

type Group = Snapshot['groups'][number]

export interface AdminGroupDoubt {
  readonly code: 'admin-group-renamed' | 'admin-group-missing' | 'admin-group-uncertain' | 'unread-group'
  readonly message: string
  readonly remedy: string
  /** Groups whose members it concerns; null: everybody. */
  readonly group_ids: readonly string[] | null
}

export interface AdminGroups {
  /** Groups whose members hold everything: one renamed and one made anew may be two. */
  readonly groups: readonly Group[]
  /** Id to record; null where there is none. */
  readonly id: string | null
  readonly doubts: readonly AdminGroupDoubt[]
  readonly notices: readonly string[]
}

/**
 * Finds the built-in group.
 *
 * @param recorded `admin_group` of the baseline; null where none is recorded
 */
export function findAdminGroups(snapshot: Snapshot, recorded: string | null): AdminGroups {
  const named = snapshot.groups.find((group) => group.group_name === ADMIN_GROUP) ?? null
  if (recorded === null || (recorded === NO_ADMIN_GROUP && named !== null)) return unrecorded(snapshot, named)
  if (recorded === NO_ADMIN_GROUP) return { groups: [], id: null, doubts: [], notices: [] }
  const kept = snapshot.groups.find((group) => group.group_id === recorded) ?? null
  const groups = [...new Set([named, kept])].filter((group) => group !== null)
  const isRenamed = kept !== null && kept.group_name !== ADMIN_GROUP
  return {
    groups,
    id: kept?.group_id ?? named?.group_id ?? null,
    doubts: [
      ...(isRenamed
        ? [
            {
              code: 'admin-group-renamed' as const,
              message: `The built-in group admin is now called ${kept.group_name}; what a rename does to its power is not documented, so its members are counted as holding everything.`,
              remedy:
                'Call it admin again, or record the group that has its power as admin_group in the baseline.',
              group_ids: [kept.group_id],
            },
          ]
        : []),
    ],
    notices:
      kept === null
        ? ['The built-in group admin that the baseline records (admin_group) is not in the account any more.']
        : [],
  }
}

const missing: AdminGroupDoubt = {
  code: 'admin-group-missing',
  message:
    'No group is called admin, though every account is born with one; renamed, its members may still hold everything.',
  remedy:
    'Add "admin_group": "<id of the group that was admin>" to the baseline; or "admin_group": "none" when it was deleted.',
  group_ids: null,
}

/** Without any list of groups there is a gap already, which says why. */
function wasLookedFor({ coverage }: Snapshot): boolean {
  const status = coverage.find((row) => row.source === 'admin-group')?.status
  return status === 'audited' || status === 'absent'
}

/** Nothing but the name tells, which anybody can give to a group of their own; being the oldest cannot be forged. */
function unrecorded(snapshot: Snapshot, named: Group | null): AdminGroups {
  if (named === null)
    return { groups: [], id: null, doubts: wasLookedFor(snapshot) ? [missing] : [], notices: [] }
  const { created_at } = named
  const older = snapshot.groups
    .filter((group) => created_at !== null && group.created_at !== null && group.created_at < created_at)
    .sort((one, other) => ((one.created_at ?? '') < (other.created_at ?? '') ? -1 : 1))[0]
  if (older === undefined) return { groups: [named], id: named.group_id, doubts: [], notices: [] }
  return {
    groups: [],
    id: null,
    doubts: [
      {
        code: 'admin-group-uncertain',
        message: `The group ${older.group_name} is older than the group admin, so that may not be the one that every account is born with, whose members hold everything.`,
        remedy: `Add "admin_group": "${named.group_id}" to the baseline when admin is the built-in group, or "admin_group": "${older.group_id}" when ${older.group_name} is.`,
        group_ids: null,
      },
    ],
    notices: [],
  }
}

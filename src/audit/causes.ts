/** Groups drift by what brought it: one attachment, one membership, one version, and the users it explains. */
import type { Cause, Drift, HoldersByPath, Holding, Path } from './model.ts'

type Uncaused = Omit<Drift, 'cause'>

/**
 * Gives every drift its cause. The newest part of its paths is taken for what changed: the version or the attachment.
 * Where somebody else came by the same way and is no drift, the way itself is old, and the membership must be new.
 */
export function groupByCause(
  drift: readonly Uncaused[],
  holders: HoldersByPath,
): { readonly drift: readonly Drift[]; readonly causes: readonly Cause[] } {
  const calm = calmWays(drift, holders)
  const causes = new Map<string, Cause & { user_ids: string[] }>()
  const caused = drift.map((row): Drift => {
    const { kind, path } = causeOf(row, (one) => calm.has(`${row.permission} ${wayKey(one)}`))
    const key = causeKey(kind, path, row)
    const paths = row.paths.filter((one) => path !== null && samePart(kind, one, path))
    const known = causes.get(key)
    if (known === undefined) causes.set(key, { key, kind, paths, user_ids: [row.user_id] })
    else if (!known.user_ids.includes(row.user_id)) known.user_ids.push(row.user_id)
    return { ...row, cause: key }
  })
  return { drift: caused, causes: [...causes.values()] }
}

/** Ways by which somebody came who is no drift, of those that end at a policy by which the newest drift came. */
function calmWays(drift: readonly Uncaused[], holders: HoldersByPath): ReadonlySet<string> {
  const drifting = Map.groupBy(drift, (row) => row.permission)
  const driftingUsers = new Map(
    [...drifting].map(([permission, rows]) => [permission, new Set(rows.map((row) => row.user_id))]),
  )
  const isCalm = ({ counts, permission, user_id }: Holding): boolean =>
    counts && driftingUsers.get(permission)?.has(user_id) !== true
  const policies = new Set(drift.map((row) => newestOf(row)?.policy_id))
  const calm = new Set<string>()
  for (const [path, holdings] of holders) {
    if (!policies.has(path.policy_id)) continue
    const way = wayKey(path)
    // As a rule all come by it to one permission: one of them who is calm is enough.
    let known: string | null = null
    for (const holding of holdings)
      if (holding.permission !== known && isCalm(holding)) {
        known = holding.permission
        calm.add(`${known} ${way}`)
      }
  }
  return calm
}

/** The path whose newest part is the newest of all; of several, always the same. */
function newestOf({ paths }: Uncaused): Path | undefined {
  let newest: Path | undefined
  for (const path of paths) {
    if (newest === undefined || changedAt(path) > changedAt(newest)) newest = path
    else if (changedAt(path) === changedAt(newest) && wayKey(path) < wayKey(newest)) newest = path
  }
  return newest
}

function causeOf(
  row: Uncaused,
  isOldWay: (path: Path) => boolean,
): { kind: Cause['kind']; path: Path | null } {
  if (row.because !== null) return { kind: row.because, path: null }
  if (row.kind === 'approval-expired') return { kind: 'expiry', path: null }
  const builtin = row.paths.find((path) => path.via === 'builtin-group')
  if (builtin !== undefined) return { kind: 'builtin-group', path: builtin }
  const newest = newestOf(row)
  if (newest === undefined) return { kind: 'attachment', path: null }
  const oldWay = isOldWay(newest)
  if (oldWay && newest.via === 'group') return { kind: 'membership', path: newest }
  const versionIsNewer = (newest.version_created_at ?? '') > (newest.attached_at ?? '')
  return { kind: versionIsNewer && !oldWay ? 'version' : 'attachment', path: newest }
}

/** When the newest part of a path appeared; times of the cloud are ISO 8601 in UTC and sort as text. */
function changedAt(path: Path): string {
  const attached = path.attached_at ?? ''
  return path.version_created_at !== null && path.version_created_at > attached
    ? path.version_created_at
    : attached
}

function causeKey(kind: Cause['kind'], path: Path | null, row: Uncaused): string {
  const parts: readonly (string | null)[] =
    path === null
      ? kind === 'rename'
        ? []
        : [row.user_id, kind === 'expiry' ? row.permission : null]
      : kind === 'version'
        ? [path.policy_id, path.version_id]
        : kind === 'membership' || kind === 'builtin-group'
          ? [path.group_id]
          : [path.group_id ?? row.user_id, path.policy_id]
  return [kind, ...parts.filter((part) => part !== null)].join(' ')
}

function samePart(kind: Cause['kind'], one: Path, other: Path): boolean {
  if (kind === 'membership' || kind === 'builtin-group') return one.group_id === other.group_id
  return one.policy_id === other.policy_id && (kind === 'version' || one.group_id === other.group_id)
}

/** A way without the user: the same for everybody who comes by it. */
function wayKey(path: Path): string {
  return [path.via, path.group_id, path.policy_id, path.statement].join(' ')
}

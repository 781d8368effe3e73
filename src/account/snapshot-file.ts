/** The snapshot as a file: versioned JSON, compressed when its name ends in `.gz`, no secrets. */
import { gunzipSync, gzipSync } from 'node:zlib'
import { UserError } from '../text/problem.ts'
import { coverageSources, type Snapshot, snapshotSchema } from './snapshot.ts'

/** Unpacked size beyond any account that the quotas allow; a small file cannot unpack to more. */
const MAXIMUM_BYTES = 256 * 1024 * 1024
const DAY = 86_400_000
/** Milliseconds that the clocks of two machines may differ. */
const CLOCK_TOLERANCE = 3_600_000

/** The bytes to write for a path. */
export function writeSnapshot(snapshot: Snapshot, path: string): Uint8Array {
  const text = Buffer.from(`${JSON.stringify(snapshot)}\n`, 'utf8')
  return path.endsWith('.gz') ? gzipSync(text) : text
}

/**
 * Reads a snapshot.
 *
 * @param now milliseconds since the epoch
 * @returns the snapshot, and a warning when it is more than a day old or dated in the future
 * @throws UserError when it is cut, of another version or shape, or contradicts itself
 */
export function readSnapshot(
  bytes: Uint8Array,
  path: string,
  now: number,
): { readonly snapshot: Snapshot; readonly warning: string | null } {
  const fail = (message: string, remedy: string): never => {
    throw new UserError([{ where: path, message, remedy }])
  }
  const json =
    parse(bytes) ?? fail('is no whole snapshot: it is cut or damaged.', 'Save it again with save-snapshot.')
  const { kind, version } = json as { kind?: unknown; version?: unknown }
  if (kind !== 'iam-audit-snapshot')
    fail('is no snapshot of this action.', 'Name a file that save-snapshot wrote.')
  if (version !== 2)
    fail(
      `is a snapshot of version ${String(version).slice(0, 20)}; this release reads version 2.`,
      'Save it again with this release.',
    )
  const parsed = snapshotSchema.safeParse(json)
  if (!parsed.success)
    return fail(
      `is not of the shape of a snapshot, at ${parsed.error.issues[0]?.path.map(String).join('.')}.`,
      'Save it again with save-snapshot.',
    )
  const snapshot = parsed.data
  const contradiction = contradictionIn(snapshot)
  if (contradiction !== null)
    fail(`contradicts itself: ${contradiction}.`, 'Save it again with save-snapshot, and do not edit it.')
  return { snapshot, warning: ageWarning(snapshot.taken_at, now) }
}

function ageWarning(taken_at: string, now: number): string | null {
  const age = now - Date.parse(taken_at)
  if (age < -CLOCK_TOLERANCE)
    return `The snapshot is dated in the future (${taken_at}), so nobody can tell how old it is; the account may have changed since.`
  const days = Math.floor(age / DAY)
  if (days < 1) return null
  return `The snapshot was taken ${days === 1 ? 'a day' : `${days} days`} ago (${taken_at}); the account may have changed since.`
}

/** What no crawl writes: of two rows for the same thing, only one would be judged. Null when there is nothing. */
function contradictionIn(snapshot: Snapshot): string | null {
  const { coverage, policies } = snapshot
  for (const [what, ids] of listsOf(snapshot)) {
    const seen = new Set<string>()
    for (const id of ids) {
      if (seen.has(id)) return `the ${what} ${id} is in it twice`
      seen.add(id)
    }
  }
  // What is not in the list would count as looked at.
  const untold = coverageSources.find((one) => coverage.filter((row) => row.source === one).length !== 1)
  if (untold !== undefined) return `it does not say, or says twice, whether it looked at ${untold}`
  const other = policies.find(
    (one) => one.version !== null && one.version.version_id !== one.default_version_id,
  )
  return other === undefined
    ? null
    : `the document of the policy ${other.policy_name} is not that of its default version`
}

/** Every list of the snapshot, by what tells its rows apart. */
function listsOf(snapshot: Snapshot): readonly (readonly [string, readonly string[]])[] {
  return [
    ['user', snapshot.users.map((one) => one.user_id)],
    ['group', snapshot.groups.map((one) => one.group_id)],
    ['policy', snapshot.policies.map((one) => one.policy_id)],
    ['list of members of the group', snapshot.memberships.map((one) => one.group_id)],
    [
      'attachment',
      snapshot.attachments.map((one) => `${one.policy_id} to the ${one.principal_type} ${one.principal_id}`),
    ],
    ['role', snapshot.roles.map((one) => one.role_id)],
    [
      'grant of a role',
      snapshot.role_assignments.map(
        (one) => `${one.role_id} to the ${one.holder_type} ${one.holder_id} for ${one.scope}`,
      ),
    ],
    ['agency', snapshot.agencies.map((one) => one.agency_id)],
    ['identity provider', snapshot.providers.map((one) => one.provider_id)],
    ['mapping', snapshot.mappings.map((one) => one.mapping_id)],
    ['provider of trust policies', snapshot.trust_providers.map((one) => one.urn.toLowerCase())],
  ]
}

function parse(bytes: Uint8Array): unknown {
  try {
    const packed = bytes[0] === 0x1f && bytes[1] === 0x8b
    const text = packed ? gunzipSync(bytes, { maxOutputLength: MAXIMUM_BYTES }) : bytes
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text))
    return typeof json === 'object' ? json : null
  } catch {
    return null
  }
}

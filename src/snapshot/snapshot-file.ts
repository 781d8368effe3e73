/** The snapshot as a file: versioned JSON, compressed when its name ends in `.gz`, no secrets. */
import { gunzipSync, gzipSync } from 'node:zlib'
import { UserError } from '../problem.ts'
import { type Snapshot, snapshotSchema } from './snapshot.ts'

/** Unpacked size beyond any account that the quotas allow; a small file cannot unpack to more. */
const MAXIMUM_BYTES = 512 * 1024 * 1024
const DAY = 86_400_000

/** The bytes to write for a path. */
export function writeSnapshot(snapshot: Snapshot, path: string): Uint8Array {
  const text = Buffer.from(`${JSON.stringify(snapshot)}\n`, 'utf8')
  return path.endsWith('.gz') ? gzipSync(text) : text
}

/**
 * Reads a snapshot.
 *
 * @param now milliseconds since the epoch
 * @returns the snapshot, and a warning when it is more than a day old
 * @throws UserError when it is cut, of another version or shape, or of another account than `account`
 */
export function readSnapshot(
  bytes: Uint8Array,
  path: string,
  now: number,
  account: string | null,
): { readonly snapshot: Snapshot; readonly warning: string | null } {
  const fail = (message: string, remedy: string): never => {
    throw new UserError([{ where: path, message, remedy }])
  }
  const json =
    parse(bytes) ?? fail('is no whole snapshot: it is cut or damaged.', 'Save it again with save-snapshot.')
  const { kind, version } = json as { kind?: unknown; version?: unknown }
  if (kind !== 'iam-audit-snapshot')
    fail('is no snapshot of this action.', 'Name a file that save-snapshot wrote.')
  if (version !== 1)
    fail(
      `is a snapshot of version ${String(version).slice(0, 20)}; this release reads version 1.`,
      'Save it again with this release.',
    )
  const parsed = snapshotSchema.safeParse(json)
  if (!parsed.success)
    return fail(
      `is not of the shape of a snapshot, at ${parsed.error.issues[0]?.path.map(String).join('.')}.`,
      'Save it again with save-snapshot.',
    )
  const snapshot = parsed.data
  if (account !== null && snapshot.account_id !== account)
    fail(
      `is of the account ${JSON.stringify(snapshot.account_id)}, not ${JSON.stringify(account)}.`,
      'Name a snapshot of that account.',
    )
  const days = Math.floor((now - Date.parse(snapshot.taken_at)) / DAY)
  const warning =
    days < 1
      ? null
      : `The snapshot was taken ${days === 1 ? 'a day' : `${days} days`} ago (${snapshot.taken_at}); the account may have changed since.`
  return { snapshot, warning }
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

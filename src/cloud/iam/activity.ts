/** Reads what users do with their access. What is refused says so; it is never shown as "never". */
import type { AccessKey, Asked, UserActivity } from '../../account/activity.ts'
import { AuthenticationError, CloudError, ForbiddenError } from '../http/cloud-error.ts'
import { accessKeyLastUsed, accessKeys, lastLogin, mfaDevices } from './activity-calls.ts'
import type { Call } from './call.ts'
import type { IamApi } from './iam-api.ts'

export type Activity = 'last-login' | 'access-keys' | 'mfa'

/** Users asked about at once; the pace decides how many requests leave in a second. */
const AT_ONCE = 8

/**
 * The activity of these users, by their ids.
 *
 * @throws AuthenticationError
 */
export async function readActivity(
  api: IamApi,
  userIds: readonly string[],
  wanted: ReadonlySet<Activity>,
): Promise<ReadonlyMap<string, UserActivity>> {
  const activity = new Map<string, UserActivity>()
  if (wanted.size === 0) return activity
  const devices = wanted.has('mfa') ? await asked(mfaDevices, () => enabledDevices(api)) : null
  const pending = [...userIds]
  const work = async (): Promise<void> => {
    for (let id = pending.shift(); id !== undefined; id = pending.shift()) {
      const user_id = id
      activity.set(user_id, {
        ...(wanted.has('last-login')
          ? { last_login: await asked(lastLogin, () => loginOf(api, user_id)) }
          : {}),
        ...(wanted.has('access-keys')
          ? { access_keys: await asked(accessKeys, () => keysOf(api, user_id)) }
          : {}),
        ...(devices === null
          ? {}
          : { mfa: 'known' in devices ? { known: devices.known.has(user_id) } : devices }),
      })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return activity
}

async function enabledDevices(api: IamApi): Promise<ReadonlySet<string>> {
  const { rows, problem } = await api.list(mfaDevices)
  if (problem !== null) throw problem
  return new Set(rows.filter((row) => row.enabled).map((row) => row.user_id))
}

async function loginOf(api: IamApi, user_id: string): Promise<string | null> {
  return (await api.one(lastLogin, { user_id })).user_last_login.last_login_at
}

async function keysOf(api: IamApi, user_id: string): Promise<readonly AccessKey[]> {
  const { rows, problem } = await api.list(accessKeys, { user_id })
  if (problem !== null) throw problem
  const keys: AccessKey[] = []
  for (const { access_key_id, created_at, status } of rows) {
    const { access_key_last_used: used } = await api.one(accessKeyLastUsed, { user_id, access_key_id })
    keys.push({ created_at, last_used_at: used.last_used_at, active: status === 'active' })
  }
  return keys
}

async function asked<T>(call: Call<unknown>, read: () => Promise<T>): Promise<Asked<T>> {
  try {
    return { known: await read() }
  } catch (error) {
    if (!(error instanceof CloudError) || error instanceof AuthenticationError) throw error
    if (error instanceof ForbiddenError && call.action !== null) return { refused: call.action }
    return { failed: error.message }
  }
}

/** The calls that tell what users do with their access. No verdict depends on any of them. */
import { z } from 'zod'
import type { Call, ListCall } from './call.ts'
import { id, maybeTime } from './field.ts'

export const lastLogin: Call<{ readonly user_last_login: { readonly last_login_at: string | null } }> = {
  id: 'GET /v5/users/{user_id}/last-login',
  ...{ action: 'iam:users:showUserLastLoginV5', purpose: 'evidence', optional: true, model: 'v5' },
  why: 'when a holder last logged in, where the config asks for it',
  schema: z.object({ user_last_login: z.object({ last_login_at: maybeTime }) }),
}

const accessKey = z.object({ access_key_id: id, created_at: z.string(), status: z.string() })

export const accessKeys: ListCall<z.infer<typeof accessKey>> = {
  id: 'GET /v5/users/{user_id}/access-keys',
  ...{ action: 'iam:credentials:listCredentialsV5', purpose: 'evidence', optional: true, model: 'v5' },
  why: 'access keys of a holder, where the config asks for them',
  ...{ schema: accessKey, rows: 'access_keys', key: (row) => row.access_key_id },
}

export const accessKeyLastUsed: Call<{
  readonly access_key_last_used: { readonly last_used_at: string | null }
}> = {
  id: 'GET /v5/users/{user_id}/access-keys/{access_key_id}/last-used',
  ...{ action: 'iam:credentials:showAccessKeyLastUsedV5', purpose: 'evidence', optional: true, model: 'v5' },
  why: 'when an access key of a holder was last used',
  schema: z.object({ access_key_last_used: z.object({ last_used_at: maybeTime }) }),
}

const mfaDevice = z.object({ serial_number: id, user_id: id, enabled: z.boolean() })

export const mfaDevices: ListCall<z.infer<typeof mfaDevice>> = {
  id: 'GET /v5/mfa-devices',
  ...{ action: 'iam:mfa:listMFADevicesV5', purpose: 'evidence', optional: true, model: 'v5' },
  why: 'which holders have a second factor, where the config asks for it',
  ...{ schema: mfaDevice, rows: 'mfa_devices', key: (row) => row.serial_number },
}

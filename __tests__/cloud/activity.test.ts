/** What users do with their access: what cannot be read is never shown as "never". */
import { describe, expect, test } from '@jest/globals'
import { AccountBuilder, idOf } from '../../simulator/iam/account.ts'
import { readActivity } from '../../src/cloud/iam/activity.ts'
import { activityWords } from '../../src/render/evidence/holder-row.ts'
import { stage } from './stage.ts'

const ada = idOf('user', 'ada')

/** The words for ada, whose last login and last use of a key the cloud tells in this way. */
async function told(time: unknown) {
  const key = {
    ...{ access_key_id: 'AK1', created_at: '2026-01-01T00:00:00Z', active: true },
    last_used_at: '2026-11-20T07:00:00Z',
  }
  const { account } = new AccountBuilder()
    .users('ada')
    .signIn('ada', { last_login_at: '2026-11-20T07:00:00Z', access_keys: [key] })
  const { api } = stage(account, {
    change: (target, body) => {
      if (target.endsWith('/last-login')) return { user_last_login: { last_login_at: time } }
      return target.endsWith('/last-used') ? { access_key_last_used: { last_used_at: time } } : body
    },
  })
  const activity = await readActivity(api, [ada], new Set(['last-login', 'access-keys'] as const))
  const { last_login, access_keys } = activityWords(activity.get(ada) ?? null)
  return [last_login, access_keys]
}

describe('when somebody last logged in, or a key was last used', () => {
  test.each([
    ['2026-11-20T07:00:00Z', '2026-11-20', 'used 2026-11-20'],
    ['2026-11-20T07:00:00.123456Z', '2026-11-20', 'used 2026-11-20'],
    [null, 'never', 'never used'],
    [undefined, 'never', 'never used'],
  ])('is told as %j', async (time, login, key) => {
    expect(await told(time)).toEqual([login, `made 2026-01-01, ${key}`])
  })

  test.each(['', 'yesterday', '2026-13-45T99:00:00Z', '2026', 1_763_622_000, {}, true])(
    'and is not readable as %j, which is not "never"',
    async (time) => {
      const [login, key] = await told(time)
      expect(login).toMatch(/^not readable: GET \/v5\/users\/\{user_id\}\/last-login answered/)
      expect(key).toMatch(/^not readable: GET \/v5\/users\/\{user_id\}\/access-keys\//)
    },
  )
})

/** Asks the simulated cloud without a server. */
import type { SimulatedAccount, SimulatedKey } from '../../simulator/iam/account.ts'
import { handle, type Session } from '../../simulator/iam/handle.ts'

/** Now, in these tests. */
export const NOW = Date.parse('2026-11-01T12:00:00Z')

export interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into the JSON at will
  readonly body: any
}

/** A way to ask: each with its own caller, all with the same markers. */
export function askerOf(account: SimulatedAccount, caller: Partial<SimulatedKey> = {}) {
  const key: SimulatedKey = {
    ...{ accessKeyId: 'AccessKey', secretAccessKey: 'SecretKey', principal_id: 'auditor' },
    principal_urn: `iam::${account.account_id}:user:auditor`,
    ...caller,
  }
  const session: Session = {
    ...{ keys: [key], markers: new Map(), now: () => NOW, keyLifetime: 3600, oidc: null },
  }
  return (target: string): Answer => {
    const [path = '', search = ''] = target.split('?')
    const query = Object.fromEntries(
      search
        .split('&')
        .filter((pair) => pair !== '')
        .map((pair) => pair.split('=') as [string, string]),
    )
    return handle(account, { method: 'GET', path, query, body: '', caller: key }, session)
  }
}

/** What a snapshot says of an account that has users and identity policies, and nothing else. */
import type { Snapshot } from '../../src/account/snapshot.ts'

const none = { seen: 0, expected: 0 }

export const onlyIdentityPolicies: Pick<
  Snapshot,
  'account_name' | 'roles' | 'role_assignments' | 'agencies' | 'providers' | 'mappings' | 'trust_providers'
> = {
  ...{ account_name: null, roles: [], role_assignments: [], agencies: [] },
  ...{ providers: [], mappings: [], trust_providers: [] },
}

export const noOthers: Pick<Snapshot['population'], 'roles' | 'agencies' | 'providers'> = {
  ...{ roles: none, agencies: none, providers: none },
}

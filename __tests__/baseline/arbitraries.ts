/** Baselines at random, with entries of every kind and texts that nobody would write. */
import fc from 'fast-check'
import type { Alternative, NamedAlternative } from '../../src/account/alternatives.ts'
import type {
  AgencyEntry,
  Baseline,
  BaselineEntry,
  FederatedEntry,
  KnownGap,
  UserEntry,
} from '../../src/baseline/baseline.ts'
import { entryKey } from '../../src/baseline/entry.ts'
import { gapDocument } from '../../src/baseline/known-gap.ts'
import type { TrustedItem } from '../../src/policy/language/trusted.ts'

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 6 })
const pattern = fc.constantFrom('iam:*:*', 'iam:users:*', '*', 'iam:*', 'IAM:users:get?')
const set = fc.record(
  { actions: fc.array(pattern, { minLength: 1, maxLength: 3 }), except: fc.array(pattern, { maxLength: 2 }) },
  { requiredKeys: ['actions'] },
)
const condition = fc.constantFrom({ StringEquals: { 'g:UserName': ['b', 'a'] } }, { Bool: { x: 'true' } })
const grant = fc
  .record({
    set,
    limit: fc.oneof(
      fc.constantFrom<object[]>(
        {},
        { resources: ['iam:*:*:user:a', 'x"y'] },
        { not_resources: ['iam:*:*:user:*'] },
        { scopes: ['project:*', 'enterprise-project:0'] },
      ),
      fc.record({ condition }),
    ),
  })
  .map(({ set, limit }) => ({ ...set, ...limit }))
const day = fc.constantFrom('2026-01-01', '2028-02-29')
const ids = fc
  .oneof(text, fc.constantFrom('a', 'b', 'Z', 'é', '10', '9', 'approvals'))
  .filter((id) => id !== '*')
const common = {
  permission: fc.constantFrom('p', 'q', '7'),
  grants: fc.array(grant, { minLength: 1, maxLength: 3 }),
  justification: fc.oneof(fc.constant(''), text),
  owner: text,
  expires: day,
  assignment: fc.constant('active' as const),
  disabled: fc.constant(true as const),
  within: set,
  extra: fc.dictionary(fc.constantFrom('x-ticket', 'x-', 'x-a b', 'x-1'), fc.jsonValue({ maxDepth: 2 })),
}
const needed = ['kind', 'permission', 'grants', 'extra'] as const

export const userEntries: fc.Arbitrary<UserEntry> = fc.record(
  { kind: fc.constant('user' as const), user: text, user_id: ids, ...common },
  { requiredKeys: [...needed, 'user', 'user_id'] },
)

const digests = fc.array(text, { maxLength: 2 })
const trusted: fc.Arbitrary<TrustedItem> = fc
  .tuple(
    fc.oneof(
      fc.record({ account: text }),
      fc.record({ user: text }),
      fc.record({ agency: text }),
      fc.record({ account: text, service: text }, { requiredKeys: ['service'] }),
      fc.record({ keys: digests, issuer: text, provider: text }, { requiredKeys: ['provider'] }),
      fc.record({ everybody: fc.constant(true as const) }),
      fc.record({ document: text }),
    ),
    fc.record({ condition }, { requiredKeys: [] }),
  )
  .map(([party, limit]) => ({ ...limit, ...party }))

export const agencyEntries: fc.Arbitrary<AgencyEntry> = fc.record(
  {
    ...{ kind: fc.constant('agency' as const), agency: text, agency_id: ids },
    ...{ trusted: fc.array(trusted, { minLength: 1, maxLength: 3 }), ...common },
  },
  { requiredKeys: [...needed, 'agency', 'agency_id', 'trusted'] },
)

const values = fc.array(text, { minLength: 1, maxLength: 2 })
const tests: fc.Arbitrary<Alternative> = fc.array(
  fc.oneof(
    fc.record(
      { regex: fc.constant(true as const), any_one_of: values, type: text },
      { requiredKeys: ['type', 'any_one_of'] },
    ),
    fc.record({ type: text, not_any_of: values }),
  ),
  { maxLength: 2 },
)
const named: fc.Arbitrary<NamedAlternative> = fc.record({ tests, names: text })
const someGroup = {
  ...{ group: text, group_id: ids, when: fc.array(tests, { minLength: 1, maxLength: 2 }) },
}
const anyGroup = {
  ...{ group: fc.constant('*'), group_id: fc.constant('*') },
  when: fc.array(named, { minLength: 1, maxLength: 2 }),
}
const provider = { provider: ids, issuer: fc.oneof(fc.constant(''), text), keys: digests }
const always = [...needed, 'provider', 'issuer', 'keys', 'group', 'group_id', 'when'] as const
const federated = fc.constant('federated' as const)

export const federatedEntries: fc.Arbitrary<FederatedEntry> = fc.oneof(
  fc.record({ kind: federated, ...provider, ...someGroup, ...common }, { requiredKeys: [...always] }),
  fc.record({ kind: federated, ...provider, ...anyGroup, ...common }, { requiredKeys: [...always] }),
)

/** `__proto__` is a key that no file may have. */
export const entries: fc.Arbitrary<BaselineEntry> = fc
  .oneof(userEntries, agencyEntries, federatedEntries)
  .filter((entry) => !JSON.stringify(entry).includes('__proto__'))

const gaps: fc.Arbitrary<KnownGap> = fc
  .tuple(
    fc.oneof(
      fc.record({ policy_id: text, version_id: text }),
      fc.record({ role_id: text }),
      fc.record({ provider: text, mapping_id: text }),
    ),
    fc.record({
      ...{
        justification: text,
        expires: day,
        for: fc.constantFrom(['user:a'], ['agency:b', 'federated:a/*']),
      },
      sha256: fc.constantFrom('0'.repeat(64), '1'.repeat(64)),
    }),
  )
  .map(([document, rest]) => ({ ...rest, ...document }))

export const baselines: fc.Arbitrary<Baseline> = fc.record(
  {
    $schema: fc.constantFrom('', 'https://example.com/approvals'),
    account: fc.constantFrom('acc', 'approvals'),
    admin_group: fc.constantFrom('g1', 'approvals', 'none'),
    audited_permissions: fc.record({ p: set, q: set, '7': set }),
    approvals: fc.uniqueArray(entries, { maxLength: 6, selector: entryKey }),
    known_gaps: fc.uniqueArray(gaps, {
      maxLength: 2,
      selector: (gap) => `${gapDocument(gap)} ${gap.sha256}`,
    }),
  },
  { requiredKeys: ['account', 'audited_permissions', 'approvals'] },
)

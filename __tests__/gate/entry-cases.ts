import { agencyEntry, entry, federatedEntry, type Json } from './texts.ts'

// One change of the approvals each, what it is called and why it fails.

export interface EntryCase {
  readonly name: string
  readonly before: Json[]
  readonly after: Json[]
  readonly approvals?: Json
  readonly changes: string[]
  readonly codes: string[]
}

const bob = { user: 'bob', user_id: 'id-bob' }
const wide = [{ actions: ['iam:users:*', 'iam:groups:*'] }]
const year = { require: ['justification'], 'max-days': 365 }
const partner = 'fedc0000fedc0000fedc0000fedc0000'
const pipeline = {
  ...{ provider: 'iam::x:oidcProvider:github', issuer: 'https://token.example x', keys: ['aa'] },
  condition: { StringEquals: { 'oidc:sub': ['repo:acme/infra:ref:refs/heads/main'] } },
}
const conditional = { account: partner, condition: { Bool: { 'g:MFAPresent': 'true' } } }
const groups = (...any_one_of: string[]): Json => ({ type: 'Groups', any_one_of })
const all = { require: ['justification', 'owner', 'expires'] }

export const entryCases: EntryCase[] = [
  {
    name: 'a new entry with its reason',
    ...{ before: [entry()], after: [entry(), entry(bob)], changes: ['added'], codes: [] },
  },
  {
    name: 'a new entry without a reason',
    before: [entry()],
    after: [entry(), entry({ ...bob, justification: '  ' })],
    ...{ changes: ['added'], codes: ['missing-field'] },
  },
  {
    name: 'a new entry whose reason nobody can see',
    before: [entry()],
    after: [entry(), entry({ ...bob, justification: '\u200b\u2060 \u3164\u2800' })],
    ...{ changes: ['added'], codes: ['missing-field'] },
  },
  {
    name: 'widened, and the reason only looks the same',
    before: [entry({ justification: 'On call' })],
    after: [entry({ grants: wide, justification: 'On\u00a0\u200bcall \u2800' })],
    ...{ changes: ['widened'], codes: ['justification-unchanged'] },
  },
  {
    name: 'a new entry that lacks three fields is one failure',
    before: [],
    after: [entry({ justification: '' })],
    ...{ approvals: all, changes: ['added'], codes: ['missing-field'] },
  },
  {
    name: 'a new entry in the past',
    before: [],
    after: [entry({ expires: '2026-11-23' })],
    ...{ changes: ['added'], codes: ['expired'] },
  },
  {
    name: 'a new entry that ends today is valid through the day',
    before: [],
    after: [entry({ expires: '2026-11-24' })],
    ...{ changes: ['added'], codes: [] },
  },
  {
    name: 'the last day that max-days allows',
    before: [],
    after: [entry({ expires: '2027-11-24' })],
    ...{ approvals: year, changes: ['added'], codes: [] },
  },
  {
    name: 'one day more than max-days allows',
    before: [],
    after: [entry({ expires: '2027-11-25' })],
    ...{ approvals: year, changes: ['added'], codes: ['expires-too-late'] },
  },
  {
    name: 'max-days asks for expires by itself',
    ...{ before: [], after: [entry()], approvals: year, changes: ['added'], codes: ['missing-field'] },
  },
  { name: 'a removed entry', before: [entry()], after: [], changes: ['removed'], codes: [] },
  {
    name: 'a narrowed entry needs nothing new',
    before: [entry({ grants: wide, justification: '' })],
    after: [entry({ justification: '' })],
    ...{ changes: ['narrowed'], codes: [] },
  },
  {
    name: 'a widened entry with the old reason',
    before: [entry()],
    after: [entry({ grants: wide })],
    ...{ changes: ['widened'], codes: ['justification-unchanged'] },
  },
  {
    name: 'a widened entry whose reason only got a space',
    before: [entry()],
    after: [entry({ grants: wide, justification: 'On-call ' })],
    ...{ changes: ['widened'], codes: ['justification-unchanged'] },
  },
  {
    name: 'a widened entry with a new reason',
    before: [entry()],
    after: [entry({ grants: wide, justification: 'On-call for groups too' })],
    ...{ changes: ['widened'], codes: [] },
  },
  {
    name: 'a widened entry whose reason an update emptied is told once',
    before: [entry()],
    after: [entry({ grants: wide, justification: '', 'x-previous-justification': 'On-call' })],
    ...{ changes: ['widened'], codes: ['missing-field'] },
  },
  {
    name: 'a widened entry needs a reason also where new ones do not',
    before: [entry({ justification: undefined })],
    after: [entry({ grants: wide, justification: undefined })],
    ...{ approvals: { require: [] }, changes: ['widened'], codes: ['justification-unchanged'] },
  },
  {
    name: 'an expired entry that is widened',
    before: [entry({ expires: '2026-01-01' })],
    after: [entry({ expires: '2026-01-01', grants: wide, justification: 'More' })],
    ...{ changes: ['widened'], codes: ['expired'] },
  },
  {
    name: 'wider here and narrower there are two rows',
    before: [entry()],
    after: [entry({ grants: [{ actions: ['iam:groups:*'] }], justification: 'Groups now' })],
    ...{ changes: ['widened', 'narrowed'], codes: [] },
  },
  {
    name: 'unrestricted instead of restricted is wider',
    before: [entry({ grants: [{ actions: ['iam:users:*'], resources: ['iam:*:*:user:a'] }] })],
    after: [entry()],
    ...{ changes: ['widened'], codes: ['justification-unchanged'] },
  },
  {
    name: 'the same set in other words',
    before: [entry({ grants: [{ actions: ['iam:users:*', 'iam:users:create*'] }] })],
    after: [entry({ grants: [{ actions: ['IAM:users:*'] }] })],
    ...{ changes: ['reworded'], codes: [] },
  },
  {
    name: 'more than the definition has is no more',
    before: [entry({ grants: [{ actions: ['iam:*:*'], except: ['iam:*:get*', 'iam:*:list*'] }] })],
    after: [entry({ grants: [{ actions: ['*'] }] })],
    ...{ changes: ['reworded'], codes: [] },
  },
  {
    name: 'a dropped within is wider by what it kept out',
    before: [
      entry({
        grants: [{ actions: ['iam:*:*'] }],
        within: { actions: ['iam:users:*'], except: ['iam:*:get*', 'iam:*:list*'] },
      }),
    ],
    after: [entry({ grants: [{ actions: ['iam:*:*'] }] })],
    ...{ changes: ['widened'], codes: ['justification-unchanged'] },
  },
  {
    name: 'a wider within is wider',
    before: [entry({ grants: [{ actions: ['iam:*:*'] }], within: { actions: ['iam:users:*'] } })],
    after: [entry({ grants: [{ actions: ['iam:*:*'] }], within: { actions: ['iam:*:*'] } })],
    ...{ changes: ['widened'], codes: ['justification-unchanged'] },
  },
  {
    name: 'a prolonged entry keeps its reason',
    before: [entry({ expires: '2026-12-01' })],
    after: [entry({ expires: '2027-01-01' })],
    ...{ changes: ['prolonged'], codes: [] },
  },
  {
    name: 'a prolonged entry without a reason',
    before: [entry({ expires: '2026-12-01', justification: '' })],
    after: [entry({ expires: '2027-01-01', justification: '' })],
    ...{ changes: ['prolonged'], codes: ['missing-field'] },
  },
  {
    name: 'a prolonged entry that is past all the same',
    before: [entry({ expires: '2026-01-01' })],
    after: [entry({ expires: '2026-02-01' })],
    ...{ changes: ['prolonged'], codes: ['expired'] },
  },
  {
    name: 'a dropped expires',
    before: [entry({ expires: '2026-12-01' })],
    after: [entry()],
    ...{ changes: ['prolonged'], codes: ['expires-dropped'] },
  },
  {
    name: 'a dropped expires that is required is told once',
    before: [entry({ expires: '2026-12-01' })],
    after: [entry()],
    ...{ approvals: year, changes: ['prolonged'], codes: ['expires-dropped'] },
  },
  {
    name: 'shortened',
    before: [entry({ expires: '2027-12-01', justification: '' })],
    after: [entry({ expires: '2026-12-01', justification: '' })],
    ...{ changes: ['shortened'], codes: [] },
  },
  {
    name: 'shortened into the past',
    before: [entry({ expires: '2027-12-01' })],
    after: [entry({ expires: '2026-11-01' })],
    ...{ changes: ['shortened'], codes: ['expired'] },
  },
  {
    name: 'widened and prolonged are two rows',
    before: [entry({ expires: '2026-12-01' })],
    after: [entry({ expires: '2027-01-01', grants: wide, justification: 'More, longer' })],
    ...{ changes: ['widened', 'prolonged'], codes: [] },
  },
  {
    name: 'reworded: another owner, an expiry long past left alone',
    before: [entry({ expires: '2020-01-01' })],
    after: [entry({ expires: '2020-01-01', owner: 'platform' })],
    ...{ approvals: all, changes: ['reworded'], codes: [] },
  },
  {
    name: 'an entry left alone, whatever it lacks',
    before: [entry({ justification: '', expires: '2020-01-01' })],
    after: [entry({ justification: '', expires: '2020-01-01' }), entry(bob)],
    ...{ changes: ['added'], codes: [] },
  },
  {
    name: 'no longer bound to a disabled user',
    before: [entry({ disabled: true })],
    after: [entry()],
    ...{ changes: ['widened'], codes: ['justification-unchanged'] },
  },
  {
    name: 'bound to a disabled user',
    before: [entry()],
    after: [entry({ disabled: true })],
    ...{ changes: ['narrowed'], codes: [] },
  },
  {
    name: 'the same person anew is another entry',
    before: [entry()],
    after: [entry({ user_id: 'id-ana-2' })],
    ...{ changes: ['removed', 'added'], codes: [] },
  },
  {
    name: 'the order of keys in a condition is spelling',
    before: [
      entry({ grants: [{ actions: ['iam:users:*'], condition: { A: { x: 'a', y: 'b' }, B: { z: 'c' } } }] }),
    ],
    after: [
      entry({ grants: [{ actions: ['iam:users:*'], condition: { B: { z: 'c' }, A: { y: 'b', x: 'a' } } }] }),
    ],
    ...{ changes: [], codes: [] },
  },
  {
    name: 'one more trusted party with the old reason',
    before: [agencyEntry()],
    after: [agencyEntry({ trusted: [{ account: partner }, pipeline] })],
    ...{ changes: ['widened'], codes: ['justification-unchanged'] },
  },
  {
    name: 'one more trusted party with a new reason',
    before: [agencyEntry()],
    after: [agencyEntry({ trusted: [{ account: partner }, pipeline], justification: 'And the pipeline' })],
    ...{ changes: ['widened'], codes: [] },
  },
  {
    name: 'a trusted user of an account that is trusted already',
    before: [agencyEntry()],
    after: [agencyEntry({ trusted: [{ account: partner }, { user: `iam::${partner}:user:eve` }] })],
    ...{ changes: ['reworded'], codes: [] },
  },
  {
    name: 'a trusted party less',
    before: [agencyEntry({ trusted: [{ account: partner }, pipeline] })],
    after: [agencyEntry()],
    ...{ changes: ['narrowed'], codes: [] },
  },
  {
    name: 'a condition dropped from a trusted party',
    before: [agencyEntry({ trusted: [conditional] })],
    after: [agencyEntry()],
    ...{ changes: ['widened'], codes: ['justification-unchanged'] },
  },
  {
    name: 'a condition added to a trusted party',
    before: [agencyEntry()],
    after: [agencyEntry({ trusted: [conditional] })],
    ...{ changes: ['narrowed'], codes: [] },
  },
  {
    name: 'a trusted provider that another key verifies',
    before: [agencyEntry({ trusted: [pipeline] })],
    after: [agencyEntry({ trusted: [{ ...pipeline, keys: ['aa', 'bb'] }] })],
    ...{ changes: ['widened'], codes: ['justification-unchanged'] },
  },
  {
    name: 'a new agency without a reason',
    before: [],
    after: [agencyEntry({ justification: '' })],
    ...{ changes: ['added'], codes: ['missing-field'] },
  },
  {
    name: 'an agency made anew is another entry',
    before: [agencyEntry()],
    after: [agencyEntry({ agency_id: 'id-ci-2' })],
    ...{ changes: ['removed', 'added'], codes: [] },
  },
  {
    name: 'one more alternative',
    before: [federatedEntry()],
    after: [federatedEntry({ when: [[groups('cloud-ops')], [groups('partners')]] })],
    ...{ changes: ['widened'], codes: ['justification-unchanged'] },
  },
  {
    name: 'a further value of a test',
    before: [federatedEntry()],
    after: [federatedEntry({ when: [[groups('cloud-ops', 'partners')]] })],
    ...{ changes: ['widened'], codes: ['justification-unchanged'] },
  },
  {
    name: 'a further test',
    before: [federatedEntry()],
    after: [federatedEntry({ when: [[groups('cloud-ops'), { type: 'Mail', not_any_of: ['guest'] }]] })],
    ...{ changes: ['narrowed'], codes: [] },
  },
  {
    name: 'another issuer',
    before: [federatedEntry()],
    after: [federatedEntry({ issuer: 'https://evil.example/saml' })],
    ...{ changes: ['widened', 'narrowed'], codes: ['justification-unchanged'] },
  },
  {
    name: 'a further key, announced with its reason',
    before: [federatedEntry()],
    after: [federatedEntry({ keys: ['a'.repeat(64), 'b'.repeat(64)], justification: 'Rotation in May' })],
    ...{ changes: ['widened'], codes: [] },
  },
  {
    name: 'a key less',
    before: [federatedEntry({ keys: ['a'.repeat(64), 'b'.repeat(64)] })],
    after: [federatedEntry()],
    ...{ changes: ['narrowed'], codes: [] },
  },
]

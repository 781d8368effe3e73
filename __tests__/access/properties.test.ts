/** Who holds what, on random companies, against the second model: nobody missed, nobody named who does not hold. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { principalKey, principalLabel } from '../../src/account/principal.ts'
import type { Drift } from '../../src/audit/model.ts'
import type { Cut } from '../../src/audit/revocation.ts'
import type { Baseline, BaselineEntry } from '../../src/baseline/baseline.ts'
import type { Grant, Permission } from '../../src/policy/types.ts'
import { accountsAfter } from '../audit/revoked.ts'
import { auditedOf, permission, proposalFor, type Scene } from '../audit/stage.ts'
import { settings } from '../property-settings.ts'
import { build, type Company, company } from './company.ts'
import { type HeldActions, type Limit, matches, SlowCompany, universe, type Who } from './slow-holders.ts'

const permissions: readonly Permission[] = [
  permission('iam', ['iam:*:*', 'sts:*:*'], { except: ['iam:agencies:createAgency'] }),
  permission('rest', ['*:*:*'], { except: ['iam:*:*', 'sts:*:*'] }),
]

const coversGrant = ({ actions, except = [] }: Grant, action: string): boolean =>
  actions.some((one) => matches(one, action)) && !except.some((one) => matches(one, action))

const isAudited = (one: Permission, action: string): boolean =>
  one.actions.some((pattern) => matches(pattern, action)) &&
  !one.except.some((pattern) => matches(pattern, action))

interface Limits {
  readonly resources?: readonly string[]
  readonly condition?: unknown
  readonly scopes?: readonly string[]
}

/** Whether a grant reaches everything that a limit of the model leaves. */
function includes(grant: Grant, limit: Limit): boolean {
  const { resources, condition, scopes } = (limit === '' ? {} : JSON.parse(limit)) as Limits
  const within = (wide: readonly string[] | undefined, narrow: readonly string[] | undefined): boolean =>
    wide === undefined || (narrow?.every((one) => wide.some((other) => matches(other, one))) ?? false)
  return (
    grant.not_resources === undefined &&
    (grant.condition === undefined || JSON.stringify(grant.condition) === JSON.stringify(condition)) &&
    within(grant.resources, resources) &&
    within(grant.scopes, scopes)
  )
}

/** Whether the model has each piece of what a grant reaches: every resource in every scope. */
function isJustified(grant: Grant, limits: readonly Limit[]): boolean {
  const pieces = (grant.resources ?? [undefined]).flatMap((resource) =>
    (grant.scopes ?? [undefined]).map((scope) => ({ resource, scope })),
  )
  return pieces.every(({ resource, scope }) =>
    limits.some((limit) => {
      const one = (limit === '' ? {} : JSON.parse(limit)) as Limits
      return (
        (one.condition === undefined || JSON.stringify(one.condition) === JSON.stringify(grant.condition)) &&
        (one.resources === undefined ||
          (resource !== undefined && one.resources.some((r) => matches(r, resource)))) &&
        (one.scopes === undefined || (scope !== undefined && one.scopes.includes(scope)))
      )
    }),
  )
}

/** What the audit says wrongly of one holder, in words; none: it agrees with the model. */
function differences(who: Who, slow: HeldActions, grants: readonly Grant[], audited: Permission): string[] {
  return universe
    .filter((action) => isAudited(audited, action))
    .flatMap((action) => {
      const limits = [...(slow.get(action) ?? [])]
      const found = grants.filter((grant) => coversGrant(grant, action))
      const missed = limits.filter((limit) => !found.some((grant) => includes(grant, limit)))
      const invented = found.filter((grant) => !isJustified(grant, limits))
      return [
        ...missed.map((limit) => `${who.key} holds ${action} ${limit}, and is not named`),
        ...invented.map((grant) => `${who.key} does not hold ${action}: ${JSON.stringify(grant)}`),
      ]
    })
}

const whoOf = (name: string, kind: Who['kind']): string =>
  `${kind} ${kind === 'federated' ? name.split(' → ')[1] : name}`

const runs = 100

const sceneOf = (plan: Company): Scene => ({ account: build(plan), permissions })

describe('of every company', () => {
  test('everybody who holds something is named, with exactly that', () => {
    fc.assert(
      fc.property(company, (plan) => {
        const slow = new SlowCompany(plan)
        const { found } = auditedOf({ ...sceneOf(plan), baseline: null })
        const grants = new Map(
          found.holdings.map((one) => [
            `${whoOf(one.principal.name, one.principal.kind)} ${one.permission}`,
            one.grants,
          ]),
        )
        const wrong = slow.everybody.flatMap((who) => {
          const held = slow.held(who)
          return permissions.flatMap((one) =>
            differences(who, held, grants.get(`${who.key} ${one.name}`) ?? [], one),
          )
        })
        expect(wrong.slice(0, 5)).toEqual([])
        const known = new Set(slow.everybody.map((one) => one.key))
        expect([...grants.keys()].filter((key) => !known.has(key.split(' ').slice(0, 2).join(' ')))).toEqual(
          [],
        )
      }),
      { ...settings(runs), endOnFailure: true },
    )
  })

  test('every revocation that is offered, made in the account, removes the drift', () => {
    fc.assert(
      fc.property(company, entries, (plan, kept) => {
        const baseline = partly(plan, kept)
        const { verdict } = auditedOf({ ...sceneOf(plan), baseline })
        const left = verdict.drift.flatMap((row) => {
          const key = (one: Drift): string => `${principalKey(one.principal)} ${one.permission} ${one.kind}`
          return accountsAfter(build(plan), row).flatMap((account, at) =>
            auditedOf({ account, permissions, baseline })
              .verdict.drift.filter((one) => key(one) === key(row))
              .map((one) => `${key(one)} after ${JSON.stringify(row.revocations[at]?.cuts.map(said))}`),
          )
        })
        expect(left.slice(0, 3)).toEqual([])
        expect(
          verdict.drift.filter((row) => row.revocations.length === 0).map((row) => row.principal),
        ).toEqual([])
      }),
      { ...settings(runs / 4), endOnFailure: true },
    )
  })

  test('what is proposed, approved, leaves no drift, nothing that is held no longer, and nothing to propose', () => {
    fc.assert(
      fc.property(company, entries, (plan, kept) => {
        const scene = sceneOf(plan)
        const before = partly(plan, kept)
        const update = { only: found(scene).map((one) => principalLabel(one)) }
        const baseline = proposalFor({ ...scene, baseline: before }, update)
        const { verdict } = auditedOf({ ...scene, baseline })
        // What is approved and held in part stays approved.
        expect(verdict).toMatchObject({ drift: [], no_longer_held: [], renamed: [] })
        expect(proposalFor({ ...scene, baseline })).toEqual(baseline)
      }),
      { ...settings(runs / 2), endOnFailure: true },
    )
  })
})

const found = (scene: Scene) =>
  auditedOf({ ...scene, baseline: null }).verdict.holdings.map((one) => one.principal)
const said = ({ kind, what, from }: Cut): string => `${kind} ${what} from ${from.name}`

/** Which entries of a whole approval there are, and which of these approve less than is held. */
const entries = fc.array(fc.constantFrom('none', 'whole', 'some', 'fewer'), { minLength: 8, maxLength: 8 })

/** A baseline that approves a part of what a company holds, for a part of those who may come by it. */
function partly(plan: Company, kept: readonly string[]): Baseline {
  const whole = proposalFor({ ...sceneOf(plan), baseline: null })
  return {
    ...whole,
    approvals: whole.approvals.flatMap((entry, at): BaselineEntry[] => {
      const how = kept[at % kept.length]
      if (how === 'none') return []
      if (how === 'some') return [{ ...entry, grants: [{ actions: ['iam:users:createUserV5'] }] }]
      if (how === 'fewer' && entry.kind === 'agency') return [{ ...entry, trusted: entry.trusted.slice(1) }]
      if (how === 'fewer' && entry.kind === 'federated') return [{ ...entry, when: [[{ type: 'Other' }]] }]
      return [entry]
    }),
  }
}

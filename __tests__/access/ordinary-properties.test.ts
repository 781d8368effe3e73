/** What a way out takes beside, on random companies: the second model is asked before and after it is made. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { idOf, systemRoleId } from '../../simulator/iam/account.ts'
import { type PrincipalRef, principalKey } from '../../src/account/principal.ts'
import type { Cut, OrdinaryLoss } from '../../src/audit/revocation.ts'
import type { Permission } from '../../src/policy/types.ts'
import { drifted } from '../audit/ordinary-words.ts'
import { baselineOf, permission } from '../audit/stage.ts'
import { settings } from '../property-settings.ts'
import { build, type Company, company, type Holder } from './company.ts'
import { type HeldActions, matches, SlowCompany, universe, type Who } from './slow-holders.ts'

const audited: Permission = permission('iam', ['iam:*:*', 'sts:*:*'], {
  except: ['iam:agencies:createAgency'],
})
const ordinary = universe.filter(
  (action) => !/^(iam|sts):/.test(action) || action === 'iam:agencies:createAgency',
)

/** The company after one change; null for a trust policy, whose statements are for a person to rewrite. */
function cutFrom(plan: Company | null, { kind, from, what, link, scope }: Cut): Company | null {
  if (plan === null) return null
  const isFrom = (holder: Holder): boolean =>
    JSON.stringify(holder) === JSON.stringify({ [from.kind]: from.name })
  switch (kind) {
    case 'detach':
      return {
        ...plan,
        attachments: plan.attachments.filter(([at, holder]) => `p${at}` !== what || !isFrom(holder)),
      }
    case 'revoke-role': {
      const idOfRole = (role: number | string) =>
        typeof role === 'number' ? idOf('role', `r${role}`) : systemRoleId(role)
      return {
        ...plan,
        grants: plan.grants.filter(
          ([role, holder, of]) =>
            link.kind !== 'role' || idOfRole(role) !== link.role_id || of !== scope || !isFrom(holder),
        ),
      }
    }
    case 'remove-from-group':
      return {
        ...plan,
        members: plan.members.filter(([group, user]) => group !== what || user !== from.name),
      }
    case 'remove-mapping':
      return { ...plan, mapped: plan.mapped.filter((group) => group !== what) }
    default:
      return null
  }
}

/** `lost` and `kept` where the model is sure of it; between two limits it does not judge. */
function fate(action: string, before: HeldActions, after: HeldActions): 'lost' | 'kept' | 'unsure' {
  const had = [...(before.get(action) ?? [])]
  const has = new Set(after.get(action))
  if (had.every((limit) => has.has('') || has.has(limit))) return 'kept'
  return has.size === 0 ? 'lost' : 'unsure'
}

function keyOf({ kind, name }: Who): string {
  const id = kind === 'federated' ? `corp/${idOf('group', name)}` : idOf(kind, name)
  return principalKey({ kind, id } satisfies PrincipalRef)
}

/** Where the audit and the model differ, in words. */
function differences(loss: OrdinaryLoss, before: SlowCompany, after: SlowCompany, told: string): string[] {
  return before.everybody.flatMap((who) => {
    const had = before.held(who)
    const has: HeldActions = after.everybody.some((one) => one.key === who.key) ? after.held(who) : new Map()
    const services = loss.losers.get(keyOf(who)) ?? []
    const isSaid = (action: string): boolean =>
      services.some((one) => matches(one, action.split(':')[0] as string))
    const missed = ordinary.filter((action) => fate(action, had, has) === 'lost' && !isSaid(action))
    const invented = services.filter(
      (service) =>
        !ordinary.some(
          (action) =>
            // All services are also those that nobody names.
            matches(service === '*' ? 'obs:*' : `${service}:*`, action) && fate(action, had, has) !== 'kept',
        ),
    )
    return [
      ...missed.map((action) => `${told}: ${who.key} loses ${action}, and it is not said`),
      ...invented.map((service) => `${told}: ${who.key} loses nothing of ${service}`),
    ]
  })
}

test('whoever loses something by a way out is named with its service, and nobody else', () => {
  let ways = 0
  let losses = 0
  fc.assert(
    fc.property(company, (plan) => {
      const before = new SlowCompany(plan)
      const baseline = baselineOf([], {}, [audited])
      const wrong = drifted({ account: build(plan), permissions: [audited], baseline }).flatMap((row) =>
        row.revocations.flatMap(({ cuts, ordinary: loss }) => {
          const then = cuts.reduce<Company | null>(cutFrom, plan)
          if (then === null || loss === undefined) return []
          ways++
          if (loss.losers.size > 0) losses++
          const told = `${row.principal.name}: ${cuts.map((cut) => `${cut.kind} ${cut.what} of ${cut.from.name}`)}`
          return differences(loss, before, new SlowCompany(then), told)
        }),
      )
      expect(wrong.slice(0, 3)).toEqual([])
    }),
    { ...settings(60), endOnFailure: true },
  )
  // Else it would hold for want of anything to say.
  expect(ways).toBeGreaterThan(100)
  expect(losses).toBeGreaterThan(50)
})

/** The ways out of a drift: what to take away, with the operation of the cloud. */
import { type PrincipalRef, principalKey } from '../account/principal.ts'
import { seenLoss } from '../audit/losers.ts'
import type { Cause, Drift } from '../audit/model.ts'
import type { Cut, Removal, Revocation } from '../audit/revocation.ts'
import type { TrustedItem } from '../policy/language/trusted.ts'
import { alternativeWords, partyWords, principalWords } from './principal-words.ts'
import type { Touched } from './touched-words.ts'
import { listWords, type Name, roleScopeWords } from './words.ts'

/** One change as people call it: `detach CustomOps from group ops`. */
export function cutWords(cut: Cut, name: Name): string {
  const from = cut.from.kind === 'user' ? name(cut.from.name) : `${cut.from.kind} ${name(cut.from.name)}`
  switch (cut.kind) {
    case 'remove-from-group':
      return `remove ${from} from group ${name(cut.what)}`
    case 'detach':
      return `detach ${name(cut.what)} from ${from}`
    case 'revoke-role':
      return `revoke ${name(cut.what)} (${roleScopeWords(cut.scope ?? '', name)}) from ${from}`
    case 'remove-trusted':
      return `take ${trustedWords(cut.what, name)} out of the trust of ${from}`
    case 'remove-mapping':
      return `take ${ruleWords(cut, name)}group ${name(cut.what)} out of the mapping of identity provider ${name(cut.from.name)}`
    case 'restore-version':
      return `make ${name(cut.version_id ?? '')} of ${name(cut.what)} the default again`
  }
}

/** The same in a cell, beside who and what. */
export function cutCell(cut: Cut, name: Name): string {
  const from = cut.from.kind === 'user' ? 'the user' : `${cut.from.kind} ${name(cut.from.name)}`
  switch (cut.kind) {
    case 'remove-from-group':
      return `remove from group ${name(cut.what)}`
    case 'detach':
      return `detach from ${from}`
    case 'revoke-role':
      return `revoke from ${from}`
    case 'remove-trusted':
      return `take ${trustedWords(cut.what, name)} out of the trust`
    case 'remove-mapping':
      return `take ${ruleWords(cut, name)}group ${name(cut.what)} out of the mapping`
    case 'restore-version':
      return `restore ${name(cut.version_id ?? '')}`
  }
}

/** `the rule Groups = contractors of `, where other rules may go on giving the group. */
function ruleWords({ link }: Cut, name: Name): string {
  if (link.kind !== 'mapping' || link.only === undefined) return ''
  const rules = link.only.map((one) => alternativeWords(one, name) || 'without a test')
  return `the ${rules.length === 1 ? 'rule' : 'rules'} ${listWords(rules, 3)} of `
}

/** A trusted party from its canonical JSON. */
function trustedWords(json: string, name: Name): string {
  try {
    return partyWords(JSON.parse(json) as TrustedItem, name)
  } catch {
    return name(json)
  }
}

/** `RemoveUserFromGroupV5 group_id=g user_id=u`; of a text that is written anew, what it leaves out on a line of its own. */
export function operationLines({ operation: { api, parameters, removes } }: Cut): string[] {
  const words = [api, ...Object.entries(parameters).map(([key, value]) => `${key}=${value}`)].join(' ')
  return removes === undefined ? [words] : [words, `# the new text without ${removalWords(removes)}`]
}

/** As the text has it: who vouches for a provider is written elsewhere. */
function removalWords(removes: Removal): string {
  if ('when' in removes) return JSON.stringify(removes.when)
  if (!('provider' in removes.trusted)) return JSON.stringify(removes.trusted)
  const { issuer: _, keys: __, ...written } = removes.trusted
  return JSON.stringify(written)
}

function operationKey({ operation }: Cut): string {
  return JSON.stringify(operation)
}

/** A set of cuts that works for everybody of a cause. */
export interface SharedRevocation extends Touched {
  /** Of each distinct change, those of everybody: leaving a group is one operation for each of them. */
  readonly steps: readonly (readonly Cut[])[]
}

/**
 * Ways that take all of some drift away, the best first: for a new version the older one made default again, then
 * what touches fewest others, then what takes nothing ordinary from anybody else, then the fewest operations.
 *
 * @param principals of the cause: whom a shared change is to take it from are no others
 */
export function sharedRevocations(
  drift: readonly Drift[],
  kind: Cause['kind'],
  principals: readonly PrincipalRef[],
): readonly SharedRevocation[] {
  const [first, ...rest] = drift
  if (first === undefined) return []
  const shared = first.revocations.flatMap((one): SharedRevocation[] => {
    const key = revocationKey(one)
    const same = rest.map((row) => row.revocations.find((other) => revocationKey(other) === key))
    if (same.some((other) => other === undefined)) return []
    const all = [one, ...same.filter((other) => other !== undefined)]
    const steps = one.cuts.map((cut) => {
      const cuts = all.flatMap(({ cuts }) => cuts.filter((other) => cutKey(other) === cutKey(cut)))
      return [...new Map(cuts.map((other) => [operationKey(other), other])).values()]
    })
    const others = Math.max(...all.map((other) => other.others))
    const ordinary = seenLoss(all, new Set(principals.map(principalKey)))
    return [{ steps, others: Math.max(0, others - (principals.length - 1)), ordinary }]
  })
  const operations = ({ steps }: SharedRevocation): number => steps.flat().length
  const restores = ({ steps }: SharedRevocation): number =>
    Number(kind === 'version' && steps.flat().some((cut) => cut.kind === 'restore-version'))
  const breaks = ({ ordinary }: SharedRevocation): number => Number((ordinary?.others ?? 0) > 0)
  const rewrites = ({ steps }: SharedRevocation): number =>
    Number(kind !== 'trust' && steps.flat().some((cut) => cut.kind === 'remove-trusted'))
  const own = ({ ordinary }: SharedRevocation): number => ordinary?.own.length ?? 0
  return shared.sort(
    (one, other) =>
      restores(other) - restores(one) ||
      one.others - other.others ||
      breaks(one) - breaks(other) ||
      operations(one) - operations(other) ||
      rewrites(one) - rewrites(other) ||
      own(one) - own(other),
  )
}

/** Drift of one cause that is taken away by the same changes, the most of it first. */
export function revocationGroups(drift: readonly Drift[]): readonly (readonly Drift[])[] {
  const groups = Map.groupBy(drift, (row) => JSON.stringify(row.revocations.map(revocationKey).sort()))
  return [...groups.values()].sort((one, other) => other.length - one.length)
}

/** Whoever leaves a group leaves the same group. Every other change is one operation for all. */
function cutKey(cut: Cut): string {
  return cut.kind === 'remove-from-group'
    ? `leave ${cut.operation.parameters.group_id ?? cut.what}`
    : operationKey(cut)
}

function revocationKey({ cuts }: Revocation): string {
  return JSON.stringify(cuts.map(cutKey).sort())
}

/** `remove alice from group ops, and detach X from bob`. */
export function revocationWords({ steps }: SharedRevocation, name: Name): string {
  const words = steps.map((cuts) => {
    const [cut] = cuts
    if (cut === undefined) return ''
    return cuts.length > 1 && cut.kind === 'remove-from-group'
      ? `remove each of the ${cuts.length} users from group ${name(cut.what)}`
      : cutWords(cut, name)
  })
  return listWords(words, 20)
}

/** In a cell: `remove from group ops`. */
export function revocationCell({ steps }: SharedRevocation, name: Name): string {
  return listWords(
    steps.flatMap(([cut]) => (cut === undefined ? [] : [cutCell(cut, name)])),
    3,
  )
}

/** The principals of some rows, in a sentence. */
export function whoWords(drift: readonly Drift[], name: Name, limit: number): string {
  const once = new Map(drift.map((row) => [`${row.principal.kind} ${row.principal.id}`, row.principal]))
  return listWords(
    [...once.values()].map((principal) => principalWords(principal, name)),
    limit,
  )
}

/** Texts written anew by somebody who does what a way out says: a trust policy without a party, rules without a group. */
import type { Alternative, NamedAlternative } from '../../src/account/alternatives.ts'
import { type Group, readMapping } from '../../src/account/mapping-rules.ts'
import type { TrustedItem } from '../../src/policy/language/trusted.ts'

interface TrustStatement {
  readonly Effect: string
  readonly Principal?: string | Readonly<Record<string, readonly string[]>>
  readonly Condition?: unknown
}

/** Of a text that cannot be understood nothing stays. */
export function trustWithout(text: string, { condition, ...party }: TrustedItem): string {
  if ('document' in party) return '{"Version":"5.0","Statement":[]}'
  const trust = JSON.parse(text) as { readonly Statement: readonly TrustStatement[] }
  const Statement = trust.Statement.flatMap((one): TrustStatement[] => {
    if (one.Effect !== 'Allow' || JSON.stringify(one.Condition) !== JSON.stringify(condition)) return [one]
    if (typeof one.Principal !== 'object') return 'everybody' in party ? [] : [one]
    const left = Object.entries(one.Principal)
      .map(([key, values]) => [key, values.filter((value) => !isSpelled(value, party))] as const)
      .filter(([, values]) => values.length > 0)
    return left.length === 0 ? [] : [{ ...one, Principal: Object.fromEntries(left) }]
  })
  return JSON.stringify({ ...trust, Statement })
}

function isSpelled(value: string, party: Readonly<Record<string, unknown>>): boolean {
  const { account } = party
  if (account !== undefined)
    return [account, `iam::${account}:root`, `iam::${account}:*`, `iam::${account}:user:*`].includes(value)
  if ('everybody' in party) return value === '*'
  return value === (party.user ?? party.agency ?? party.provider ?? party.service)
}

interface Rule {
  readonly local: readonly Readonly<Record<string, unknown>>[]
}

/** Rules that no longer give the group by any of the alternatives; `*` is every group that the provider names. */
export function rulesWithout(
  rules: unknown,
  { group, when }: { readonly group: string; readonly when: readonly (Alternative | NamedAlternative)[] },
  groups: readonly Group[],
): unknown {
  const unwanted = new Set(when.map((one) => JSON.stringify(one)))
  return (rules as readonly Rule[]).map((rule) => {
    const read = readMapping([rule], groups)
    const id = groups.find((one) => one.group_name === group)?.group_id
    const by = group === '*' ? (read.byProvider?.alternatives ?? []) : (read.byGroup.get(id ?? '') ?? [])
    if (!by.some((one) => unwanted.has(JSON.stringify(one)))) return rule
    const local = rule.local.filter((one) => {
      const text = JSON.stringify(one.group ?? one.groups ?? null)
      return text === 'null' || !(group === '*' ? text.includes('{') : text.includes(`"${group}"`))
    })
    return { ...rule, local }
  })
}

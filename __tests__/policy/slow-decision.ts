/**
 * One action on one resource a second time, slow and obvious: every statement as sentences of the contract, resources
 * as regular expressions. It shares no code with the product but the type of a statement.
 */
import { type ModelStatement, matches } from './slow-model.ts'

/** What is known of the principal, by key in lower case. */
export type Known = Readonly<Record<string, string>>

export interface ResourceStatement extends Omit<ModelStatement, 'Resource'> {
  readonly Resource?: readonly string[]
  readonly NotResource?: readonly string[]
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

/** `unknown`: what a variable without a value matches. */
function resourceMatches(
  pattern: string,
  urn: string,
  known: Known,
  unknown: 'anything' | 'nothing',
): boolean {
  const source = pattern.split(/(\$\{[^}]*\})/).map((part) => {
    const inside = /^\$\{([^}]*)\}$/.exec(part)?.[1]?.trim()
    if (inside === undefined)
      return [...part].map((one) => (one === '*' ? '.*' : one === '?' ? '.' : escaped(one))).join('')
    if (inside === '*' || inside === '?' || inside === '$') return escaped(inside)
    const value = known[(inside.split(',')[0] as string).trim().toLowerCase()]
    if (value !== undefined) return escaped(value)
    return unknown === 'anything' ? '.*' : '(?!)'
  })
  return new RegExp(`^${source.join('')}$`, 's').test(urn)
}

function coversResource(statement: ResourceStatement, urn: string, known: Known, in_doubt: boolean): boolean {
  const { Resource, NotResource } = statement
  if (Resource !== undefined)
    return Resource.some((one) => resourceMatches(one, urn, known, in_doubt ? 'anything' : 'nothing'))
  if (NotResource !== undefined)
    return !NotResource.some((one) => resourceMatches(one, urn, known, in_doubt ? 'nothing' : 'anything'))
  return true
}

function coversAction(statement: ResourceStatement, action: string): boolean {
  const allows = statement.Effect === 'Allow'
  if (statement.Action !== undefined)
    return statement.Action.some((one) => matches(one, action, allows ? 'grants' : 'takes-away'))
  return !(statement.NotAction ?? []).some((one) => matches(one, action, allows ? 'takes-away' : 'grants'))
}

function isFalse(statement: ResourceStatement, known: Known): boolean {
  return Object.entries(statement.Condition ?? {}).some(
    ([operator, keys]) =>
      operator === 'StringEquals' &&
      Object.entries(keys).some(
        ([key, value]) => key.toLowerCase() === 'g:username' && value !== known['g:username'],
      ),
  )
}

export function slowDecision(
  statements: readonly ResourceStatement[],
  action: string,
  urn: string,
  known: Known,
): 'allowed' | 'denied' | 'conditional' | 'not-allowed' {
  const reaching = statements.filter((one) => coversAction(one, action))
  const denied = reaching.some(
    (one) => one.Effect === 'Deny' && one.Condition === undefined && coversResource(one, urn, known, false),
  )
  if (denied) return 'denied'
  const allows = reaching.filter(
    (one) => one.Effect === 'Allow' && coversResource(one, urn, known, true) && !isFalse(one, known),
  )
  if (allows.length === 0) return 'not-allowed'
  return allows.some((one) => Object.keys(one.Condition ?? {}).length === 0) ? 'allowed' : 'conditional'
}

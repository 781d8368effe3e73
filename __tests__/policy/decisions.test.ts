/** Cases as data: one action, some policies, what the user holds. Every case asks both the evaluator and the explanation. */
import { describe, expect, test } from '@jest/globals'
import { explainAction, parseDocument } from '../../src/policy/index.ts'
import type { Permission } from '../../src/policy/types.ts'
import decisions from './cases/decisions.json' with { type: 'json' }
import official from './cases/official.json' with { type: 'json' }
import { createEvaluator, type HeldByOne, identityOf } from './one-source.ts'

interface Decision {
  readonly name: string
  readonly policies: readonly (readonly object[])[]
  readonly action: string
  readonly expect: 'held' | 'denied' | 'not-held'
  readonly restricted?: boolean
  readonly conditionalDenies?: number
}

const alice = { user_id: 'id-alice', user_name: 'alice', urn: 'iam::1234:user:alice' }

function audited(action: string): Permission {
  return { name: 'p', severity: 'high', holds: 'any', actions: [action], except: [] }
}

function ask(
  documents: readonly object[],
  permission: Permission,
): { held: HeldByOne; explained: ReturnType<typeof explainAction> } {
  const parsed = new Map(
    documents.map((document, at) => [`policy${at}`, parseDocument(JSON.stringify(document))]),
  )
  const policies = [...parsed.keys()]
  const held = createEvaluator({ documents: parsed, permissions: [permission] }).held(policies, alice, 'p')
  if ('undetermined' in held) throw new Error(held.undetermined)
  const action = permission.actions[0] as string
  return {
    held,
    explained: explainAction({ documents: parsed, policies, identity: identityOf(alice), action }),
  }
}

describe('decisions', () => {
  test.each(decisions as readonly Decision[])('$name', (row) => {
    const documents = row.policies.map((Statement) => ({ Version: '5.0', Statement }))
    const { held, explained } = ask(documents, audited(row.action))
    expect(explained.answer).toBe(row.expect)
    expect(held.extent).toBe(row.expect === 'held' ? 'all' : 'none')
    if (row.restricted !== undefined) expect(held.restricted).toBe(row.restricted)
    if (row.conditionalDenies !== undefined) {
      expect(held.conditionalDenies).toHaveLength(row.conditionalDenies)
      expect(explained.notSubtracted).toHaveLength(row.conditionalDenies)
    }
    if (row.expect === 'held') expect(held.matches.length).toBeGreaterThan(0)
  })
})

interface Official {
  readonly id: string
  readonly policies: readonly object[]
  readonly request: {
    readonly action?: string
    readonly permission?: string
    readonly permissionPattern?: string
  }
  readonly expect: string
}

const answers: Readonly<Record<string, string>> = {
  allow: 'held',
  held_restricted: 'held',
  implicit_deny: 'not-held',
  explicit_deny: 'denied',
}

describe('cases from the documentation', () => {
  test.each(official as unknown as readonly Official[])('$id', ({ policies, request, expect: expected }) => {
    if (expected.startsWith('invalid')) {
      expect(parseDocument(JSON.stringify(policies[0])).ok).toBe(false)
      return
    }
    const { held, explained } = ask(
      policies,
      audited(request.action ?? request.permission ?? (request.permissionPattern as string)),
    )
    if (expected === 'partial') {
      expect(held.extent).toBe('part')
      return
    }
    // The audit's user is another one than the one the documentation names in its condition.
    const namesAnother = JSON.stringify(policies).includes('g:PrincipalUrn')
    expect(explained.answer).toBe(namesAnother ? 'not-held' : answers[expected])
    if (expected === 'held_restricted') expect(held.restricted).toBe(true)
  })
})

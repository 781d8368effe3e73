/** Times the hostile patterns of the tests: `node bench/hostile.ts`. Each is answered in milliseconds, or undetermined. */
import { hostilePairs, hostilePolicies, hostileSets } from '../__tests__/policy/cases/hostile.ts'
import { actionSetDifference, createEvaluator, parseDocument, userIdentity } from '../src/policy/index.ts'

const identity = userIdentity({ user_id: 'u', user_name: 'u', urn: 'iam::1:user:u' }, { account: '1' })
const permission = {
  name: 'p',
  severity: 'high',
  holds: 'any',
  actions: ['iam:*:*'],
  except: ['iam:*:get*'],
} as const

function compareSets(actions: readonly string[], other: readonly string[]): object {
  return actionSetDifference({ actions }, { actions: other })
}

function audit(actions: readonly string[], effect: string): object {
  const document = (Effect: string, Action: readonly string[]) =>
    parseDocument(JSON.stringify({ Version: '5.0', Statement: [{ Effect, Action }] }))
  const documents = new Map([
    ['bad', document(effect, actions)],
    ['good', document('Allow', ['iam:users:*'])],
  ])
  return createEvaluator({ documents, permissions: [permission] }).held(
    [{ policies: ['bad', 'good'], identity }],
    'p',
  )
}

function print(name: string, question: () => object): void {
  const began = performance.now()
  const answer = question()
  const milliseconds = (performance.now() - began).toFixed(1)
  const outcome = 'undetermined' in answer ? 'undetermined' : 'answered'
  console.log(`${milliseconds.padStart(9)}  ${outcome.padEnd(12)}  ${name}`)
}

console.log(`${'ms'.padStart(9)}  ${'outcome'.padEnd(12)}  hostile pattern`)
for (const [name, actions, other] of hostileSets) print(name, () => compareSets(actions, other))
for (const [name, actions, effect] of hostilePolicies) print(name, () => audit(actions, effect))
for (const [name, allowed, denied] of hostilePairs)
  print(`allowed and denied: ${name}`, () => {
    const Statement = [
      { Effect: 'Allow', Action: allowed },
      { Effect: 'Deny', Action: denied },
    ]
    const documents = new Map([['bad', parseDocument(JSON.stringify({ Version: '5.0', Statement }))]])
    return createEvaluator({ documents, permissions: [permission] }).held(
      [{ policies: ['bad'], identity }],
      'p',
    )
  })

/** Times the hostile patterns of the tests: `node bench/hostile.ts`. Each is answered in milliseconds, or undetermined. */
import { exhausting, hostilePairs, hostilePolicies, hostileSets } from '../__tests__/policy/cases/hostile.ts'
import { readSamlMetadata } from '../src/cloud/iam/saml-metadata.ts'
import {
  actionSetDifference,
  createEvaluator,
  parseDocument,
  presetPermission,
  userIdentity,
} from '../src/policy/index.ts'

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

/** Metadata of identity providers is cut at half a megabyte. */
const metadata: readonly [string, string][] = [
  ['tags that do not end', '<a '.repeat(150_000)],
  ['a tag of 80,000 attributes', `<a ${'x="" '.repeat(80_000)}`],
  ['a depth of 80,000', '<a>'.repeat(80_000)],
]
for (const [name, text] of metadata)
  print(`metadata: ${name}`, () => readSamlMetadata(text) ?? { undetermined: 'refused' })

/** Policies made to exhaust, as many as an account may have attached, each to somebody. */
const ATTACHED = 700
const presets = ['iam-administration@1', 'privilege-escalation@1', 'full-administration@1'].flatMap(
  (id) => presetPermission(id) ?? [],
)

function exhaust(shapes: typeof exhausting, count: number): number {
  const documents = new Map(
    Array.from({ length: count }, (_, at) => {
      const Statement = shapes[at % shapes.length]?.[1](at)
      return [`p${at}`, parseDocument(JSON.stringify({ Version: '5.0', Statement }))] as const
    }),
  )
  const evaluator = createEvaluator({ documents, permissions: presets, account: '1' })
  let gaps = 0
  for (const policy of documents.keys())
    for (const { name } of presets)
      if ('undetermined' in evaluator.held([{ policies: [policy], identity }], name)) gaps++
  return gaps
}

console.log(
  `\n${'ms each'.padStart(9)}  policies of 6 KB made to exhaust, audited for ${presets.length} presets`,
)
let worst: { readonly shape: (typeof exhausting)[number]; readonly each: number } | null = null
for (const shape of exhausting) {
  const began = performance.now()
  exhaust([shape], 5)
  const each = (performance.now() - began) / 5
  if (worst === null || each > worst.each) worst = { shape, each }
  console.log(`${each.toFixed(1).padStart(9)}  ${shape[0]}`)
}
for (const [name, shapes] of [
  ['of all shapes', exhausting],
  ...(worst === null ? [] : [[`of the worst (${worst.shape[0]})`, [worst.shape]] as const]),
] as const) {
  const began = performance.now()
  const gaps = exhaust(shapes, ATTACHED)
  const seconds = (performance.now() - began) / 1000
  console.log(`${seconds.toFixed(1).padStart(7)} s  ${ATTACHED} policies ${name}: ${gaps} gaps`)
}

/**
 * Runs every property of the policy core 10,000 times from a fresh seed: `npm run fuzz [-- RUNS [SEED]]`. Prints the
 * seed, so that a failure can be repeated.
 */
import fc from 'fast-check'
import { properties } from '../__tests__/policy/properties.ts'

const runs = Number(process.argv[2] ?? 10_000)
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31)
// Zero runs would find nothing, and say "ok".
if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed)) {
  console.error('Usage: npm run fuzz [-- RUNS [SEED]], both whole numbers, RUNS at least 1.')
  process.exit(2)
}
console.log(`${properties.length} properties, ${runs} runs each, seed ${seed}`)
let failed = 0
for (const { name, property } of properties) {
  const began = performance.now()
  const result = await fc.check(property, { numRuns: runs, seed })
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(`${result.failed ? 'FAILED' : 'ok    '} ${seconds.padStart(6)} s  ${name}`)
  if (result.failed) {
    failed++
    console.log(fc.defaultReportMessage(result))
  }
}
process.exitCode = failed === 0 ? 0 : 1

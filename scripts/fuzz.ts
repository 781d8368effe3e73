/**
 * Runs every property of the policy core 10,000 times from a fresh seed, and every other one twenty times as often as
 * the test suite does, which samples what takes long: `npm run fuzz [-- RUNS [SEED]]`. Prints the seed, so that a
 * failure can be repeated.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
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

// The others need the servers and fixtures of their suites.
const suites = readdirSync('__tests__', { recursive: true, encoding: 'utf8' })
  .map((name) => join('__tests__', name))
  .filter((path) => path.endsWith('.test.ts') && readFileSync(path, 'utf8').includes('property-settings.ts'))
  .filter((path) => path !== join('__tests__', 'policy', 'properties.test.ts'))
const jest = [
  ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'],
  ...['--testTimeout', String(24 * 3_600_000), ...suites],
]
const environment = { ...process.env, DEPTH: String(Math.max(2, runs / 500)), SEED: String(seed) }
const { status } = spawnSync(process.execPath, jest, { stdio: 'inherit', env: environment })
process.exitCode = failed === 0 && status === 0 ? 0 : 1

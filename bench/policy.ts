/**
 * Measures the way from a parsed snapshot to drift, the product's own `audit`, for 200, 2,000 and 5,000 users:
 * `node bench/policy.ts`. Each size is audited once, in a fresh process as in a job: nothing is warm and nothing is
 * remembered, and the sources are plain JavaScript as in the bundle, so that the stripping of types costs nothing. What
 * reading the input left behind is swept before the clock starts: it is no part of the audit. Memory is the peak of that
 * process beyond a bare one, its input included. Then the same with legacy roles and agencies beside.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { audit } from '../src/audit/audit.ts'
import { shippedCatalogue } from '../src/policy/index.ts'
import { comparePeer } from './iam-simulate.ts'
import { benchAccount, benchCatalogue } from './policy-account.ts'
import { auditInput, type Prepared, prepare } from './policy-snapshot.ts'
import { withAgencies, withHalfLegacy, withLegacyRoles } from './policy-sources.ts'

interface Measure {
  readonly holdings: number
  readonly drift: number
  readonly milliseconds: number
  readonly megabytes: number
}

const SIZES = [200, 2000, 5000]
const RUNS = 9

/** The account is in memory when the clock starts, its documents still text; it stops when the verdict is there. */
function measure(path: string): Measure {
  const prepared = JSON.parse(readFileSync(path, 'utf8')) as Prepared
  const input = auditInput(prepared)
  globalThis.gc?.()
  const began = performance.now()
  const verdict = audit(input)
  const milliseconds = performance.now() - began
  const kilobytes = process.resourceUsage().maxRSS
  if (verdict.drift.length === 0 || !verdict.complete)
    throw new Error('The account of the benchmark must have drift and no gap, or it measures nothing.')
  const { holdings, drift } = verdict
  return { holdings: holdings.length, drift: drift.length, milliseconds, megabytes: kilobytes / 1024 }
}

/** Megabytes that a process needs which does nothing. */
function bareMemory(): number {
  const script = 'process.resourceUsage().maxRSS'
  return Number(execFileSync(process.execPath, ['-p', script], { encoding: 'utf8' })) / 1024
}

const SOURCES = [
  ['identity policies', []],
  ['half are legacy', [withHalfLegacy]],
  ['and legacy roles', [withLegacyRoles]],
  ['and agencies', [withAgencies]],
  ['all of it', [withLegacyRoles, withAgencies]],
] as const

/**
 * The same users with more sources of power beside identity policies. The machine is busy now and then: runs take turns,
 * and how many times as long one took is told within a turn.
 */
function reportSources(folder: string, script: string): void {
  console.log(row(['users', 'sources', 'holdings', 'drift', 'ms', 'times', 'MB']))
  const catalogue = benchCatalogue(shippedCatalogue().actions)
  for (const users of SIZES.slice(1)) {
    const account = benchAccount(users, catalogue)
    const paths = SOURCES.map(([, sources], at) => {
      const path = join(folder, `sources-${users}-${at}.json`)
      writeFileSync(path, JSON.stringify(prepare(account, sources)))
      return path
    })
    const runs = Array.from({ length: RUNS }, () => paths.map((path) => measureApart(script, path)))
    const medians = SOURCES.map((_, at) => medianOf(runs.map((one) => one[at] as Measure)))
    for (const [at, { holdings, drift, milliseconds, megabytes }] of medians.entries())
      console.log(
        row([
          ...[users, SOURCES[at]?.[0] ?? '', holdings, drift, milliseconds.toFixed(0)],
          ...[timesTheFirst(runs, at).toFixed(2), megabytes.toFixed(0)],
        ]),
      )
  }
}

/** The median over all turns. */
function timesTheFirst(turns: readonly (readonly Measure[])[], at: number): number {
  const times = turns.map((turn) => (turn[at] as Measure).milliseconds / (turn[0] as Measure).milliseconds)
  return times.sort((one, other) => one - other)[times.length >> 1] as number
}

function measureApart(script: string, path: string): Measure {
  const args = ['--expose-gc', script, '--measure', path]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Measure
}

/** The median: the machine does other things as well. */
function medianOf(runs: readonly Measure[]): Measure {
  return [...runs].sort((one, other) => one.milliseconds - other.milliseconds)[RUNS >> 1] as Measure
}

/** This file as plain JavaScript. */
function compiled(): string {
  const folder = resolve('.cache/bench')
  rmSync(folder, { recursive: true, force: true })
  const options = [
    '--noEmit',
    'false',
    '--noCheck',
    '--outDir',
    folder,
    '--rootDir',
    '.',
    '-p',
    'tsconfig.json',
  ]
  execFileSync('node_modules/.bin/tsc', options, { stdio: 'inherit' })
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  return join(folder, 'bench/policy.js')
}

function row(cells: readonly (string | number)[]): string {
  return cells.map((cell) => String(cell).padStart(18)).join('')
}

/** Prints the table; the rate of the largest account. */
function report(folder: string, script: string): number {
  const catalogue = benchCatalogue(shippedCatalogue().actions)
  const bare = bareMemory()
  console.log(row(['users', 'actions', 'holdings', 'drift', 'ms', 'µs/user', 'decisions/s', 'MB over bare']))
  let rate = 0
  for (const users of SIZES) {
    const path = join(folder, `${users}.json`)
    writeFileSync(path, JSON.stringify(prepare(benchAccount(users, catalogue))))
    const middle = medianOf(Array.from({ length: RUNS }, () => measureApart(script, path)))
    const { holdings, drift, milliseconds, megabytes } = middle
    rate = (users * catalogue.length) / (milliseconds / 1000)
    console.log(
      row([
        ...[users, catalogue.length, holdings, drift, milliseconds.toFixed(0)],
        ...[((milliseconds * 1000) / users).toFixed(0), Math.round(rate), (megabytes - bare).toFixed(0)],
      ]),
    )
  }
  return rate
}

async function reportPeer(rate: number): Promise<void> {
  const both = await comparePeer()
  if (both === null) {
    console.log('@cloud-copilot/iam-simulate could not be installed; nothing stands beside.')
    return
  }
  const times = (one: number): string => `${Math.round(one / both.peer).toLocaleString('en')} times`
  console.log(
    `@cloud-copilot/iam-simulate: ${Math.round(both.peer)} decisions/s; on the same account, all decisions alike, ${Math.round(both.own)} here over all its users (${times(both.own)}); in the largest account above ${times(rate)}.`,
  )
}

const [option, path] = process.argv.slice(2)
if (option === '--measure' && path !== undefined) console.log(JSON.stringify(measure(path)))
else {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  try {
    const script = compiled()
    const rate = report(folder, script)
    reportSources(folder, script)
    await reportPeer(rate)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

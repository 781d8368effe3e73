/**
 * Measures the way from a parsed snapshot to drift for 200, 2,000 and 5,000 users: `node bench/policy.ts`. Each size
 * runs in a process of its own; memory is what that process needed beyond a bare one.
 */
import { execFileSync } from 'node:child_process'
import {
  createEvaluator,
  namedActions,
  parseDocument,
  presetPermission,
  shippedCatalogue,
  subtractGrants,
} from '../src/policy/index.ts'
import type { Grant, Permission } from '../src/policy/types.ts'
import { type BenchAccount, benchAccount, benchCatalogue } from './policy-account.ts'

interface Measure {
  readonly users: number
  readonly decisions: number
  readonly holders: number
  readonly milliseconds: number
  readonly megabytes: number
}

function audited(account: BenchAccount): readonly Permission[] {
  const iam = presetPermission('iam-administration@1')
  if (iam === null) throw new Error('The preset iam-administration@1 is missing.')
  const actions = account.audited.filter((service) => service !== 'iam').map((service) => `${service}:*:*`)
  return [iam, { name: 'platform', severity: 'high', holds: 'any', actions, except: [] }]
}

/** Documents are parsed and the account is in memory when the clock starts; it stops when all drift is known. */
function measure(users: number): Measure {
  const account = benchAccount(users, benchCatalogue(shippedCatalogue().actions))
  const catalogue = { source: 'live', actions: account.catalogue } as const
  const permissions = audited(account)
  const documents = new Map([...account.documents].map(([id, text]) => [id, parseDocument(text)]))
  const began = performance.now()
  const evaluator = createEvaluator({ documents, permissions })
  let holders = 0
  let drift = 0
  const approvals = new Map<readonly Grant[], readonly { readonly grants: readonly Grant[] }[]>()
  for (const user of account.users) {
    const policies = [...user.direct, ...user.groups.flatMap((group) => account.groups.get(group) ?? [])]
    const identity = { user_id: user.user_id, user_name: user.user_id, urn: `iam::1:user:${user.user_id}` }
    for (const permission of permissions) {
      const held = evaluator.held(policies, identity, permission.name)
      if ('undetermined' in held || held.extent === 'none') continue
      holders++
      namedActions(held.grants, catalogue)
      // All but one holder in fifty have a baseline entry that approves what they hold.
      const approved = approvals.get(held.grants) ?? (holders % 50 === 0 ? [] : [{ grants: held.grants }])
      approvals.set(held.grants, approved)
      const gained = subtractGrants(held.grants, approved)
      if ('undetermined' in gained || gained.grants.length > 0) drift++
    }
  }
  const milliseconds = performance.now() - began
  if (drift === 0) throw new Error('The account of the benchmark has no drift: it measures nothing.')
  return {
    users,
    decisions: users * account.catalogue.length,
    holders,
    milliseconds,
    megabytes: (process.resourceUsage().maxRSS - bareMemory()) / 1024,
  }
}

/** Kilobytes that a process needs which does nothing. */
function bareMemory(): number {
  return Number(
    execFileSync(process.execPath, ['-p', 'process.resourceUsage().maxRSS'], { encoding: 'utf8' }),
  )
}

function row(cells: readonly (string | number)[]): string {
  return cells.map((cell) => String(cell).padStart(16)).join('')
}

const only = process.argv[2]
if (only !== undefined && /^[0-9]+$/.test(only)) console.log(JSON.stringify(measure(Number(only))))
else {
  console.log(row(['users', 'decisions', 'holdings', 'ms', 'decisions/s', 'µs/user', 'MB over bare']))
  const results = [200, 2000, 5000].map((users) => {
    const text = execFileSync(process.execPath, [import.meta.filename, String(users)], { encoding: 'utf8' })
    return JSON.parse(text) as Measure
  })
  for (const { users, decisions, holders, milliseconds, megabytes } of results)
    console.log(
      row([
        users,
        decisions,
        holders,
        milliseconds.toFixed(0),
        Math.round(decisions / (milliseconds / 1000)),
        ((milliseconds * 1000) / users).toFixed(0),
        megabytes.toFixed(0),
      ]),
    )
}

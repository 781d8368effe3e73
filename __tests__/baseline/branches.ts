import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { presentPrincipals } from '../../src/access/findings.ts'
import type { Snapshot } from '../../src/account/snapshot.ts'
import { auditWithFindings } from '../../src/audit/audit.ts'
import { proposeBaseline, type UpdateKind } from '../../src/audit/propose.ts'
import type { Baseline } from '../../src/baseline/baseline.ts'
import { holderKey } from '../../src/baseline/entry.ts'
import { readBaseline } from '../../src/baseline/read-baseline.ts'
import { rewriteBaseline, writeBaseline } from '../../src/baseline/write-baseline.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { type Approved, subtractGrants } from '../../src/policy/index.ts'
import { noOthers, onlyIdentityPolicies } from '../snapshot/only-identity-policies.ts'

// Branches that each bring one baseline up to date, merged by git as it merges them for everybody.

export const account = 'acc'

/** What one user's own policy says at some time; null: nothing. */
export interface Holder {
  readonly action: readonly string[]
  readonly except?: readonly string[]
  readonly resource?: readonly string[]
  readonly enabled?: boolean
}

export interface State {
  /** By number of the user. */
  readonly holders: readonly (Holder | null)[]
  readonly definition: { readonly actions: readonly string[]; readonly except: readonly string[] }
}

export interface Update {
  readonly state: State
  readonly today: string
  readonly kinds: readonly UpdateKind[]
  readonly only: readonly number[]
  readonly fields: { readonly justification: string; readonly owner: string; readonly expires: string }
}

const at = '2026-01-01T00:00:00Z'
const idOf = (user: number): string => `id${String(user).padStart(3, '0')}`

function snapshotOf({ holders }: State): Snapshot {
  const held = holders.flatMap((holder, user) => (holder === null ? [] : [{ holder, user }]))
  const seen = { seen: holders.length, expected: holders.length }
  return {
    ...onlyIdentityPolicies,
    ...{ version: 2, kind: 'iam-audit-snapshot', taken_at: at, account_id: account, auditor: null },
    users: holders.map((holder, user) => ({
      ...{ user_id: idOf(user), user_name: `user${user}`, urn: `iam::${account}:user:user${user}` },
      ...{ enabled: holder?.enabled ?? true, is_root_user: false, created_at: at },
    })),
    policies: held.map(({ holder, user }) => ({
      ...{ policy_id: `p${user}`, policy_name: `p${user}`, policy_type: 'custom', default_version_id: 'v1' },
      ...{ attachment_count: 1, updated_at: null },
      version: { version_id: 'v1', created_at: at, document: documentOf(holder) },
    })),
    attachments: held.map(({ user }) => ({
      ...{ policy_id: `p${user}`, principal_type: 'user', principal_id: idOf(user), attached_at: at },
    })),
    ...{ groups: [], memberships: [], gaps: [], notices: [], catalogue: null },
    coverage: (['legacy-roles', 'agencies', 'federation'] as const).map((source) => ({
      ...{ source, status: 'audited', count: 0 },
    })),
    population: { users: seen, groups: seen, policies: seen, ...noOthers },
    stats: { requests: 1, retries: 0, duration_ms: 1, method: 'policy-first', documents_cached: 0 },
  }
}

function documentOf({ action, except, resource }: Holder): string {
  const allow = { Effect: 'Allow', Action: action, ...(resource ? { Resource: resource } : {}) }
  const deny = { Effect: 'Deny', Action: except }
  return JSON.stringify({ Version: '5.0', Statement: except?.length ? [allow, deny] : [allow] })
}

/** The text that `update-baseline` writes; null: there was no baseline before. */
export function updated(before: string | null, update: Update): string {
  const config = readConfig(
    JSON.stringify({ version: 1, 'audited-permissions': [{ name: 'p', ...update.state.definition }] }),
    'config',
  )
  const baseline = before === null ? null : readBaseline(before, 'baseline')
  const snapshot = snapshotOf(update.state)
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
  const { verdict, found } = auditWithFindings({ snapshot, config, baseline, today: update.today, sha256 })
  const { baseline: next } = proposeBaseline({
    ...{
      verdict,
      principals: presentPrincipals(found),
      today: update.today,
      config,
      baseline: baseline?.baseline ?? null,
    },
    ...{ update: new Set(update.kinds), only: update.only.map(idOf), fields: update.fields },
  })
  if (baseline === null) return writeBaseline(next)
  return next === baseline.baseline ? baseline.text : rewriteBaseline(baseline, next)
}

/** What git makes of both branches; null: a conflict. */
export function merged(base: string, ours: string, theirs: string): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'merge-'))
  const files = Object.entries({ ours, base, theirs }).map(([name, text]) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  })
  const { status, stdout } = spawnSync('git', ['merge-file', '-p', '-q', ...files], { encoding: 'utf8' })
  rmSync(folder, { recursive: true })
  return status === 0 ? stdout : null
}

/** What a baseline approves for a user on a day, enabled or not. */
function approvedOn(baseline: Baseline, userId: string, day: string, enabled: boolean): Approved[] {
  return baseline.approvals
    .filter((entry) => holderKey(entry) === userId && (entry.expires === undefined || entry.expires >= day))
    .filter((entry) => !(entry.disabled && enabled))
    .map((entry) => ({
      grants: entry.grants,
      within: entry.within ?? baseline.audited_permissions[entry.permission],
    }))
}

/** What the result approves beyond the union of what both approve, in words; null: nothing. */
export function beyondBoth(result: Baseline, ours: Baseline, theirs: Baseline): string | null {
  const all = [result, ours, theirs].flatMap((one) => one.approvals)
  const days = [...new Set(all.map((entry) => entry.expires ?? '9999-12-31'))]
  for (const user of new Set(result.approvals.map(holderKey)))
    for (const day of days)
      for (const enabled of [true, false]) {
        const both = [...approvedOn(ours, user, day, enabled), ...approvedOn(theirs, user, day, enabled)]
        for (const { grants, within } of approvedOn(result, user, day, enabled)) {
          // a ∩ w − both, without a word for the intersection.
          const outside = subtractGrants(grants, [{ grants: [within ?? { actions: ['*'] }] }])
          if ('undetermined' in outside) throw new Error(outside.undetermined)
          const left = subtractGrants(grants, [...both, { grants: outside.grants }])
          if ('undetermined' in left) throw new Error(left.undetermined)
          if (left.grants.length > 0) return `${user} on ${day}, ${enabled}: ${JSON.stringify(left.grants)}`
        }
      }
  return null
}

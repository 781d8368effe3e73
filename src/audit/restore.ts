/**
 * Whether an older version of a policy, made the default again, removes the drift that a newer one brought: the audit
 * itself is asked, of the account as it would be then.
 */
import type { AttachmentLink } from '../account/link.ts'
import { principalKey } from '../account/principal.ts'
import type { OlderVersion, Snapshot } from '../account/snapshot.ts'
import { subtractGrants } from '../policy/index.ts'
import { type AuditInput, audit } from './audit.ts'
import type { Cause, Drift, Verdict } from './model.ts'
import type { Cut } from './revocation.ts'

/** Audits of the account as it might be, at most: each takes as long as the audit itself. */
const MOST_TRIED = 8

/** Ids of the policies whose older versions are worth knowing, those that explain most first. */
export function policiesToRestore({ causes }: Pick<Verdict, 'causes'>): readonly string[] {
  const changed = causes.flatMap((cause) => {
    const grant = newVersionOf(cause)
    return grant === null ? [] : [{ id: grant.policy_id, explains: cause.principals.length }]
  })
  changed.sort((one, other) => other.explains - one.explains)
  return [...new Set(changed.map(({ id }) => id))].slice(0, MOST_TRIED)
}

/**
 * The verdict with one more way out, before the others, for drift by a version of which the snapshot has an older one
 * that does not give it: nor to anybody anything else that was not approved.
 */
export function withRestores(verdict: Verdict, input: AuditInput): Verdict {
  const versions = Map.groupBy(input.snapshot.older_versions ?? [], (version) => version.policy_id)
  if (versions.size === 0) return verdict
  let tried = 0
  const found = new Map<Drift, { readonly cut: Cut; readonly others: number }>()
  for (const cause of verdict.causes) {
    const grant = newVersionOf(cause)
    if (grant === null) continue
    const rows = verdict.drift.filter((row) => row.cause === cause.key)
    for (const version of olderVersions(grant, versions.get(grant.policy_id) ?? [])) {
      if (tried++ >= MOST_TRIED) break
      const then = audit(withDefault(input, grant.policy_id, version))
      const solved = solvedRows(rows, verdict, then)
      if (solved.length === 0) continue
      const losers = whoLoses(verdict, then)
      for (const row of solved)
        found.set(row, {
          cut: restoreCut(grant, version.version_id),
          others: losers.size - Number(losers.has(principalKey(row.principal))),
        })
      break
    }
  }
  if (found.size === 0) return verdict
  return {
    ...verdict,
    drift: verdict.drift.map((row) => {
      const restore = found.get(row)
      if (restore === undefined) return row
      return {
        ...row,
        revocations: [{ cuts: [restore.cut], others: restore.others }, ...row.revocations],
      }
    }),
  }
}

function newVersionOf({ kind, subject }: Cause): AttachmentLink | null {
  return kind === 'version' && subject.grant?.kind === 'attachment' ? subject.grant : null
}

/** Newest first; one without a time is not known to be older. */
function olderVersions(
  { version_id, version_created_at: since }: AttachmentLink,
  versions: readonly OlderVersion[],
): readonly OlderVersion[] {
  const timeOf = ({ created_at }: OlderVersion): number => Date.parse(created_at ?? '')
  const before = Date.parse(since ?? '')
  return versions
    .filter((one) => one.version_id !== version_id && timeOf(one) < before)
    .sort((one, other) => timeOf(other) - timeOf(one))
}

/** Traces tell of the past and not of an account that might be. */
function withDefault(input: AuditInput, policyId: string, version: OlderVersion): AuditInput {
  const { traces: _, ...snapshot } = input.snapshot
  return {
    ...input,
    config: { ...input.config, traces: null },
    snapshot: { ...snapshot, policies: restored(snapshot, policyId, version) },
  }
}

/** Policies as they are when this older version is the default; as they stand where the snapshot does not have it. */
export function restoredPolicies(
  snapshot: Snapshot,
  policyId: string,
  versionId: string,
): Snapshot['policies'] {
  const version = snapshot.older_versions?.find(
    (one) => one.policy_id === policyId && one.version_id === versionId,
  )
  return version === undefined ? snapshot.policies : restored(snapshot, policyId, version)
}

function restored(
  { policies }: Pick<Snapshot, 'policies'>,
  policyId: string,
  { version_id, created_at, document }: OlderVersion,
): Snapshot['policies'] {
  return policies.map((policy) =>
    policy.policy_id === policyId
      ? { ...policy, default_version_id: version_id, version: { version_id, created_at, document } }
      : policy,
  )
}

/** Rows that are gone then; none where anybody holds more that is not approved, or anything else is undecided. */
function solvedRows(rows: readonly Drift[], now: Verdict, then: Verdict): readonly Drift[] {
  const undecided = new Set(now.gaps.map((gap) => JSON.stringify(gap)))
  if (then.gaps.some((gap) => !undecided.has(JSON.stringify(gap)))) return []
  const before = Map.groupBy(now.drift, keyOf)
  if (then.drift.some((row) => isWorse(row, before.get(keyOf(row)) ?? [], now.account.id))) return []
  const left = new Set(then.drift.map(keyOf))
  return rows.filter((row) => !left.has(keyOf(row)))
}

function keyOf({ principal, permission }: Pick<Drift, 'principal' | 'permission'>): string {
  return `${principalKey(principal)} ${permission}`
}

/** Whether somebody drifts by more than before; true where that cannot be told. */
function isWorse({ grants }: Drift, before: readonly Drift[], account: string): boolean {
  if (before.length === 0) return true
  if (before.some((row) => JSON.stringify(row.grants) === JSON.stringify(grants))) return false
  const beyond = subtractGrants(
    grants,
    before.map((row) => ({ grants: row.grants })),
    { account },
  )
  return 'undetermined' in beyond || beyond.grants.length > 0
}

/** Keys of those who hold less then, or nothing. */
function whoLoses(now: Verdict, then: Verdict): ReadonlySet<string> {
  const keyOf = (row: Verdict['holdings'][number]): string =>
    JSON.stringify([principalKey(row.principal), row.permission, row.grants])
  const kept = new Set(then.holdings.map(keyOf))
  return new Set(
    now.holdings.filter((row) => !kept.has(keyOf(row))).map((row) => principalKey(row.principal)),
  )
}

function restoreCut(link: AttachmentLink, version_id: string): Cut {
  return {
    ...{ kind: 'restore-version', link, from: link.to, what: link.policy, scope: null, version_id },
    operation: {
      api: 'SetDefaultPolicyVersionV5',
      parameters: { policy_id: link.policy_id, version_id },
    },
  }
}

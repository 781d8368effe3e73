/** What an account's ways out take beside, in short words: the whole of it, as the audit puts it together. */
import { principalKey } from '../../src/account/principal.ts'
import type { Snapshot } from '../../src/account/snapshot.ts'
import { auditWithFindings } from '../../src/audit/audit.ts'
import { seenLoss } from '../../src/audit/losers.ts'
import type { Drift } from '../../src/audit/model.ts'
import { withOrdinary } from '../../src/audit/ordinary.ts'
import { withRestores } from '../../src/audit/restore.ts'
import type { Cut, Revocation } from '../../src/audit/revocation.ts'
import { baselineOf, configOf, IAM, type Scene, sha256, snapshotOf, TODAY } from './stage.ts'

/** Everything but identity policies was read of everybody; of identity policies, those of the holders named. */
export function drifted(
  scene: Scene,
  snapshot: Snapshot = snapshotOf(scene.account, scene.snapshot),
): readonly Drift[] {
  const { permissions = [IAM], baseline = [] } = scene
  const approved = Array.isArray(baseline) ? baselineOf(baseline, {}, permissions) : baseline
  const input = {
    ...{ snapshot, config: configOf(permissions), today: TODAY, sha256 },
    baseline:
      approved === null ? null : { baseline: approved as ReturnType<typeof baselineOf>, text: '', lines: [] },
  }
  const { verdict, found } = auditWithFindings(input)
  return withOrdinary(withRestores(verdict, input), { found, snapshot, permissions }).drift
}

const cutWord = ({ kind, what, from, version_id }: Cut): string =>
  kind === 'remove-from-group'
    ? `leave ${what}`
    : kind === 'restore-version'
      ? `restore ${what} ${version_id}`
      : kind === 'remove-trusted'
        ? `let go of ${from.name}`
        : `take ${what} from ${from.name}`

/** `leave team: own ecs, obs; 2 others ecs; unread P`. */
export function takes(row: Drift, revocation: Revocation): string {
  const loss = seenLoss([revocation], new Set([principalKey(row.principal)]))
  if (loss === null) return 'unknown'
  const { others, services, own, unread, unlisted } = loss
  const parts = [
    ...(own.length > 0 ? [`own ${own.join(', ')}`] : []),
    ...(others > 0 ? [`${others} others ${services.join(', ')}`] : []),
    ...(unread.length > 0 ? [`unread ${unread.join(', ')}`] : []),
    ...(unlisted.length > 0
      ? [`unlisted ${unlisted.map((one) => `${one.kind} ${one.name}`).join(', ')}`]
      : []),
  ]
  return `${revocation.cuts.map(cutWord).sort().join(' and ')}: ${parts.join('; ') || 'nothing else'}`
}

/** All ways out of somebody's drift, in their order. */
export function waysOf(drift: readonly Drift[], name: string): readonly string[] {
  const row = drift.find((one) => one.principal.name === name)
  return row === undefined ? [] : row.revocations.map((one) => takes(row, one))
}

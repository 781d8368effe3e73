/** The baseline brought up to date with what is held now. */
import { realpath } from 'node:fs/promises'
import { presentPrincipals } from '../access/findings.ts'
import { comparePrincipals, type NamedPrincipal } from '../account/principal.ts'
import { severities } from '../audit/order.ts'
import { proposeBaseline } from '../audit/propose.ts'
import { readBaseline } from '../baseline/read-baseline.ts'
import { rewriteBaseline, writeBaseline } from '../baseline/write-baseline.ts'
import type { Config } from '../config/config.ts'
import { compareApprovals } from '../gate/compare-entries.ts'
import type { Severity } from '../policy/types.ts'
import type { UpdateResult } from '../render/update.ts'
import { compareText } from '../text/compare-text.ts'
import { UserError } from '../text/problem.ts'
import { type Audited, today } from './audit-account.ts'
import type { Inputs } from './inputs.ts'
import { writeAtomically } from './workspace.ts'

/**
 * Rewrites the file at `target` where there is something to change. The audit must be complete: half an account is
 * nobody's baseline.
 *
 * @throws UserError when nobody or several are meant by a name, or the file cannot be written
 */
export async function updateBaseline(
  inputs: Inputs,
  { verdict, found, approvals: { config, baseline } }: Audited,
  target: string,
): Promise<UpdateResult> {
  const { baseline: next, left_alone } = proposeBaseline({
    ...{ verdict, principals: presentPrincipals(found), config, baseline: baseline?.baseline ?? null },
    ...{ update: inputs.update, only: inputs.users, today: today() },
    fields: { justification: inputs.justification, owner: inputs.owner, expires: inputs.expires },
  })
  const text =
    baseline === null
      ? writeBaseline(next)
      : next === baseline.baseline
        ? baseline.text
        : rewriteBaseline(baseline, next)
  const updated = text !== baseline?.text
  // Read back before it is written: what the next run would refuse must not take the place of a good file.
  const changes = updated ? compareApprovals(baseline, readBaseline(text, inputs.baseline)) : []
  const order = worstFirst(config.permissions)
  if (updated) await writeAtomically(await realpath(target).catch(() => target), text)
  return {
    ...{ baselinePath: inputs.baseline, updated, entries: next.approvals.length },
    changes: [...changes].sort(order),
    left_alone: [...left_alone].sort(order),
  }
}

interface Named {
  readonly principal: NamedPrincipal
  readonly permission: string | null
}

/** By severity, then name: as people read everything else. What is audited no more, or no permission, comes last. */
function worstFirst(permissions: Config['permissions']): (one: Named, other: Named) => number {
  const known = new Map<string | null, Severity>(permissions.map(({ name, severity }) => [name, severity]))
  const rank = ({ permission }: Named): number =>
    severities.indexOf(known.get(permission) ?? 'low') + Number(!known.has(permission))
  return (one, other) =>
    rank(one) - rank(other) ||
    compareText(one.principal.name, other.principal.name) ||
    comparePrincipals(one.principal, other.principal) ||
    compareText(one.permission ?? '', other.permission ?? '')
}

/** A day that has passed would write approvals that are over as they are made. */
export function refusePastExpiry(expires: string, where: string): void {
  if (expires === '' || expires >= today()) return
  throw new UserError([
    {
      where,
      message: `found ${JSON.stringify(expires)}, which is past; allowed: today (UTC) or later.`,
    },
  ])
}

/** The baseline that would approve what is held now. */

import { presentPrincipals } from '../access/findings.ts'
import { proposeBaseline } from '../audit/propose.ts'
import { rewriteBaseline, writeBaseline } from '../baseline/write-baseline.ts'
import { type Audited, today } from './audit-account.ts'
import { updateDefaults } from './inputs.ts'

/** What `update-baseline` with its defaults would write; null when the audit is incomplete. */
export function proposedText({ verdict, found, approvals: { config, baseline } }: Audited): string | null {
  if (!verdict.complete) return null
  const { baseline: next } = proposeBaseline({
    ...{ verdict, principals: presentPrincipals(found), config, baseline: baseline?.baseline ?? null },
    ...{ update: new Set(updateDefaults), only: [], fields: { justification: '', owner: '', expires: '' } },
    today: today(),
  })
  return baseline === null ? writeBaseline(next) : rewriteBaseline(baseline, next)
}

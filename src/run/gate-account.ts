/** What the account says to a change of its approvals. */
import { realpath } from 'node:fs/promises'
import type { Config } from '../config/config.ts'
import { type AccountAudit, accountAudit } from '../gate/account-audit.ts'
import type { GateChange } from '../gate/change.ts'
import { hasCredentials, saveSnapshot } from './account.ts'
import type { AccountRun } from './account-run.ts'
import { auditAccount } from './audit-account.ts'
import { isInside } from './workspace.ts'

/**
 * Audits the account as it is with the head's baseline, when there are keys or a snapshot that the pull request cannot
 * have written. Null: there is no way to it, or nothing that an audit could be made with.
 */
export async function gatherAccount(
  run: AccountRun,
  workspace: string,
  change: GateChange,
): Promise<AccountAudit | null> {
  const { inputs, environment } = run
  const asked = auditedConfig(change)
  const { baseline } = change.head
  if (!change.touched || asked === null || baseline === null) return null
  if (change.failures.some(({ code }) => code === 'malformed' || code === 'other-account')) return null
  const isOpen =
    inputs.snapshot === '' ? hasCredentials(inputs, environment) : await isOutside(workspace, inputs.snapshot)
  if (!isOpen) return null
  const audited = await auditAccount(run, { ...asked, baseline })
  await saveSnapshot(inputs, audited.snapshot)
  return accountAudit(audited.verdict, audited.found)
}

/**
 * The config that the account is asked by. On `pull_request_target` it is that of the base: whoever forks the
 * repository could else ask for anything with its keys, and read the answer in the comment.
 */
function auditedConfig({
  input,
  base,
  head,
}: GateChange): { readonly config: Config; readonly configText: string } | null {
  const isOfBase = input.event === 'pull_request_target'
  const config = isOfBase ? base.config : head.config
  const configText = (isOfBase ? input.base : input.head).config
  return config === null || config === 'unreadable' || configText === null ? null : { config, configText }
}

async function isOutside(workspace: string, path: string): Promise<boolean> {
  const real = await realpath(path).catch(() => null)
  return real !== null && !isInside(await realpath(workspace), real)
}

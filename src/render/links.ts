/** Where a reader goes from here: the workflow that approves, the issue, the traces. All of it may be unknown. */
import { type NamedPrincipal, principalLabel } from '../account/principal.ts'
import type { Cause, Verdict } from '../audit/model.ts'
import { code, visible } from './escape.ts'
import { shellWord, textBlock } from './fold.ts'
import type { People } from './principal-words.ts'
import { dayOf } from './words.ts'

export interface Links {
  /** The workflow of the checkout with `mode: update-baseline`: name of its file, and its address on GitHub. */
  readonly updateWorkflow?: { readonly file: string; readonly url: string } | null
  readonly issue?: { readonly number: number; readonly url: string } | null
}

/** Where the entries are when there are too many to paste. */
export const APPROVE_MANY =
  'To approve many at once: the output `proposed-baseline` names the whole new file, and `mode: update-baseline` writes it.'

/** Days for which Cloud Trace Service keeps what was done. */
const TRACES_KEPT = 7

/** One line: what to do next, and where. */
export function linksLine(verdict: Pick<Verdict, 'drift' | 'taken_at'>, links: Links): string {
  const { updateWorkflow, issue } = links
  const approve = updateWorkflow
    ? `run [${code(updateWorkflow.file)}](${address(updateWorkflow.url)})`
    : 'put the entry into the baseline'
  const traces = traceWindow(verdict)
  return [
    `**Next:** revoke (operations under each finding), or approve in a reviewed pull request: ${approve}.`,
    ...(issue ? [`Issue: [#${issue.number}](${address(issue.url)}).`] : []),
    ...(traces === null ? [] : [`Who did it: Cloud Trace Service, service \`IAM\`, ${traces}.`]),
  ].join(' ')
}

/** An address of GitHub's own, which may still hold what ends a link in Markdown. */
function address(url: string): string {
  return url.replace(/[^A-Za-z0-9\-._~:/?#@!$&*+,;=%]/g, (character) => encodeURIComponent(character))
}

/** The days for which there is something to find; null where only time passed. */
function traceWindow({ drift, taken_at }: Pick<Verdict, 'drift' | 'taken_at'>): string | null {
  if (drift.every((row) => row.kind === 'approval-expired')) return null
  const from = new Date(Date.parse(taken_at) - TRACES_KEPT * 86_400_000).toISOString()
  return `${dayOf(from)} to ${dayOf(taken_at)} (it keeps ${TRACES_KEPT} days; on the international site in CN-Hong Kong, ap-southeast-1)`
}

const membershipTraces = ['addUserToGroupV5', 'addUserToGroup'] as const
const traces: Readonly<Record<Cause['kind'], readonly string[]>> = {
  attachment: ['attachGroupPolicyV5', 'attachUserPolicyV5', 'attachAgencyPolicyV5'],
  membership: membershipTraces,
  'builtin-group': membershipTraces,
  version: ['createPolicyVersionV5', 'setDefaultPolicyVersionV5'],
  'legacy-grant': ['updateGroupAssignsByRole', 'createAssignment', 'updateAgencyAssignsByRole', 'updateRole'],
  trust: ['updateTrustPolicyV5', 'createAgencyV5', 'updateAgency', 'createAgency'],
  mapping: ['createMapping', 'updateMapping', 'createProtocol'],
  provider: ['metadataConfiguration', 'createOIDCConfiguration', 'updateOIDCConfiguration'],
  rename: ['updateUserV5', 'updateUser'],
  enabled: ['updateUserV5', 'updateUser'],
  expiry: [],
}

/** Operations by which it may have been done, as traces name them. */
export function traceNames({ kind }: Pick<Cause, 'kind'>): readonly string[] {
  return traces[kind]
}

/** Principals that one command names; beyond it, all that is new is brought up to date. */
const COMMAND_UP_TO = 50

/** The command that proposes the approval of exactly these principals; empty without such a workflow. */
export function updateCommand(
  principals: readonly NamedPrincipal[],
  people: People,
  { updateWorkflow }: Links,
): string {
  if (!updateWorkflow) return ''
  const once = [...new Map(principals.map((one) => [principalLabel(one), one])).values()]
  if (once.length > COMMAND_UP_TO)
    return `There are too many to name in a command: run the workflow for all, or for some.`
  const users = once.map((one) => meantBy(one, people)).join(',')
  const field = `users=${users}`
  return textBlock(
    [
      `gh workflow run ${shellWord(visible(updateWorkflow.file))} -f ${shellWord(field)} -f justification='…'`,
    ],
    'sh',
  )
}

/** The name where it means one principal alone and is plain, else `kind:id`. */
function meantBy(principal: NamedPrincipal, people: People): string {
  const plain = /^[A-Za-z0-9_.@-]+$/.test(principal.name)
  return plain && !people.isNameOfSeveral(principal.name) ? principal.name : principalLabel(principal)
}

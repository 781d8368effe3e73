/** The IAM actions the audit uses: the session policy, the README's identity policy and `mode: check` take them from here. */
import type { Purpose } from './call.ts'
import { calls } from './calls.ts'

export interface NeededAction {
  readonly action: string
  readonly call: string
  readonly why: string
  readonly purpose: Purpose
  /** Without an optional one the audit says what it could not tell, and stays complete where that is right. */
  readonly optional: boolean
}

/** One for each action, told by the first call that takes it. */
export const neededActions: readonly NeededAction[] = [
  ...new Map(
    [...calls]
      .reverse()
      .flatMap(({ id, action, why, purpose, optional }) =>
        action === null ? [] : [[action, { action, call: id, why, purpose, optional }] as const],
      ),
  ).values(),
].reverse()

interface PolicyDocument {
  readonly Version: '5.0'
  readonly Statement: readonly { readonly Effect: 'Allow'; readonly Action: readonly string[] }[]
}

const allow = (actions: readonly string[]): PolicyDocument => ({
  Version: '5.0',
  Statement: [{ Effect: 'Allow', Action: actions }],
})

/** What the auditor's identity policy needs to allow, action by action. */
export function auditorPolicy(): PolicyDocument {
  return allow(neededActions.map((one) => one.action))
}

/** Reads of IAM whatever they are called, and those of traces. */
const reads = [
  ...['iam:*:get*', 'iam:*:list*', 'iam:*:show*', 'iam:*:check*', 'iam::get*', 'iam::list*'],
  'cts:trace:list',
] as const

/**
 * The same by wildcards. Nobody documents under which names identity policies know the reads of v3, and a policy that
 * names an action that does not exist may be refused as a whole.
 */
export function auditorWildcardPolicy(): PolicyDocument {
  return allow(reads)
}

/** What temporary keys are cut down to, whatever the agency may do: a session policy only narrows. */
export function sessionPolicy(): PolicyDocument {
  return auditorWildcardPolicy()
}

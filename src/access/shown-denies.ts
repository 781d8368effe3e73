/** Deny statements that touch what is held and take nothing away: they are limited, or bind another source. */
import type { AttachmentLink, RoleLink } from '../account/link.ts'
import type { Principal } from '../account/principal.ts'
import type { PolicyIds } from '../policy/index.ts'
import type { Grant, Held, Statement } from '../policy/types.ts'
import type { AskedAccount } from './paths.ts'
import type { TracedSource } from './principal-sources.ts'

/** A Deny beside what is held, and what it came with. */
export interface ShownDeny {
  readonly grant: AttachmentLink | RoleLink
  readonly statement: Statement
}

/** @param everything all of the permission */
export function shownDenies(
  principal: Principal,
  permission: string,
  everything: readonly Grant[],
  asked: AskedAccount,
): readonly ShownDeny[] {
  const { graph, sources, documents } = asked
  const all = graph.holdsAll(principal)
  const traced = all ? sources.own(principal) : sources.all(principal)
  const held = sources.ask(traced, permission)
  const limited = held === null ? [] : limitedDenies(held, traced.list, documents)
  const grants = all ? everything : held?.grants
  const isAlone = traced.list.length < 2 && !all
  if (isAlone || grants === undefined) return limited
  const unheeded = unheededDenies(principal, grants, everything, asked)
  return unheeded.length === 0 ? limited : [...limited, ...unheeded]
}

function limitedDenies(
  { sources }: Held,
  traced: readonly TracedSource[],
  { parsed }: AskedAccount['documents'],
): readonly ShownDeny[] {
  const shown: ShownDeny[] = []
  for (let at = 0; at < sources.length; at++)
    for (const ref of sources[at]?.conditionalDenies ?? []) {
      const grant = traced[at]?.routes.of(ref.policy)[0]?.grant
      const document = parsed.get(ref.policy)
      const statement =
        document?.ok === true ? document.statements.find((one) => one.number === ref.statement) : undefined
      if (grant !== undefined && statement !== undefined) shown.push({ grant, statement })
    }
  return shown
}

/** Unconditional Deny statements of a principal's own that deny what it holds all the same. */
function unheededDenies(
  principal: Principal,
  grants: readonly Grant[],
  everything: readonly Grant[],
  { sources, documents, memory }: AskedAccount,
): readonly ShownDeny[] {
  const shown: ShownDeny[] = []
  for (const { source, routes } of sources.own(principal).list)
    for (let at = 0; at < source.policies.length; at++) {
      // Nearly every Deny speaks of nothing that is audited.
      const denying = memory.denying(source.policies[at] as PolicyIds, everything, documents)
      if (denying.length === 0) continue
      for (const { document, statement } of denying) {
        if (!memory.denies(statement, grants)) continue
        const grant = routes.of(document)[0]?.grant
        if (grant !== undefined) shown.push({ grant, statement })
      }
    }
  return shown
}

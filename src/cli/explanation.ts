/** What beside grants decides about one action of somebody: Deny statements, and Allow statements for somebody else. */

import { readDocuments } from '../access/documents.ts'
import type { Findings } from '../access/findings.ts'
import type { Principal } from '../account/principal.ts'
import { type ExplainedStatement, explainAction } from '../policy/index.ts'
import { visible } from '../render/escape.ts'
import { linkWords } from '../render/path-words.ts'
import { listWords, restrictionWords } from '../render/words.ts'
import type { ToldStatement } from './answer-json.ts'

export interface ToldAction {
  /** Whether something grants it to them, of which a Deny leaves nothing. */
  readonly isTakenAway: boolean
  readonly deniedBy: readonly ToldStatement[]
  readonly ruledOut: readonly ToldStatement[]
}

/** By what was given to a principal itself, directly and by groups. */
export function explanationOf(
  { snapshot, access }: Findings,
  principal: Principal,
  action: string,
): ToldAction {
  const ways = new Map<string, string[]>()
  for (const { through, attachments, roles } of access.bundles(principal))
    for (const link of [...attachments, ...roles]) {
      const document = link.kind === 'role' ? link.document : link.policy_id
      const way = [through, link].flatMap((one) => (one === null ? [] : linkWords(one, visible)))
      ways.set(document, [...(ways.get(document) ?? []), way.join(' → ')])
    }
  const explanation = explainAction({
    documents: readDocuments(snapshot).parsed,
    policies: [...ways.keys()],
    identity: principal,
    action,
  })
  const told = (rows: readonly ExplainedStatement[]): ToldStatement[] =>
    rows.map((row) => toldStatement(row, ways.get(row.policy) ?? []))
  return {
    isTakenAway: explanation.grantedBy.length > 0 && explanation.deniedBy.length > 0,
    deniedBy: told(explanation.deniedBy),
    ruledOut: told(explanation.ruledOut),
  }
}

function toldStatement(row: ExplainedStatement, ways: readonly string[]): ToldStatement {
  const { statement, pattern, resource, notResource, condition } = row
  const limits = restrictionWords(
    [
      {
        actions: [],
        ...(resource === null ? {} : { resources: resource }),
        ...(notResource === null ? {} : { not_resources: notResource }),
        ...(condition === null ? {} : { condition }),
      },
    ],
    visible,
  )
  const words = `${listWords(ways, 10)}, statement ${statement}, ${visible(pattern)}${limits === null ? '' : `; ${limits}`}`
  return { words, statement, pattern }
}

/** @param isHeld whether the action is held all the same */
export function statementLines({ deniedBy, ruledOut }: ToldAction, isHeld: boolean): string[] {
  const section = (heading: string, rows: readonly ToldStatement[]): string[] =>
    rows.length === 0 ? [] : [heading, ...rows.map((row) => `  ${row.words}`)]
  return [
    ...section(isHeld ? 'A Deny that does not reach all of what grants it:' : 'Taken away by:', deniedBy),
    ...section('Ruled out, because the condition names somebody else:', ruledOut),
  ]
}

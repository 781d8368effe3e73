/** Answers as JSON. */
import type { Findings } from '../access/findings.ts'
import type { Holding } from '../access/model.ts'
import type { Principal } from '../account/principal.ts'
import { gapJson, holdingJson } from '../report/report.ts'
import type { AnswerJson } from './answer-schema.ts'
import type { Doubts } from './question.ts'

export interface AnswerHead {
  readonly kind: AnswerJson['kind']
  readonly action: string | null
  readonly principal: Principal | null
  readonly answer: AnswerJson['answer']
}

/** A statement that is no grant, in words. */
export interface ToldStatement {
  readonly words: string
  readonly statement: number
  readonly pattern: string
}

export function answerJson(
  { kind, action, principal, answer }: AnswerHead,
  { snapshot, root_user, coverage }: Findings,
  doubts: Doubts,
  holdings: readonly Holding[],
  told: { readonly denied: readonly ToldStatement[]; readonly ruledOut: readonly ToldStatement[] } = {
    denied: [],
    ruledOut: [],
  },
): AnswerJson {
  const json: unknown = {
    ...{ version: 1, kind, action },
    principal:
      principal === null
        ? null
        : { type: principal.kind, id: principal.id, name: principal.name, enabled: principal.enabled },
    ...{ answer, account: snapshot.account_id, taken_at: snapshot.taken_at, root_user },
    grants: holdings.map((holding) => holdingJson({ ...holding, approval: null })),
    ...{ denied_by: told.denied, ruled_out: told.ruledOut },
    ...{ gaps: doubts.gaps.map(gapJson), doubts: doubts.others, coverage },
  }
  return json as AnswerJson
}

/** Gaps for people, the same in summary and issue. */
import type { Gap, GapDocument } from '../access/model.ts'
import { principalLabel } from '../account/principal.ts'
import { code, prose } from './escape.ts'
import { principalWords } from './principal-words.ts'
import { fitRows } from './rows.ts'
import { listWords } from './words.ts'

/** What could not be read or decided, whom it concerns, and what to do about it; nothing without a gap. */
export function gapSection(gaps: readonly Gap[], budget: number): string[] {
  if (gaps.length === 0) return []
  const rows = gaps.map((gap) => {
    const { reaches, http_code, document } = gap
    const who =
      reaches === null
        ? 'may concern everybody'
        : `concerns ${listWords(
            reaches.map((one) => principalWords(one, code)),
            5,
          )}`
    const said = http_code === null || gap.message.includes(http_code) ? '' : ` (${code(http_code)})`
    return `- ${prose(gap.message)}${said} It ${who}. ${prose(gap.remedy)}${toAccept(document, gap)}`
  })
  return ['## What could not be read or decided', fitRows(rows, budget, 'gaps')]
}

/** How a document that cannot be determined is accepted; empty where there is no such document, or no digest of it. */
function toAccept(document: GapDocument | null, { reaches }: Pick<Gap, 'reaches'>): string {
  if (document === null || document.sha256 === null) return ''
  const { sha256 } = document
  const fields = [...documentFields(document), ['sha256', sha256] as const]
  const words = fields.map(([key, value]) => `${key} ${code(value)}`).join(', ')
  const whom = document.kind === 'mapping' ? [document.provider] : (reaches ?? []).map(principalLabel)
  const reach = whom.length === 0 ? '' : `, for ${listWords(whom.map(code), 5)}`
  return ` To accept it: \`known_gaps\` with ${words}${reach}.`
}

function documentFields(document: GapDocument): readonly (readonly [string, string])[] {
  switch (document.kind) {
    case 'policy':
      return [
        ['policy_id', document.policy_id],
        ['version_id', document.version_id],
      ]
    case 'role':
      return [['role_id', document.role_id]]
    case 'mapping':
      return [
        ['mapping_id', document.mapping_id],
        ['provider', document.provider],
      ]
  }
}

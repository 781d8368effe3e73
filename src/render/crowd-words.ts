/** How those who share their paths are called in a picture. */
import { principalKey } from '../account/principal.ts'
import type { Verdict } from '../audit/model.ts'
import type { CrowdWords } from './graph.ts'
import { partyWords, principalsCount, principalWords, subjectsOf } from './principal-words.ts'

/** Parties drawn of one agency. */
const SOURCES = 3

const same = (text: string): string => text

/** The one by name with whom they trust, several as their number. */
export function crowdWords(verdict: Pick<Verdict, 'holdings'>): CrowdWords {
  const subjectOf = subjectsOf(verdict)
  return (principals) => {
    const [first] = principals
    if (first === undefined || new Set(principals.map(principalKey)).size > 1)
      return { label: principalsCount(principals), sources: [] }
    const parties = subjectOf(first).trusted ?? []
    const more = parties.length - SOURCES
    return {
      label: principalWords(first, same),
      sources: [
        ...parties.slice(0, SOURCES).map((party) => partyWords(party, same)),
        ...(more > 0 ? [`and ${more} more`] : []),
      ],
    }
  }
}

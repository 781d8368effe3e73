/** Whom an update is asked about: names and ids as people write them. */
import { type NamedPrincipal, principalKey, principalLabel } from '../account/principal.ts'
import type { Baseline } from '../baseline/baseline.ts'
import { entryPrincipal } from '../baseline/entry.ts'
import { UserError } from '../text/problem.ts'

/** Keys of the principals meant; null: everybody. */
export type Chosen = ReadonlyMap<string, NamedPrincipal> | null

/**
 * Finds whom texts mean: an id, `kind:id`, or a name; of the account first, then of the baseline. Ids win over names.
 *
 * @throws UserError for a text that means nobody, or several, with what to write instead
 */
export function choosePrincipals(
  texts: readonly string[],
  present: readonly NamedPrincipal[],
  baseline: Baseline | null,
): Chosen {
  if (texts.length === 0) return null
  const recorded = (baseline?.approvals ?? []).map(entryPrincipal)
  const all = [...present, ...recorded]
  const problems: string[] = []
  const chosen = new Map<string, NamedPrincipal>()
  for (const text of texts) {
    const byId = distinct(all.filter((one) => one.id === text || principalLabel(one) === text))
    const named = byId.length > 0 ? byId : distinct(present.filter((one) => isCalled(one, text)))
    const found = named.length > 0 ? named : distinct(recorded.filter((one) => isCalled(one, text)))
    const [first] = found
    if (first === undefined)
      problems.push(`Input users names ${JSON.stringify(text)}, whom neither account nor baseline has.`)
    else if (found.length > 1)
      problems.push(
        `Input users names ${JSON.stringify(text)}, which ${found.length} are called; write which of them: ${found.map(principalLabel).join(', ')}.`,
      )
    else chosen.set(principalKey(first), first)
  }
  if (problems.length > 0) throw new UserError(problems.join('\n'))
  return chosen
}

/** An agency also by its name without the path. */
function isCalled({ kind, name }: NamedPrincipal, text: string): boolean {
  return name === text || (kind === 'agency' && name.endsWith(`/${text}`))
}

function distinct(principals: readonly NamedPrincipal[]): NamedPrincipal[] {
  return [...new Map(principals.map((one) => [principalKey(one), one])).values()]
}

/** Whom somebody means who writes a name, an id or `kind:id`. */
import type { Findings } from '../access/findings.ts'
import type { DormantAgency, RootUser } from '../access/model.ts'
import { type Principal, principalLabel } from '../account/principal.ts'
import { editDistance } from '../text/edit-distance.ts'
import { UserError } from '../text/problem.ts'
import { quoteText } from '../text/quote.ts'

export type Meant =
  | { readonly kind: 'principal'; readonly principal: Principal }
  | { readonly kind: 'root'; readonly root: RootUser }
  | { readonly kind: 'dormant'; readonly agency: DormantAgency }

/** Edits by which a name may miss what was meant. */
const NEAR = 2

/** Names shown to whoever wrote a part of one. */
const SHOWN = 3

/** Whether a name contains what was written, without letter case; a letter or two says nothing. */
function isPartlyCalled(text: string): (name: string) => boolean {
  const part = text.toLowerCase()
  return (name) => part.length > 2 && name.toLowerCase().includes(part)
}

/** Ids win over names; an agency is found with its path and without. @throws UserError for nobody, or several */
export function findPrincipal(found: Findings, text: string): Meant {
  const { access, root_user: root, dormant } = found
  const names = (one: Principal): readonly string[] => [one.name, found.fullNameOf(one)]
  const byId = access.principals.filter((one) => one.id === text || principalLabel(one) === text)
  const all = byId.length > 0 ? byId : access.principals.filter((one) => names(one).includes(text))
  const [first, ...others] = all
  if (root !== null && (root.user_id === text || `user:${root.user_id}` === text || root.user === text)) {
    // Whoever bears the same name must be told apart.
    if (byId.length === 0 && first !== undefined && root.user_id !== text)
      throw severalMeant(text, [`user:${root.user_id}`, ...all.map(principalLabel)])
    return { kind: 'root', root }
  }
  if (first !== undefined) {
    if (others.length > 0) throw severalMeant(text, all.map(principalLabel))
    return { kind: 'principal', principal: first }
  }
  const asleep = dormant.find((one) => [one.agency_id, `agency:${one.agency_id}`, one.agency].includes(text))
  if (asleep !== undefined) return { kind: 'dormant', agency: asleep }
  const known = [...new Set(access.principals.flatMap(names))]
  const slips = known.filter((name) => editDistance(text, name, NEAR) <= NEAR)
  const near = slips.length > 0 ? slips.slice(0, 1) : known.filter(isPartlyCalled(text)).slice(0, SHOWN)
  throw new UserError(
    `Nobody in the account is called ${quoteText(text)} or has that id. ${near.length > 0 ? `Did you mean ${near.map((name) => quoteText(name)).join(' or ')}?` : 'Names have their letter case.'}`,
  )
}

function severalMeant(text: string, labels: readonly string[]): UserError {
  return new UserError(`${labels.length} are called ${quoteText(text)}; write which: ${labels.join(', ')}.`)
}

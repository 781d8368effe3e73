/**
 * The services of what somebody held and holds no more, without what is audited. Asked document by document: what one of
 * them gave is held still where another gives it that speaks of the same services, and the rest need not be looked at.
 */
import type { Access } from '../access/access.ts'
import { DocumentPatterns } from '../access/document-patterns.ts'
import type { Everything } from '../access/everything.ts'
import type { Principal } from '../account/principal.ts'
import {
  type Approved,
  type CompareOptions,
  type GrantSource,
  rememberGrants,
  subtractGrants,
} from '../policy/index.ts'
import type { Grant, Permission } from '../policy/types.ts'
import { compareText } from '../text/compare-text.ts'

/** Steps of one question. */
const STEPS = 200_000

const ALL = '*'
const everything: readonly Grant[] = [{ actions: ['*:*:*'] }]

/** Sources of one principal, as they are and as they would be. */
interface Between {
  readonly before: readonly GrantSource[]
  readonly after: readonly GrantSource[]
  readonly then: Then
}

/** The account as it would be. `changed`: the policy that says something else there. */
export interface Then {
  readonly everything: Everything
  readonly access: Access
  readonly changed: string | null
}

export class LostServices {
  /** How often a document was asked about. */
  asked = 0
  readonly #audited: Approved
  readonly #options: CompareOptions
  readonly #before: Everything
  readonly #patterns = new WeakMap<Everything, DocumentPatterns>()
  /** People who share groups share what they hold, by the very lists. */
  readonly #nears = new WeakMap<Everything, Map<string, Near>>()
  readonly #ordinary = new WeakMap<readonly Grant[], readonly Grant[] | null>()
  readonly #known = new WeakMap<readonly Grant[], WeakMap<readonly Grant[], readonly Grant[] | null>>()

  constructor(before: Everything, permissions: readonly Permission[], account: string) {
    this.#before = before
    this.#audited = { grants: permissions.map(({ actions, except }) => ({ actions, except })) }
    this.#options = { account, memory: rememberGrants(account), stepBound: STEPS }
  }

  /** `*` stands for all services, and a pattern for those that it matches; null when it cannot be decided. */
  of(principal: Principal, then: Then): readonly string[] | null {
    const { access } = this.#before
    const after = then.access.sourcesOf(principal)
    if (access.holdsAll(principal))
      return then.access.holdsAll(principal) ? [] : this.#ofEverything(principal, after, then)
    const before = access.sourcesOf(principal)
    const found = new Set<string>()
    for (const document of lostDocuments(before, after, then.changed)) {
      this.asked++
      const services = this.#ofDocument(document, principal, { before, after, then })
      if (services === null) return null
      for (const one of services) found.add(one)
    }
    return found.has(ALL) ? [ALL] : [...found].sort(compareText)
  }

  /** Nothing but what speaks of all services leaves less than all of them. */
  #ofEverything(principal: Principal, after: readonly GrantSource[], then: Then): readonly string[] | null {
    const patterns = this.#patternsOf(then)
    const left = then.everything.held(only(after, (one) => patterns.isWide(one) || patterns.denies(one)))
    const gone = this.#withoutAudited(everything)
    return left === null || gone === null ? null : servicesOfSome(this.#subtract(gone, left, principal))
  }

  #ofDocument(document: string, principal: Principal, between: Between): readonly string[] | null {
    const patterns = this.#patternsOf(between.then)
    // What speaks of single services gives no more than these back; what denies takes from whatever gives more.
    const isOfAll = (one: string): boolean => patterns.isWide(one) || patterns.denies(one)
    if (!patterns.isWide(document)) return this.#lost(document, principal, between, () => true, '')
    const wide = this.#lost(document, principal, between, isOfAll, ALL)
    if (wide === null || wide.length === 0 || wide.includes(ALL)) return wide
    return this.#lost(
      document,
      principal,
      between,
      (one) => isOfAll(one) || patterns.mayName(one, wide),
      wide.join(),
    )
  }

  /** What one document gave, as far as Denies left it, and what none gives that is left. */
  #lost(
    document: string,
    principal: Principal,
    { before, after, then }: Between,
    matters: (document: string) => boolean,
    kind: string,
  ): readonly string[] | null {
    const patterns = this.#patternsOf(then)
    const giving = before.filter(({ policies }) => policies.flat().includes(document))
    const asked = withDenies(document, giving, patterns, matters)
    const key = [...asked].sort().join('\n')
    const held = this.#before.held(only(giving, (one) => asked.has(one)))
    const gone = held === null ? null : this.#withoutAudited(held)
    if (gone === null) return null
    if (gone.length === 0) return []
    const near = this.#near(`${key}\n${kind}`, then)
    const isNear = (one: string): boolean =>
      matters(one) && [...asked].some((other) => patterns.mayMeet(other, one))
    const left = then.everything.held(only(after, isNear, near))
    return left === null ? null : servicesOfSome(this.#subtract(gone, left, principal))
  }

  #near(key: string, { everything }: Then): Near {
    const all = this.#nears.get(everything) ?? new Map<string, Near>()
    this.#nears.set(everything, all)
    const known = all.get(key) ?? new WeakMap()
    all.set(key, known)
    return known
  }

  #withoutAudited(held: readonly Grant[]): readonly Grant[] | null {
    const known = this.#ordinary.get(held)
    if (known !== undefined) return known
    const rest = subtractGrants(held, [this.#audited], this.#options)
    const ordinary = 'undetermined' in rest ? null : rest.grants
    this.#ordinary.set(held, ordinary)
    return ordinary
  }

  #subtract(gone: readonly Grant[], left: readonly Grant[], principal: Principal): readonly Grant[] | null {
    if (gone.length === 0 || left.length === 0) return gone
    const known = this.#known.get(gone) ?? new WeakMap<readonly Grant[], readonly Grant[] | null>()
    this.#known.set(gone, known)
    const answer = known.get(left)
    if (answer !== undefined) return answer
    const lost = subtractGrants(gone, [{ grants: left }], { ...this.#options, identity: principal })
    const grants = 'undetermined' in lost ? null : lost.grants
    // What a variable of a policy includes differs from one to the other.
    if (!hasVariable(gone) && !hasVariable(left)) known.set(left, grants)
    return grants
  }

  #patternsOf({ everything }: Then): DocumentPatterns {
    const known =
      this.#patterns.get(everything) ?? new DocumentPatterns([this.#before.documents, everything.documents])
    this.#patterns.set(everything, known)
    return known
  }
}

/** Documents that reach somebody by fewer sources than before, or by the same with another text. */
function lostDocuments(
  before: readonly GrantSource[],
  after: readonly GrantSource[],
  changed: string | null,
): readonly string[] {
  const left = countsOf(after)
  return [...countsOf(before)].flatMap(([document, count]) =>
    document === changed || count > (left.get(document) ?? 0) ? [document] : [],
  )
}

function countsOf(sources: readonly GrantSource[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { policies } of sources)
    for (const one of new Set(policies.flat())) counts.set(one, (counts.get(one) ?? 0) + 1)
  return counts
}

/** A document and those whose Deny may take something from it, or from what came with these. */
function withDenies(
  document: string,
  sources: readonly GrantSource[],
  patterns: DocumentPatterns,
  matters: (document: string) => boolean,
): ReadonlySet<string> {
  const denying = new Set(
    sources.flatMap(({ policies }) => policies.flat()).filter((one) => patterns.denies(one) && matters(one)),
  )
  const asked = new Set([document])
  for (const one of asked) for (const other of denying) if (patterns.mayMeet(one, other)) asked.add(other)
  return asked
}

/** Lists of documents with nothing but what is near something: those of a group are one list for all in it. */
type Near = WeakMap<readonly string[], readonly string[]>

/** The sources with nothing but the documents that matter. */
function only(
  sources: readonly GrantSource[],
  matters: (document: string) => boolean,
  near: Near = new WeakMap(),
): readonly GrantSource[] {
  const filtered = (list: readonly string[]): readonly string[] => {
    const known = near.get(list) ?? list.filter(matters)
    near.set(list, known)
    return known
  }
  return sources.flatMap(({ policies, identity }) => {
    const left = policies
      .map((one) => (typeof one === 'string' ? [one].filter(matters) : filtered(one)))
      .filter((list) => list.length > 0)
    return left.length === 0 ? [] : [{ policies: left, identity }]
  })
}

function hasVariable(grants: readonly Grant[]): boolean {
  return grants.some((grant) => JSON.stringify(grant).includes('${'))
}

function servicesOfSome(grants: readonly Grant[] | null): readonly string[] | null {
  return grants === null ? null : servicesOf(grants)
}

/** First segments, in order; all services are those of every other pattern as well. */
function servicesOf(grants: readonly Grant[]): readonly string[] {
  const services = new Set(
    grants.flatMap(({ actions }) => actions.map((action) => (action.split(':')[0] ?? '').toLowerCase())),
  )
  return services.has(ALL) ? [ALL] : [...services].sort(compareText)
}

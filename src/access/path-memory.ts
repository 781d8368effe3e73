/** What is the same for all who come by one thing: paths, and which Denies speak of what is held. */
import type { Path } from '../account/link.ts'
import type { Bundle } from '../account/routes.ts'
import { type GrantMemory, grantsMeet, type PolicyIds, rememberGrants } from '../policy/index.ts'
import type { Grant, Statement } from '../policy/types.ts'
import type { Documents } from './documents.ts'

function speaksOf(
  { action, notAction = [] }: Statement,
  grants: readonly Grant[],
  memory: GrantMemory,
): boolean {
  const isWhole = (pattern: string): boolean => pattern.split(':').length === 3
  // What a pattern of fewer words crosses is not documented.
  if (!(action ?? notAction).every((one) => one === '*' || isWhole(one))) return true
  const denied = action === undefined ? { actions: ['*'], except: notAction } : { actions: action }
  return grantsMeet(grants, denied, { memory }) !== false
}

/** A Deny statement and the key of its document. */
export interface Denying {
  readonly document: string
  readonly statement: Statement
}

/** Members of a group come by the same paths: one object serves them all. */
export class PathMemory {
  readonly #builtin = new Map<Bundle, Path>()
  readonly #speaking = new Map<readonly Grant[], WeakMap<readonly string[], readonly Denying[]>>()
  readonly #denies = new WeakMap<readonly Grant[], Map<Statement, boolean>>()
  /** Patterns of questions about grants. */
  readonly memory: GrantMemory

  constructor(account: string) {
    this.memory = rememberGrants(account)
  }

  /**
   * Unconditional Denies of a list of documents that speak of anything of these grants. Both are of the account: lists
   * of groups, and whole permissions, which do not change and come again with everybody.
   */
  denying(list: PolicyIds, grants: readonly Grant[], documents: Documents): readonly Denying[] {
    if (typeof list === 'string') return this.#denyingOf([list], grants, documents)
    let byList = this.#speaking.get(grants)
    if (byList === undefined) {
      byList = new WeakMap()
      this.#speaking.set(grants, byList)
    }
    let known = byList.get(list)
    if (known === undefined) {
      known = this.#denyingOf(list, grants, documents)
      byList.set(list, known)
    }
    return known
  }

  #denyingOf(list: readonly string[], grants: readonly Grant[], documents: Documents): readonly Denying[] {
    return list.flatMap((document) =>
      documents
        .unconditionalDenies(document)
        .filter((statement) => this.denies(statement, grants))
        .map((statement) => ({ document, statement })),
    )
  }

  /** Whether a Deny speaks of anything that is granted; true where that cannot be told. */
  denies(statement: Statement, grants: readonly Grant[]): boolean {
    const byStatement = this.#denies.get(grants) ?? new Map<Statement, boolean>()
    this.#denies.set(grants, byStatement)
    const known = byStatement.get(statement) ?? speaksOf(statement, grants, this.memory)
    byStatement.set(statement, known)
    return known
  }

  ofBuiltin(bundle: Bundle): Path | null {
    const { builtin, through } = bundle
    if (builtin === null) return null
    const known = this.#builtin.get(bundle)
    if (known !== undefined) return known
    const links = through === null || through.kind === 'membership' ? [builtin] : [through, builtin]
    const made: Path = { links, origin: { kind: 'builtin-group' } }
    this.#builtin.set(bundle, made)
    return made
  }
}

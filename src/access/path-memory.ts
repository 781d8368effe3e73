/** What is the same for all who come by one thing: paths, and which Denies speak of what is held. */
import type { Path } from '../account/link.ts'
import type { Bundle } from '../account/routes.ts'
import {
  ActionsBeside,
  type GrantMemory,
  grantsMeet,
  type PolicyIds,
  rememberGrants,
  withTwins,
} from '../policy/index.ts'
import type { ActionSet, Grant, Statement } from '../policy/types.ts'
import type { Documents } from './documents.ts'

/** What a Deny speaks of; null where that is not documented: of a pattern of fewer words, which colons it crosses. */
function deniedBy({ action, notAction = [] }: Statement): ActionSet | null {
  const isWhole = (pattern: string): boolean => pattern === '*' || pattern.split(':').length === 3
  if (!(action ?? notAction).every(isWhole)) return null
  return action === undefined ? { actions: ['*'], except: notAction } : { actions: action }
}

/** Which patterns a Deny speaks of: what people hold differs, the patterns that it is written in come again. */
class DenySpeaking {
  readonly #denied: ActionSet | null
  readonly #beside: ActionsBeside | null
  readonly #memory: GrantMemory
  readonly #byPattern = new Map<string, boolean>()

  constructor(statement: Statement, memory: GrantMemory) {
    this.#denied = deniedBy(statement)
    this.#beside = this.#denied && new ActionsBeside(this.#denied, { memory })
    this.#memory = memory
  }

  /** True where that cannot be told. */
  of(grants: readonly Grant[]): boolean {
    if (this.#denied === null) return true
    let touches = false
    for (const { actions, except } of grants) {
      if (!actions.some((action) => this.#ofPattern(action))) continue
      // What is excepted takes no part of what both speak of, unless it speaks of that itself.
      if (!except?.some((one) => this.#ofPattern(one))) return true
      touches = true
    }
    return touches && grantsMeet(grants, this.#denied, { memory: this.#memory }) !== false
  }

  #ofPattern(action: string): boolean {
    let known = this.#byPattern.get(action)
    if (known === undefined) {
      known = this.#beside?.meets(action) !== false
      this.#byPattern.set(action, known)
    }
    return known
  }
}

/** A Deny statement and the key of its document. */
export interface Denying {
  readonly document: string
  readonly statement: Statement
}

const noDenying: readonly Denying[] = []

/** Members of a group come by the same paths: one object serves them all. */
export class PathMemory {
  readonly #builtin = new Map<Bundle, Path>()
  /** By lists of documents, null where none has a Deny that nothing limits. */
  readonly #speaking = new Map<PolicyIds, Map<readonly Grant[], readonly Denying[]> | null>()
  readonly #legacyNames = new Map<string, readonly string[]>()
  readonly #denies = new Map<Statement, DenySpeaking>()
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
    const ids = typeof list === 'string' ? [list] : list
    let known = this.#speaking.get(list)
    if (known === undefined) {
      const denies = ids.some((document) => documents.unconditionalDenies(document).length > 0)
      known = denies ? new Map() : null
      this.#speaking.set(list, known)
    }
    if (known === null) return noDenying
    let speaking = known.get(grants)
    if (speaking === undefined) {
      speaking = this.#denyingOf(ids, grants, documents)
      known.set(grants, speaking)
    }
    return speaking
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
    let speaking = this.#denies.get(statement)
    if (speaking === undefined) {
      speaking = new DenySpeaking(statement, this.memory)
      this.#denies.set(statement, speaking)
    }
    return speaking.of(grants)
  }

  /** What a pattern of a document grants: of a legacy one, the v5 names of the same power as well. */
  namesIn(pattern: string, isLegacy: boolean): readonly string[] {
    if (!isLegacy) return [pattern]
    const known = this.#legacyNames.get(pattern) ?? withTwins(pattern)
    this.#legacyNames.set(pattern, known)
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

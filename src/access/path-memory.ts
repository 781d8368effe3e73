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

/** Members of a group come by the same paths: one object serves them all. */
export class PathMemory {
  readonly #builtin = new Map<Bundle, Path>()
  readonly #denying = new WeakMap<readonly string[], readonly string[]>()
  readonly #denies = new WeakMap<readonly Grant[], Map<Statement, boolean>>()
  /** Patterns of questions about grants. */
  readonly memory: GrantMemory

  constructor(account: string) {
    this.memory = rememberGrants(account)
  }

  /** Of a list of documents, which does not change, those with a Deny that nothing limits. */
  denying(list: PolicyIds, documents: Documents): readonly string[] {
    if (typeof list === 'string') return [list]
    const known =
      this.#denying.get(list) ?? list.filter((key) => documents.unconditionalDenies(key).length > 0)
    this.#denying.set(list, known)
    return known
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

/**
 * Which documents may speak of the same actions: what one of them gives is neither held nor denied by any other. Quick
 * and never wrong in saying no; a yes may be none.
 */
import { globsMeet, hasWildcard } from '../policy/sets/glob.ts'
import type { ParsedDocument, Statement } from '../policy/types.ts'

type Segments = readonly [service: string, type: string, operation: string]

interface Spoken {
  readonly patterns: readonly Segments[]
  /** Whether some pattern is of several services. */
  readonly wide: boolean
  /** Whether a Deny is among its statements. */
  readonly denies: boolean
}

const anything: Segments = ['*', '*', '*']

export class DocumentPatterns {
  readonly #documents: readonly ReadonlyMap<string, ParsedDocument>[]
  readonly #known = new Map<string, Spoken>()
  readonly #meeting = new Map<string, Map<string, boolean>>()

  /** @param documents of the account as it is, and as it would be: a policy may have another text there */
  constructor(documents: readonly ReadonlyMap<string, ParsedDocument>[]) {
    this.#documents = documents
  }

  isWide(document: string): boolean {
    return this.#of(document).wide
  }

  denies(document: string): boolean {
    return this.#of(document).denies
  }

  /** Whether both may speak of some action. */
  mayMeet(one: string, other: string): boolean {
    if (one === other) return true
    const known = this.#meeting.get(one) ?? new Map<string, boolean>()
    this.#meeting.set(one, known)
    const answer = known.get(other) ?? this.#meets(this.#of(one).patterns, other)
    known.set(other, answer)
    return answer
  }

  /** Whether a document may speak of one of these services, which may be patterns. */
  mayName(document: string, services: readonly string[]): boolean {
    return this.#meets(
      services.map((service): Segments => [service, '*', '*']),
      document,
    )
  }

  #meets(patterns: readonly Segments[], document: string): boolean {
    return this.#of(document).patterns.some((one) => patterns.some((other) => segmentsMayMeet(one, other)))
  }

  #of(document: string): Spoken {
    const known = this.#known.get(document)
    if (known !== undefined) return known
    const statements = this.#documents.flatMap((documents) => {
      const parsed = documents.get(document)
      return parsed?.ok === true ? parsed.statements : []
    })
    const patterns = [...new Map(statements.flatMap(patternsOf).map((one) => [one.join(':'), one])).values()]
    const made = {
      patterns,
      wide: patterns.some(([service]) => hasWildcard(service)),
      denies: statements.some((one) => one.effect === 'Deny'),
    }
    this.#known.set(document, made)
    return made
  }
}

function patternsOf({ action, twins }: Statement): readonly Segments[] {
  if (action === undefined) return [anything]
  const patterns = action.map((pattern): Segments => {
    const [service, type, operation, ...rest] = pattern.toLowerCase().split(':')
    // With fewer colons a wildcard may stand for one.
    return service === undefined || type === undefined || operation === undefined || rest.length > 0
      ? anything
      : [service, type, operation]
  })
  // What the legacy model grants of IAM is granted under other names as well.
  const isOfIam = patterns.some(([service]) => segmentMayMeet(service, 'iam'))
  return twins === true && isOfIam ? [...patterns, ['iam', '*', '*'], ['sts', '*', '*']] : patterns
}

function segmentsMayMeet(one: Segments, other: Segments): boolean {
  return one.every((segment, at) => segmentMayMeet(segment, other[at] ?? ''))
}

function segmentMayMeet(one: string, other: string): boolean {
  return one === '*' || other === '*' || one === other || globsMeet(one, other)
}

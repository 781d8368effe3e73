/** A YAML or JSON text with where everything stands, so that every problem can name its line. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  visit,
  type YAMLError,
  type YAMLMap,
} from 'yaml'
import { type Problem, UserError } from './problem.ts'
import { quoteText } from './quote.ts'

export interface Position {
  readonly line: number
  readonly column: number
}

type Path = readonly PropertyKey[]

/** One slip can make hundreds of errors, of which the first tell all. */
const MAXIMUM_SYNTAX_ERRORS = 20

export class YamlSource {
  readonly path: string
  readonly #document: Document
  readonly #lines: LineCounter
  readonly #pairsOf = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>()

  private constructor(path: string, document: Document, lines: LineCounter) {
    this.path = path
    this.#document = document
    this.#lines = lines
  }

  /**
   * Parses the text.
   *
   * @throws UserError with every syntax error, duplicate key, alias and merge key: a list that people review has no
   *   use for references, and nested ones grow without bound.
   */
  static read(text: string, path: string): YamlSource {
    const lines = new LineCounter()
    const document = parseDocument(text, {
      lineCounter: lines,
      version: '1.2',
      // Also where a directive asks for YAML 1.1, in which "<<" merges and "no" is false.
      schema: 'core',
      merge: false,
      // The parser compares each key with each; the visit below does it in one pass.
      uniqueKeys: false,
      // It would write out the surroundings of each of a hundred thousand errors.
      prettyErrors: false,
    })
    const source = new YamlSource(path, document, lines)
    // What is only a warning to the parser, such as a tag that nobody knows, would be passed over in silence.
    const problems = [...document.errors, ...document.warnings]
      .slice(0, MAXIMUM_SYNTAX_ERRORS)
      .map((error) => ({ where: path, ...source.#at(error.pos[0]), ...syntaxProblem(error) }))
    visit(document, {
      Pair(_, pair) {
        // JavaScript treats this name as no key at all, so that a schema would never see it.
        if (isScalar(pair.key) && pair.key.value === '__proto__')
          problems.push({
            where: path,
            ...source.#at(pair.key.range?.[0] ?? 0),
            message: 'found the key "__proto__", which no file has.',
            remedy: 'Remove it.',
          })
      },
      Node(_, node) {
        for (const offset of isMap(node) ? repeatedKeys(node) : [])
          problems.push({ where: path, ...source.#at(offset), ...repeatedKey(text, offset) })
        if (isAlias(node) || ('anchor' in node && node.anchor))
          problems.push({
            where: path,
            ...source.#at(node.range?.[0] ?? 0),
            message: 'found an anchor or alias.',
            remedy: 'Write the value out; a text that begins with * or & needs quotes, such as "*:*:*".',
          })
      },
    })
    if (problems.length > 0) throw new UserError(problems.sort(byLine))
    return source
  }

  /** The plain value. */
  value(): unknown {
    return this.#document.toJS()
  }

  /** The text of a scalar as it stands in the file, without quotes: `1e5` stays `1e5`. Null when it is none. */
  scalarText(path: Path): string | null {
    const node = this.#node(path)
    if (!isScalar(node)) return null
    return typeof node.value === 'string' ? node.value : (node.source ?? null)
  }

  /** Where the value at a path begins and ends, as offsets into the text; null for a path that is not there. */
  range(path: Path): { readonly start: number; readonly end: number } | null {
    const node = this.#node(path) as { range?: [number, number] } | undefined
    return node?.range ? { start: node.range[0], end: node.range[1] } : null
  }

  /** Where the value at a path begins; for a path that is not there, the nearest part of it that is. */
  position(path: Path): Position {
    for (let length = path.length; length >= 0; length--) {
      const node = this.#node(path.slice(0, length)) as { range?: [number] } | undefined
      if (node?.range) return this.#at(node.range[0])
    }
    return { line: 1, column: 1 }
  }

  /** Where a key of the map at a path begins. */
  keyPosition(path: Path, key: string): Position {
    const offset = this.keyOffset(path, key)
    return offset === null ? this.position(path) : this.#at(offset)
  }

  /** The same as an offset into the text; null for a key that is not there. */
  keyOffset(path: Path, key: string): number | null {
    const map = this.#node(path)
    const pair = isMap(map) ? this.#pairs(map).get(key) : undefined
    return (pair?.key as { range?: [number] } | undefined)?.range?.[0] ?? null
  }

  /** What stands at a path, quoted for a message. */
  found(path: Path): string {
    const node = this.#node(path)
    if (node === undefined) return 'nothing'
    if (isMap(node)) return 'a map'
    if (isSeq(node)) return node.items.length === 0 ? 'an empty list' : 'a list'
    return isScalar(node) ? quoteText(node.value) : quoteText(node)
  }

  /** What stands at a path. A key that is a number to YAML, or empty, is text in the plain value. */
  #node(path: Path): unknown {
    return path.reduce<unknown>((node, step) => {
      if (isSeq(node)) return node.items[Number(step)]
      return isMap(node) ? this.#pairs(node).get(String(step))?.value : undefined
    }, this.#document.contents)
  }

  /** Pairs by the text of their key, remembered: a file may have very many. */
  #pairs(map: YAMLMap): ReadonlyMap<string, Pair> {
    const known = this.#pairsOf.get(map)
    if (known !== undefined) return known
    const pairs = new Map<string, Pair>()
    for (const pair of map.items) if (isScalar(pair.key)) pairs.set(keyText(pair.key.value), pair)
    this.#pairsOf.set(map, pairs)
    return pairs
  }

  #at(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
}

function keyText(value: unknown): string {
  return value === null ? '' : String(value)
}

/** Where keys stand that a map has already. As the plain value has them: there, 1 and "1" are the same key. */
function repeatedKeys(map: YAMLMap): number[] {
  const seen = new Set<string>()
  return map.items.flatMap(({ key }) => {
    const text = isScalar(key) ? keyText(key.value) : String(key)
    if (seen.has(text)) return [(key as { range?: [number] } | null)?.range?.[0] ?? 0]
    seen.add(text)
    return []
  })
}

function repeatedKey(text: string, offset: number): Pick<Problem, 'message' | 'remedy'> {
  const key = /^(?:"(?:[^"\\]|\\.)*"|[^\s:]+)/.exec(text.slice(offset, offset + 200))?.[0] ?? ''
  return {
    message: `the key ${quoteText(key.replace(/^"|"$/g, ''))} stands twice in one map.`,
    remedy: 'Keep one of them.',
  }
}

function byLine(one: Problem, other: Problem): number {
  return (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0)
}

function syntaxProblem(error: YAMLError): Pick<Problem, 'message' | 'remedy'> {
  if (error.code === 'MULTIPLE_DOCS')
    return { message: 'found a second YAML document.', remedy: 'Keep one, without a line "---".' }
  const [reason] = error.message.split('\n')
  return { message: `not YAML: ${reason}.`, remedy: 'Correct the syntax.' }
}

/**
 * Takes secrets out of a text, whatever the text does to its letters: an escape for Markdown, HTML, JSON or an address
 * must not carry a secret past the door, nor may a cut that leaves its first half.
 */

/** What stands in place of a secret, as in the runner's log. */
export const MASK = '***'

/** Shorter values are words like any other: to take them out of every text would tear texts apart and hide nothing. */
const SHORTEST_SECRET = 6
/**
 * A secret may hold what looks like an escape, and what is left once that is undone is shorter: a text in which other
 * letters of it were escaped has only that.
 */
const SHORTEST_UNDONE = 3
/** Of secrets so long, parts are taken out too. What people make up themselves may share words with honest text. */
const SHORTEST_IN_PARTS = 32
const SHORTEST_PART = 16
/** Parts are looked for by blocks of so many characters, at every position that is a multiple of it. */
const BLOCK = SHORTEST_PART / 2

interface Span {
  readonly start: number
  readonly end: number
}

/** The secrets in play, and texts without them. */
export class Secrets {
  readonly #whole = new Set<string>()
  /** Block of a long secret, to where it stands there. */
  readonly #blocks = new Map<string, { readonly secret: string; readonly at: number }[]>()

  /** Adds a secret: as given, without blanks at its ends, and each of its lines. */
  add(value: string): void {
    for (const form of new Set([value, value.trim(), ...value.split(/[\r\n]+/).map((line) => line.trim())])) {
      if (form.length < SHORTEST_SECRET) continue
      // What is looked for in a text without escapes must have lost its own.
      for (const { text } of layersOf(form)) if (text.length >= SHORTEST_UNDONE) this.#addForm(text)
    }
  }

  #addForm(secret: string): void {
    if (this.#whole.has(secret)) return
    this.#whole.add(secret)
    if (secret.length < SHORTEST_IN_PARTS) return
    for (let at = 0; at + BLOCK <= secret.length; at++) {
      const block = secret.slice(at, at + BLOCK)
      const places = this.#blocks.get(block) ?? []
      places.push({ secret, at })
      this.#blocks.set(block, places)
    }
  }

  /** The text without secrets. Texts that hold none come back as they are. */
  scrub(text: string): string {
    if (this.#whole.size === 0 || text.length < SHORTEST_SECRET) return text
    const spans: Span[] = []
    for (const plain of layersOf(text))
      for (const { start, end } of this.#find(plain.text))
        spans.push({ start: plain.startOf(start), end: plain.endOf(end - 1) })
    return replaced(text, spans)
  }

  /**
   * The value with every text in it scrubbed, names of fields included. What holds no secret comes back as it is, the
   * same object: values share parts, and some are told apart by which object they are.
   */
  scrubAll<T>(value: T): T {
    return this.#whole.size === 0 ? value : (this.#scrubbed(value, new Map()) as T)
  }

  #scrubbed(value: unknown, done: Map<unknown, unknown>): unknown {
    if (typeof value === 'string') return this.scrub(value)
    if (value === null || typeof value !== 'object') return value
    if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return value
    if (done.has(value)) return done.get(value)
    const scrubbed = Array.isArray(value)
      ? this.#scrubbedList(value, done)
      : this.#scrubbedFields(value, done)
    done.set(value, scrubbed)
    return scrubbed
  }

  #scrubbedList(list: readonly unknown[], done: Map<unknown, unknown>): readonly unknown[] {
    const items = list.map((item) => this.#scrubbed(item, done))
    return items.every((item, index) => Object.is(item, list[index])) ? list : items
  }

  #scrubbedFields(fields: object, done: Map<unknown, unknown>): object {
    let changed = false
    const entries = Object.entries(fields).map(([key, item]) => {
      const entry = [this.#scrubbed(key, done) as string, this.#scrubbed(item, done)] as const
      changed ||= entry[0] !== key || !Object.is(entry[1], item)
      return entry
    })
    return changed ? Object.fromEntries(entries) : fields
  }

  #find(text: string): Span[] {
    const spans: Span[] = []
    for (const secret of this.#whole)
      for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + secret.length))
        spans.push({ start: at, end: at + secret.length })
    if (this.#blocks.size === 0) return spans
    for (let at = 0; at + BLOCK <= text.length; at += BLOCK)
      for (const place of this.#blocks.get(text.slice(at, at + BLOCK)) ?? []) {
        const span = extended(text, at, place.secret, place.at)
        if (span.end - span.start >= SHORTEST_PART) spans.push(span)
      }
    return spans
  }
}

/** As much as text and secret have in common around a block that stands in both. */
function extended(text: string, at: number, secret: string, offset: number): Span {
  let before = 0
  while (before < Math.min(at, offset) && text[at - before - 1] === secret[offset - before - 1]) before++
  let after = BLOCK
  while (offset + after < secret.length && text[at + after] === secret[offset + after]) after++
  return { start: at - before, end: at + after }
}

function replaced(text: string, spans: readonly Span[]): string {
  const parts: string[] = []
  let done = 0
  for (const { start, end } of [...spans].sort((one, other) => one.start - other.start)) {
    if (start >= done) parts.push(text.slice(done, start), MASK)
    done = Math.max(done, end)
  }
  return spans.length === 0 ? text : `${parts.join('')}${text.slice(done)}`
}

interface Plain {
  readonly text: string
  /** Where a character of the plain text begins in the original, and where it ends. */
  startOf(at: number): number
  endOf(at: number): number
}

/** An escape can stand within another one: Markdown in JSON, an address in Markdown. */
const LAYERS = 3

/** The text as it is, and without one layer of escapes after the other. */
function layersOf(text: string): Plain[] {
  // The look-alike of a bar is as long as the bar. It is undone before all else: a secret may hold what looks like an
  // escape, and whoever undoes both at once has something shorter than a secret.
  const plain = {
    text: text.replaceAll('∣', '|'),
    startOf: (at: number) => at,
    endOf: (at: number) => at + 1,
  }
  const layers = [plain, ...layersBelow(plain, null)]
  // Nor does every writer escape what looks like an escape of another one.
  for (const kind of kinds) if (text.includes(kind.begins)) layers.push(...layersBelow(plain, kind.group))
  return layers
}

/** @param kept the group of escapes that stay as they are */
function layersBelow(plain: Plain, kept: number | null): Plain[] {
  const layers: Plain[] = []
  while (layers.length < LAYERS) {
    const next = withoutOneLayer(layers[layers.length - 1] ?? plain, kept)
    if (next === null) break
    layers.push(next)
  }
  return layers
}

const escapes =
  /\\u([0-9a-fA-F]{4})|\\([!-/:-@[-`{-~])|<!-- -->|&(amp|lt|gt|quot|#39);|%([0-9a-fA-F]{2})|⟨U\+([0-9A-F]{4,6})⟩|#(\d{1,7});|∣/g
/** Escapes of which another writer may leave the look-alike of a secret as it is, by their group above. */
const kinds = [
  { begins: '&', group: 3 },
  { begins: '%', group: 4 },
  { begins: '#', group: 6 },
] as const
/** Most texts have none of these, and are done with at a glance. */
const beginsEscape = /[\\<&%⟨#∣]/
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

/** Null when there is no escape. */
function withoutOneLayer(outer: Plain, kept: number | null): Plain | null {
  if (!beginsEscape.test(outer.text)) return null
  const parts: string[] = []
  /** For each stretch of the result: where it begins there, where in the outer text, and how long one escape is (0: as is). */
  const stretches: { readonly at: number; readonly from: number; readonly length: number }[] = []
  let done = 0
  let at = 0
  const copy = (from: number, to: number): void => {
    if (to <= from) return
    stretches.push({ at, from, length: 0 })
    parts.push(outer.text.slice(from, to))
    at += to - from
  }
  for (const match of outer.text.matchAll(escapes)) {
    if (kept !== null && match[kept] !== undefined) continue
    copy(done, match.index)
    const meant = meaningOf(match)
    if (meant !== '') stretches.push({ at, from: match.index, length: match[0].length })
    parts.push(meant)
    at += meant.length
    done = match.index + match[0].length
  }
  if (done === 0) return null
  copy(done, outer.text.length)
  const placeOf = (position: number): { start: number; end: number } => {
    const { at: begin, from, length } = stretches[lastAtOrBefore(stretches, position)] ?? never
    return length === 0
      ? { start: from + position - begin, end: from + position - begin }
      : { start: from, end: from + length - 1 }
  }
  return {
    text: parts.join(''),
    startOf: (position) => outer.startOf(placeOf(position).start),
    endOf: (position) => outer.endOf(placeOf(position).end),
  }
}

const never = { at: 0, from: 0, length: 0 }

function meaningOf(match: RegExpExecArray | RegExpMatchArray): string {
  const [all, unit, mark, entity, byte, invisible, code] = match
  if (all === '∣') return '|'
  if (mark !== undefined) return mark
  if (entity !== undefined) return entities[entity] ?? ''
  const number = code !== undefined ? Number(code) : Number.parseInt(unit ?? byte ?? invisible ?? '', 16)
  return Number.isNaN(number) || number > 0x10_ff_ff ? '' : String.fromCodePoint(number)
}

/** Index of the last stretch that begins at or before a position. */
function lastAtOrBefore(stretches: readonly { readonly at: number }[], position: number): number {
  let low = 0
  let high = stretches.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((stretches[middle]?.at ?? 0) <= position) low = middle
    else high = middle - 1
  }
  return low
}

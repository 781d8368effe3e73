/** Whole numbers from 0 up to a bound, told in ascending order: what is put together for every user anew. */
export class NumberSet {
  /** A bit for each number. */
  readonly #words: number[]
  readonly #bound: number

  /** @param bound more than any number there will be */
  constructor(bound: number) {
    this.#bound = bound
    // A plain list: made for every user anew, it costs less than one outside the heap.
    this.#words = new Array<number>((bound + 31) >>> 5).fill(0)
  }

  add(number: number): void {
    // What is lost here would not be held.
    if (number >= this.#bound) throw new RangeError(`${number} is beyond the bound of ${this.#bound}.`)
    const word = number >>> 5
    this.#words[word] = (this.#words[word] as number) | (1 << (number & 31))
  }

  has(number: number): boolean {
    return (((this.#words[number >>> 5] as number) >>> (number & 31)) & 1) === 1
  }

  /** Adds all numbers of a set of the same bound. */
  addAll(other: NumberSet): void {
    const others = other.#words
    for (let at = 0; at < others.length; at++)
      this.#words[at] = (this.#words[at] as number) | (others[at] as number)
  }

  /** How many numbers there are. */
  get size(): number {
    let size = 0
    for (let at = 0; at < this.#words.length; at++)
      for (let word = this.#words[at] as number; word !== 0; word &= word - 1) size++
    return size
  }

  /** The numbers, each once, ascending. */
  list(): number[] {
    const numbers: number[] = []
    for (let at = 0; at < this.#words.length; at++) {
      let word = this.#words[at] as number
      if (word === 0) continue
      while (word !== 0) {
        const lowest = word & -word
        numbers.push((at << 5) + 31 - Math.clz32(lowest))
        word ^= lowest
      }
    }
    return numbers
  }
}

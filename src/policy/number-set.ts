/** Distinct numbers in ascending order: what sets of statements or patterns are told apart by, for every user anew. */
export class NumberSet {
  #numbers = new Uint32Array(64)
  #size = 0

  clear(): void {
    this.#size = 0
  }

  /** @param number a whole number from 0 up to 2³² */
  add(number: number): void {
    if (this.#size === this.#numbers.length) {
      const larger = new Uint32Array(2 * this.#size)
      larger.set(this.#numbers)
      this.#numbers = larger
    }
    this.#numbers[this.#size++] = number
  }

  /** The numbers, each once; valid until the set changes. */
  sorted(): Uint32Array {
    const numbers = this.#numbers.subarray(0, this.#size).sort()
    let kept = 0
    for (let at = 0; at < numbers.length; at++)
      if (at === 0 || numbers[at] !== numbers[kept - 1]) numbers[kept++] = numbers[at] as number
    this.#size = kept
    return numbers.subarray(0, kept)
  }
}

/** The engine takes only so many arguments at once. */
const PIECE = 4096

/** Text that only equal lists of numbers share. */
export function keyOf(numbers: Uint32Array): string {
  // Two letters for each number, made by the engine at once.
  const letters = new Uint16Array(numbers.buffer, numbers.byteOffset, 2 * numbers.length)
  let key = ''
  for (let at = 0; at < letters.length; at += PIECE)
    key += String.fromCharCode.apply(null, letters.subarray(at, at + PIECE) as unknown as number[])
  return key
}

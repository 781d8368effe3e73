/** Answers by what they depend on: lists of numbers of statements. */

/** More numbers than a call may have as arguments, or than there are letters, are written out. */
const [MOST_LETTERS, FIRST_WITHOUT_LETTER] = [10_000, 0xffff]
/** The letter that stands for no number. */
export const BETWEEN_KEYS = String.fromCharCode(FIRST_WITHOUT_LETTER)

/**
 * A short text that no other list of ascending numbers has: a letter for each. What is written out has a digit before a
 * smaller letter, so that it is no text of ascending letters.
 */
export function keyOf(numbers: readonly number[]): string {
  const last = numbers[numbers.length - 1] ?? 0
  const isShort = numbers.length <= MOST_LETTERS && last < FIRST_WITHOUT_LETTER
  return isShort ? String.fromCharCode(...numbers) : numbers.join()
}

/** What is remembered under a key, made when it is first asked for. */
export function remembered<K, V>(
  memory: { get(key: K): V | undefined; set(key: K, value: V): unknown },
  key: K,
  make: () => V,
): V {
  const known = memory.get(key)
  if (known !== undefined) return known
  const made = make()
  memory.set(key, made)
  return made
}

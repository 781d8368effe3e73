/** Texts with a limit are cut at whole rows, and say how many are missing. */

/**
 * Joins as many rows as fit, and says how many do not.
 *
 * @param budget longest result, in UTF-8 bytes: the strictest way GitHub could count
 */
export function fitRows(rows: readonly string[], budget: number, what: string): string {
  return fitMade(rows, (row) => row, budget, what)
}

/** The same of rows that are made one by one as long as they fit: thousands of others need not be. */
export function fitMade<Item>(
  items: readonly Item[],
  make: (item: Item) => string,
  budget: number,
  what: string,
): string {
  const kept: string[] = []
  let size = 0
  const room = budget - 120
  for (const item of items) {
    const row = make(item)
    const length = bytes(row) + 1
    if (size + length > room) break
    kept.push(row)
    size += length
  }
  const missing = items.length - kept.length
  if (missing > 0) kept.push(`\n_${missing} more ${what} did not fit here; the report has them all._\n`)
  return kept.join('\n')
}

/** Length in UTF-8. */
export function bytes(text: string): number {
  return new TextEncoder().encode(text).length
}

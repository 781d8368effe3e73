/**
 * How far one word is from another: insertions, deletions and exchanges of letters. For words a few letters long.
 *
 * @param atMost whoever asks needs no more: a distance above it is some number above it
 */
export function editDistance(one: string, other: string, atMost = Number.POSITIVE_INFINITY): number {
  const apart = Math.abs(one.length - other.length)
  if (apart > atMost) return apart
  let [row, next]: [number[], number[]] = [Array.from({ length: other.length + 1 }, (_, at) => at), []]
  for (let i = 1; i <= one.length; i++) {
    next[0] = i
    let least = i
    for (let j = 1; j <= other.length; j++) {
      const exchanged = (row[j - 1] as number) + (one[i - 1] === other[j - 1] ? 0 : 1)
      const edits = Math.min((next[j - 1] as number) + 1, (row[j] as number) + 1, exchanged)
      next[j] = edits
      if (edits < least) least = edits
    }
    // Every way to the end leads through this row, and none becomes shorter.
    if (least > atMost) return least
    ;[row, next] = [next, row]
  }
  return row[other.length] as number
}

/** How far a glob is from matching a word: the least number of letters to put in, take out or exchange in it. */

export function isGlob(text: string): boolean {
  return text.includes('*') || text.includes('?')
}

/** `*` stands for any letters and `?` for one, both for nothing. Work is the product of the lengths. */
export function globEdits(glob: string, word: string): number {
  let row = Array.from({ length: word.length + 1 }, (_, at) => at)
  for (const letter of glob) {
    const next: number[] = [(row[0] as number) + (letter === '*' ? 0 : 1)]
    for (let at = 1; at <= word.length; at++) {
      const [above, before, diagonal] = [row[at], next[at - 1], row[at - 1]] as [number, number, number]
      if (letter === '*') next.push(Math.min(above, before))
      else {
        const isSame = letter === '?' || letter === word[at - 1]
        next.push(Math.min(above + 1, before + 1, diagonal + (isSame ? 0 : 1)))
      }
    }
    row = next
  }
  return row[word.length] as number
}

/** How many slips a word may have and still be taken for another: none in a short one. */
export function nearLimit(glob: string): number {
  return Math.min(2, Math.floor(glob.replaceAll(/[*?]/g, '').length / 3))
}

/**
 * How often and from which seed properties are tried. The suite tries the same cases every time, so that whoever
 * changed nothing breaks nothing; `npm run fuzz` tries many more of them, from another seed every time.
 */
export const seed = Number(process.env.SEED ?? 20261126)

/** How many times as many cases as in the suite. */
export const depth = Number(process.env.DEPTH ?? 1)

/** For `fc.assert`. */
export function settings(numRuns = 100): { readonly numRuns: number; readonly seed: number } {
  return { numRuns: Math.ceil(numRuns * depth), seed }
}

/** One of so many of the cases, as if by chance and always the same for a `shift`; all of them in depth. */
export function sampled<T>(cases: readonly T[], every: number, shift = 0): readonly T[] {
  if (depth > 1) return cases
  return cases.filter((_, at) => (Math.imul(at + 1 + 1000 * shift, 2654435761) >>> 16) % every === 0)
}

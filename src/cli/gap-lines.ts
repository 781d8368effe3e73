/** What could not be read or decided, as lines, each with whom it concerns. */
import type { Gap } from '../access/model.ts'
import { visible } from '../render/escape.ts'
import { principalWords } from '../render/principal-words.ts'
import { listWords } from '../render/words.ts'

export function gapLines(gaps: readonly Gap[]): string[] {
  return gaps.map(({ message, remedy, reaches }) => {
    const who =
      reaches === null
        ? 'anybody'
        : listWords(
            reaches.map((one) => principalWords(one, visible)),
            10,
          )
    return `  ${visible(message)} This concerns ${who}. ${visible(remedy)}`
  })
}

/** What a person reads in a field: two texts that look alike say the same, and one without a visible character nothing. */

/** Control, zero-width, bidirectional and other characters that show nothing; the last is a pattern of no dots. */
const unseen = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/gu

/** The text as it is read: blanks of any kind and length count as one, and what cannot be seen is not there. */
export function readText(text: string | undefined): string {
  return (text ?? '').replace(/\s+/gu, ' ').replace(unseen, '').replace(/ +/g, ' ').trim()
}

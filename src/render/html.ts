/** Text inside HTML, also inside the HTML of Markdown: nothing in it is more than text, whoever reads it. */
import { visible } from './escape.ts'

/** Everything but letters, digits, blanks and plain marks as character reference: no tag, entity, mention or comment. */
export function html(text: string): string {
  return visible(text).replace(
    /[^A-Za-z0-9 ,.()/\-\u00a1-\u{10ffff}]/gu,
    (character) => `&#${character.codePointAt(0)};`,
  )
}

/** Characters of a name in a heading. The whole name stands below it. */
const LONGEST = 128

/** A name inside HTML, as code. */
export function htmlCode(text: string): string {
  const characters = [...text]
  const shown = characters.length > LONGEST ? `${characters.slice(0, LONGEST - 1).join('')}…` : text
  return `<code>${shown === '' ? '(empty)' : html(shown)}</code>`
}

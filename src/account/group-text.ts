/** The name of a group in a mapping rule: plain text, or text with placeholders that the provider's values fill. */

/** A text without placeholders has one part and no `names`. */
export interface GroupText {
  readonly written: string
  /** With each placeholder replaced by its attribute (`corp-{Team}`); null without placeholders. */
  readonly names: string | null
  /** The texts between the placeholders, one more than there are placeholders. */
  readonly parts: readonly string[]
  /** The attribute of each placeholder, by its number. */
  readonly placeholders: readonly number[]
}

/**
 * Takes the text apart.
 *
 * @param attributes the attributes that placeholders count
 * @returns what is not understood of it, where it has no one meaning
 */
export function groupText(written: string, attributes: readonly string[]): GroupText | string {
  const parts: string[] = []
  const placeholders: number[] = []
  let names = ''
  let from = 0
  for (const found of written.matchAll(/\{(\d{1,4})\}/g)) {
    const number = Number(found[1])
    const attribute = attributes[number]
    if (attribute === undefined)
      return `a placeholder that counts beyond the attributes without a test (${found[0]})`
    // Written into `names` it would read like the text of other attributes.
    if (/[{}]/.test(attribute)) return `an attribute with braces in its name (${found[0]})`
    const part = written.slice(from, found.index)
    parts.push(part)
    placeholders.push(number)
    names += `${part}{${attribute}}`
    from = found.index + found[0].length
  }
  parts.push(written.slice(from))
  if (parts.some((part) => /[{}]/.test(part))) return 'braces that are no placeholder'
  return { written, names: placeholders.length === 0 ? null : names + parts.at(-1), parts, placeholders }
}

/**
 * Whether some values of the attributes make the text this name. Where two or more different attributes are repeated
 * it asks for no more than what lies between: rather one group too many than one too few. Linear in the name for
 * each part.
 */
export function mayForm(text: GroupText, name: string): boolean {
  const [first, last] = [text.parts[0] as string, text.parts.at(-1) as string]
  if (text.parts.length === 1) return first === name
  if (name.length < first.length + last.length) return false
  if (!name.startsWith(first) || !name.endsWith(last)) return false
  if (new Set(text.placeholders).size === 1) return mayRepeat(text, name)
  let at = first.length
  const end = name.length - last.length
  for (const part of text.parts.slice(1, -1)) {
    const found = name.indexOf(part, at)
    if (found < 0 || found + part.length > end) return false
    at = found + part.length
  }
  return true
}

/** One attribute alone has one value, whose length follows from that of the name. */
function mayRepeat({ parts, placeholders }: GroupText, name: string): boolean {
  const fixed = parts.reduce((sum, part) => sum + part.length, 0)
  const length = (name.length - fixed) / placeholders.length
  if (length < 0 || !Number.isInteger(length)) return false
  const start = (parts[0] as string).length
  return parts.join(name.slice(start, start + length)) === name
}

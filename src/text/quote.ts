/** Shows a piece of somebody else's text in an error message: short, quoted, without control characters. */
export function quoteText(value: unknown, limit = 80): string {
  const text = JSON.stringify(value) ?? String(value)
  const visible = text.replace(
    /[\u007f-\u00a0\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return visible.length > limit ? `${visible.slice(0, limit)}…` : visible
}

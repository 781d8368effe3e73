/** Where a text stops being JSON: the platform's own parser says so only for some errors. */

const LITERALS = ['true', 'false', 'null']
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y

/** What may come next: a value, a member's key, or what follows a value. `open` allows the closing bracket too. */
type Expected = 'value' | 'key' | 'end'

/**
 * Offset of the first character that JSON does not allow there; the length of the text where it only ends too soon,
 * or where all of it is JSON. Not recursive, so that no depth of brackets overflows it.
 */
export function jsonErrorOffset(text: string): number {
  const open: ('{' | '[')[] = []
  let at = spaceAfter(text, 0)
  let expected: Expected = 'value'
  let mayClose = false
  while (at < text.length) {
    const character = text[at] as string
    const closes = character === (open[open.length - 1] === '{' ? '}' : ']')
    let next: number | null = null
    if (open.length > 0 && closes && (expected === 'end' || mayClose)) {
      open.pop()
      next = at + 1
      expected = 'end'
    } else if (expected === 'end') {
      if (character !== ',' || open.length === 0) return at
      next = at + 1
      expected = open[open.length - 1] === '{' ? 'key' : 'value'
      mayClose = false
      at = spaceAfter(text, next)
      continue
    } else if (expected === 'key') {
      const colon = spaceAfter(text, match(STRING, text, at) ?? at)
      if (colon === at) return at
      if (text[colon] !== ':') return colon
      next = colon + 1
      expected = 'value'
    } else if (character === '{' || character === '[') {
      open.push(character)
      next = at + 1
      expected = character === '{' ? 'key' : 'value'
      mayClose = true
      at = spaceAfter(text, next)
      continue
    } else {
      next = scalarEnd(text, at)
      expected = 'end'
    }
    if (next === null) return at
    mayClose = false
    at = spaceAfter(text, next)
  }
  return text.length
}

function scalarEnd(text: string, at: number): number | null {
  const literal = LITERALS.find((one) => text.startsWith(one, at))
  if (literal !== undefined) return at + literal.length
  return match(text[at] === '"' ? STRING : NUMBER, text, at)
}

function match(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : null
}

function spaceAfter(text: string, from: number): number {
  let at = from
  while (at < text.length && ' \t\r\n'.includes(text[at] as string)) at++
  return at
}

/** With lines that every reader counts alike, and every offset as it was: JSON has no carriage return within texts. */
export function withLineFeeds(text: string): string {
  return text.replaceAll(/\r(?!\n)/g, '\n')
}

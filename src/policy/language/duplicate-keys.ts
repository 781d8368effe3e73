/**
 * `JSON.parse` keeps the last of two equal keys and says nothing; a policy service may keep the first. Text with a
 * duplicate key has no one meaning.
 */

/** The first key that stands twice in one object of a text that `JSON.parse` accepts, with its offset; else null. */
export function duplicateKey(json: string): { readonly key: string; readonly offset: number } | null {
  // One entry for each open object or list; a list has no keys.
  const open: (Set<string> | null)[] = []
  for (let at = 0; at < json.length; at++) {
    const character = json[at]
    if (character === '{') open.push(new Set())
    else if (character === '[') open.push(null)
    else if (character === '}' || character === ']') open.pop()
    else if (character === '"') {
      const end = endOfString(json, at)
      const keys = open[open.length - 1]
      if (keys && isKey(json, end)) {
        const key = JSON.parse(json.slice(at, end)) as string
        if (keys.has(key)) return { key, offset: at }
        keys.add(key)
      }
      at = end - 1
    }
  }
  return null
}

/** Offset behind the closing quote. */
function endOfString(json: string, start: number): number {
  let at = start + 1
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at + 1
}

/** A string is a key when a colon follows. */
function isKey(json: string, end: number): boolean {
  let at = end
  while (json[at] === ' ' || json[at] === '\n' || json[at] === '\r' || json[at] === '\t') at++
  return json[at] === ':'
}

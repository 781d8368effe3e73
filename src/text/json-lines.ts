/** JSON laid out for people and for git: what belongs together on one line, with spaces where people put them. */

/** A value on one line. */
export function line(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(line).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${line(one)}`)
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

/** An object of a list: these keys on its first line, each other key on its own. Only the first brace is not indented. */
export function item(json: Readonly<Record<string, unknown>>, firstLine: readonly string[]): string {
  const field = (key: string): string => `${JSON.stringify(key)}: ${line(json[key])}`
  const first = firstLine.filter((key) => Object.hasOwn(json, key)).map(field)
  const others = Object.keys(json)
    .filter((key) => !firstLine.includes(key))
    .map(field)
  return `{\n${[first.join(', '), ...others].map((text) => `      ${text}`).join(',\n')}\n    }`
}

/** A list whose items stand below each other, two spaces further in than the line it begins on. */
export function block(items: readonly string[], indent: string): string {
  if (items.length === 0) return '[]'
  return `[\n${items.map((one) => `${indent}  ${one}`).join(',\n')}\n${indent}]`
}

/** The object without the keys whose value is undefined. */
export function withoutUndefined(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}

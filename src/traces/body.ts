/** Reads values of a request or response whose shape nobody promised. Never throws. */

type Json = Readonly<Record<string, unknown>>

/** Longest text taken for an id or a name. */
const LONGEST_NAME = 512
/** Objects around the fields that requests are known to have. */
const wrappers = [
  ...['user', 'group', 'agency', 'role', 'policy', 'policy_version', 'mapping', 'protocol'],
  ...['identity_provider', 'oidc_provider', 'saml_provider', 'openid_connect_config'],
]

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value of a field, at the top or inside one of the known wrappers; undefined: nowhere. */
export function valueIn(body: Json | null, field: string): unknown {
  if (body === null) return undefined
  if (Object.hasOwn(body, field)) return body[field]
  for (const wrapper of wrappers) {
    const inner = Object.hasOwn(body, wrapper) ? body[wrapper] : undefined
    if (isObject(inner) && Object.hasOwn(inner, field)) return inner[field]
  }
  return undefined
}

/** An id or name by the first of these fields that has one; null: none. */
export function nameIn(body: Json | null, ...fields: readonly string[]): string | null {
  for (const field of fields) {
    const value = valueIn(body, field)
    if (typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME) return value
  }
  return null
}

/** A document: a text as it stands, an object as JSON; null: none. */
export function documentIn(body: Json | null, ...fields: readonly string[]): string | null {
  for (const field of fields) {
    const value = valueIn(body, field)
    if (typeof value === 'string' && value !== '') return value
    if (isObject(value) || Array.isArray(value)) return JSON.stringify(value)
  }
  return null
}

/** True, false, or the same as text; null: neither. */
export function booleanIn(body: Json | null, field: string): boolean | null {
  const value = valueIn(body, field)
  if (value === true || value === 'true') return true
  return value === false || value === 'false' ? false : null
}

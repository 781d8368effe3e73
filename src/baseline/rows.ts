/** A parsed JSON value as rules that look at it before it is validated need it. */

export type Row = Readonly<Record<string, unknown>>

/** Positions in the list stay what they are in the file; what is no map counts as an empty one. */
export function rows(value: unknown): readonly Row[] {
  return Array.isArray(value) ? value.map((one) => (isMap(one) ? one : {})) : []
}

export function isMap(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * A call of the cloud as one value: its path, the IAM action it takes, what it is for, and the shape of its answer.
 * Client, needed permissions, `mode: check` and README follow from these.
 */
import type { z } from 'zod'

/** What a call is for; `account`: for what every audit begins with. */
export type Purpose =
  | 'account'
  | 'identity-policies'
  | 'legacy-roles'
  | 'agencies'
  | 'federation'
  | 'evidence'
  | 'traces'

export interface Call<T> {
  /** Method and path with its ids as names, and what tells it from others of the same path; for messages. */
  readonly id: string
  /** The IAM action it takes; null: none that is known. */
  readonly action: string | null
  readonly purpose: Purpose
  readonly why: string
  /** Without it the audit is still complete, or reads the same in another way. */
  readonly optional: boolean
  /** `v3` may turn down keys that the others take. */
  readonly model: 'v5' | 'v3' | 'sts' | 'cts'
  /** Shape of the answer; of a list: of each row. */
  readonly schema: z.ZodType<T>
}

/** A call that answers with rows: which field has them, and what tells one from another. */
export interface ListCall<T> extends Call<T> {
  readonly rows: string
  readonly key: (row: T) => string
  /** One row may stand in the place of the list, as the documentation prints it. */
  readonly mayStandAlone?: boolean
}

/** A list by numbered pages. */
export interface NumberedCall<T> extends ListCall<T> {
  readonly pageSize: number
  /** The field that counts all rows; null: there is none, and a short page is the last. */
  readonly total: string | null
}

export type Ids = Readonly<Record<string, string>>

/** The path of a call with these ids put in. Null: an id is none that can stand in a path. */
export function pathOf({ id }: Pick<Call<unknown>, 'id'>, ids: Ids): string | null {
  const template = id.replace(/^[A-Z]+ /, '').split('?')[0] as string
  const parts = template.split('/').map((part) => {
    if (!part.startsWith('{')) return part
    const value = ids[part.slice(1, -1)] ?? ''
    return value === '' || value === '.' || value === '..' || value.includes('/') ? null : value
  })
  return parts.includes(null) ? null : parts.join('/')
}

/** Shapes of fields that the cloud sends: what the verdict needs is required, anything else may be missing or odd. */
import { z } from 'zod'

/** What a row cannot do without. */
export const id = z.string().min(1)

/** Text that is worth showing, and null where there is none. */
export const maybeText = z
  .string()
  .nullish()
  .catch(null)
  .transform((value) => value ?? null)

/** A count that is worth comparing, and null where there is none. */
export const maybeCount = z
  .number()
  .int()
  .nonnegative()
  .nullish()
  .catch(null)
  .transform((value) => value ?? null)

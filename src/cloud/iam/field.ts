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

/** A time in ISO 8601; null where nothing is said of one. Another text is no time, and none that could be passed over. */
export const maybeTime = z
  .string()
  .refine((text) => /^\d{4}-\d{2}-\d{2}T/.test(text) && !Number.isNaN(Date.parse(text)))
  .nullish()
  .transform((value) => value ?? null)

/** A count that is worth comparing, and null where there is none. */
export const maybeCount = z
  .number()
  .int()
  .nonnegative()
  .nullish()
  .catch(null)
  .transform((value) => value ?? null)

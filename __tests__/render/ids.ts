/** Ids as the cloud makes them. */
import { createHash } from 'node:crypto'

export const ACCOUNT = 'd78cbac186b744899480f25bd022aaaa'

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The same id for the same seed. */
export const hexId = (seed: string): string => sha256(seed).slice(0, 32)

/**
 * Documents already read, kept between runs. A version never changes once it exists, so a document is known by
 * account, policy, version and `updated_at`. Whoever can write the folder must not be able to change a verdict:
 * every entry is authenticated, and one that does not fit is read again.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ApiPolicy } from '../iam/v5-calls.ts'

export interface CachedVersion {
  readonly version_id: string
  readonly created_at: string | null
  readonly document: string
}

export interface DocumentCache {
  get(policy: ApiPolicy): Promise<CachedVersion | null>
  put(policy: ApiPolicy, version: CachedVersion): Promise<void>
  /** Entries that were there and did not fit: damaged, or written by somebody without the key. */
  readonly rejected: number
  /** Documents that could not be kept. */
  readonly unwritten: number
}

/** Far above any document that the cloud takes, in bytes. */
const MAXIMUM_BYTES = 4 * 1024 * 1024

/** No cache. */
export const noCache: DocumentCache = {
  get: async () => null,
  put: async () => {},
  rejected: 0,
  unwritten: 0,
}

class FolderCache implements DocumentCache {
  readonly #folder: string
  readonly #account: string
  readonly #key: Buffer
  rejected = 0
  unwritten = 0

  constructor(folder: string, account: string, secret: string) {
    this.#folder = folder
    this.#account = account
    // The secret key signs requests; what authenticates files is derived from it, never it itself.
    this.#key = createHmac('sha256', secret).update('iam-audit document cache v1').digest()
  }

  async get(policy: ApiPolicy): Promise<CachedVersion | null> {
    const path = this.#path(policy)
    const found = await lstat(path).catch(() => null)
    if (found === null) return null
    // A link or a pipe in the place of an entry could lead anywhere, or never end.
    const own = found.isFile() && found.size <= MAXIMUM_BYTES
    const text = own ? await readFile(path, 'utf8').catch(() => '') : ''
    const version = this.#open(policy, text)
    if (version === null) this.rejected++
    return version
  }

  /** A folder that cannot be written costs requests and nothing else. */
  async put(policy: ApiPolicy, version: CachedVersion): Promise<void> {
    try {
      await this.#write(policy, version)
    } catch {
      this.unwritten++
    }
  }

  async #write(policy: ApiPolicy, version: CachedVersion): Promise<void> {
    await mkdir(this.#folder, { recursive: true })
    const payload = JSON.stringify(version)
    const path = this.#path(policy)
    const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
    try {
      // Never through a file or link that is there already.
      await writeFile(temporary, `${this.#seal(policy, payload)}\n${payload}`, { flag: 'wx' })
      await rename(temporary, path)
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
  }

  #open(policy: ApiPolicy, text: string): CachedVersion | null {
    const [seal = '', payload = ''] = [text.slice(0, 64), text.slice(65)]
    const [given, expected] = [Buffer.from(seal), Buffer.from(this.#seal(policy, payload))]
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null
    return JSON.parse(payload) as CachedVersion
  }

  #identity(policy: ApiPolicy): string {
    return JSON.stringify([this.#account, policy.policy_id, policy.default_version_id, policy.updated_at])
  }

  #path(policy: ApiPolicy): string {
    return join(
      this.#folder,
      `${createHmac('sha256', this.#key).update(this.#identity(policy)).digest('hex')}.json`,
    )
  }

  #seal(policy: ApiPolicy, payload: string): string {
    return createHmac('sha256', this.#key)
      .update(`${this.#identity(policy)}\n${payload}`)
      .digest('hex')
  }
}

/** A cache in a folder, authenticated under a secret. */
export function folderCache(folder: string, account: string, secret: string): DocumentCache {
  return new FolderCache(folder, account, secret)
}

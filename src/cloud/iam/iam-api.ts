/** Sends calls and checks their answers at the border. Nothing outside knows a marker or a page number. */
import type { z } from 'zod'
import { AuthenticationError, CloudError, ShapeError, ShiftedError } from '../http/cloud-error.ts'
import type { HttpClient } from '../http/http-client.ts'
import type { Query } from '../http/signer.ts'
import { type Call, type Ids, type ListCall, type NumberedCall, pathOf } from './call.ts'
import { attachedEntities, type Entity } from './v5-calls.ts'

/** Largest page of a list with markers. */
const PAGE = 200
/** Beyond any list the quotas allow; ends a list that would never end. */
const MAXIMUM_PAGES = 500
/** Beyond any number of grants; a total that says more is none. */
const MAXIMUM_ROWS = 200_000
/** How often a numbered list is read until its pages agree on how many rows there are. */
const NUMBERED_READINGS = 3
/** Numbered pages under way at once. */
const PAGES_AT_ONCE = 4

/** What could be read of a list, and what kept it from being read whole; null when it is whole. */
export interface Listed<T> {
  readonly rows: readonly T[]
  readonly problem: CloudError | null
}

interface Numbered<T> extends Listed<T> {
  /** Rows that the cloud counts; null when it does not say. */
  readonly total: number | null
}

export class IamApi {
  readonly http: HttpClient
  readonly #iam: URL
  readonly #sts: URL

  constructor(http: HttpClient, endpoints: { readonly iam: URL; readonly sts: URL }) {
    this.http = http
    this.#iam = endpoints.iam
    this.#sts = endpoints.sts
  }

  /**
   * One answer.
   *
   * @throws ShapeError when it is not of the shape of the call, and whatever the request throws
   */
  async one<T>(call: Call<T>, ids: Ids = {}, { justMade = false } = {}): Promise<T> {
    return parse(call.schema, await this.#get(call, ids, {}, justMade), call.id)
  }

  /**
   * A list, to its end. Rows that lack what the verdict needs are left out and said; so is what follows a page that
   * cannot be read. A list that changes while it is paged may show a row twice, which counts once.
   *
   * @throws CloudError when nothing of it could be read
   */
  async list<T>(call: ListCall<T>, ids: Ids = {}, query: Query = {}): Promise<Listed<T>> {
    const read = rowReader(call)
    const problem = await this.#eachPage(call, ids, query, read.add)
    return { rows: read.rows(), problem: problem ?? read.problem() }
  }

  /** A list that has one page. @throws CloudError when nothing of it could be read */
  async whole<T>(call: ListCall<T>, ids: Ids = {}): Promise<Listed<T>> {
    const read = rowReader(call)
    read.add(await this.#get(call, ids, {}))
    return { rows: read.rows(), problem: read.problem() }
  }

  /** Everything that a policy is attached to. @throws CloudError when nothing of it could be read */
  async entities(policyId: string): Promise<Listed<Entity>> {
    const found = new Map<string, Entity>()
    let broken: ShapeError | null = null
    const problem = await this.#eachPage(attachedEntities, { policy_id: policyId }, {}, (page) => {
      const parsed = parse(attachedEntities.schema, page, attachedEntities.id)
      if (parsed.broken > 0) broken ??= shapeError(attachedEntities.id, 'an entity without an id')
      for (const one of parsed.entities) found.set(`${one.principal_type} ${one.principal_id}`, one)
    })
    return { rows: [...found.values()], problem: problem ?? broken }
  }

  /**
   * A list of numbered pages, read until every page counts the same and as many different rows were there: rows of
   * such a list shift when one goes. Where that does not come about, the last reading and a ShiftedError.
   *
   * @throws CloudError when its first page could not be read
   */
  async numbered<T>(call: NumberedCall<T>, query: Query = {}): Promise<Numbered<T>> {
    for (let reading = 1; ; reading++) {
      const found = await this.#numberedOnce(call, query)
      if (!(found.problem instanceof ShiftedError) || reading === NUMBERED_READINGS) return found
    }
  }

  /** How many rows a numbered list has, as its first page says. */
  async total<T>(call: NumberedCall<T>, query: Query = {}): Promise<number> {
    const page = await this.#get(call, {}, { ...query, page: '1', per_page: '1' })
    const total = totalOf(call, page)
    if (total === null) throw shapeError(call.id, call.total ?? 'total')
    return total
  }

  async #numberedOnce<T>(call: NumberedCall<T>, query: Query): Promise<Numbered<T>> {
    const { pageSize } = call
    const read = rowReader(call)
    const totals = new Set<number | null>()
    const page = async (number: number): Promise<number> => {
      const answer = await this.#get(
        call,
        {},
        {
          ...query,
          ...{ page: String(number), per_page: String(pageSize) },
        },
      )
      totals.add(totalOf(call, answer))
      return read.add(answer)
    }
    const first = await page(1)
    const [total = null] = totals
    const problem = await settled(async () => {
      // Without a total, a page that is not full is the last.
      if (total === null)
        for (let at = 2, rows = first; rows >= pageSize; at++) {
          if (at > MAXIMUM_PAGES) throw new CloudError(`${call.id} did not end.`, { call: call.id })
          rows = await page(at)
        }
      else await readPages(2, Math.ceil(total / pageSize), page)
    })
    const shifted = total !== null && (totals.size > 1 || read.seen() !== total)
    return {
      rows: read.rows(),
      total,
      problem:
        problem ??
        (shifted
          ? new ShiftedError(
              `${call.id} counts ${[...totals].join(', then ')} rows, and ${read.seen()} could be read.`,
              { call: call.id },
            )
          : read.problem()),
    }
  }

  /** Sends a probe: only whether it is answered matters. */
  async probe(call: Call<unknown>, ids: Ids, query: Query): Promise<void> {
    await this.#get(call, ids, query)
  }

  #get(call: Call<unknown>, ids: Ids, query: Query, justMade = false): Promise<unknown> {
    const path = pathOf(call, ids)
    if (path === null)
      throw new ShapeError(`${call.id} cannot be asked: an id is none that can stand in a path.`, {
        call: call.id,
      })
    const origin = call.model === 'sts' ? this.#sts : this.#iam
    return this.http.json({ origin, path, call: call.id, query, choosy: call.model === 'v3', justMade })
  }

  /**
   * Pages to the end. Returns why it did not come there, when at least the first page was read.
   *
   * @throws CloudError when the first page could not be read
   */
  async #eachPage(
    call: Call<unknown>,
    ids: Ids,
    query: Query,
    add: (page: unknown) => void,
  ): Promise<CloudError | null> {
    const seen = new Set<string>()
    const page = async (marker: string | null): Promise<string | null> => {
      const limited = { ...query, limit: String(PAGE), ...(marker === null ? {} : { marker }) }
      const answer = await this.#get(call, ids, limited)
      const next = nextMarker(answer, call.id)
      add(answer)
      if (next !== null && seen.has(next))
        throw new CloudError(
          `${call.id} repeated page_info.next_marker; its list cannot be read to the end.`,
          { call: call.id },
        )
      if (next !== null) seen.add(next)
      return next
    }
    let marker = await page(null)
    return settled(async () => {
      for (let at = 1; marker !== null; at++) {
        if (at === MAXIMUM_PAGES)
          throw new CloudError(
            `${call.id} did not end after ${MAXIMUM_PAGES} pages (page_info.next_marker).`,
            {
              call: call.id,
            },
          )
        marker = await page(marker)
      }
    })
  }
}

/** Null when the rest of a list was read; else why not. What stops everything is thrown. */
async function settled(rest: () => Promise<void>): Promise<CloudError | null> {
  try {
    await rest()
    return null
  } catch (error) {
    if (error instanceof AuthenticationError || !(error instanceof CloudError)) throw error
    return error
  }
}

async function readPages(from: number, to: number, page: (at: number) => Promise<unknown>): Promise<void> {
  let next = from
  const worker = async (): Promise<void> => {
    while (next <= to) await page(next++)
  }
  await Promise.all(Array.from({ length: PAGES_AT_ONCE }, worker))
}

interface RowReader<T> {
  /** Takes the rows of a page. Returns how many it has. @throws ShapeError when its list is not there */
  add(page: unknown): number
  rows(): readonly T[]
  /** Different rows that were there, those included that could not be read. */
  seen(): number
  /** About the first row that could not be read. */
  problem(): ShapeError | null
}

function rowReader<T>({ id, schema, rows: field, key, mayStandAlone = false }: ListCall<T>): RowReader<T> {
  const rows = new Map<string, T>()
  let broken = 0
  let problem: ShapeError | null = null
  return {
    add: (page) => {
      const value = (page as Record<string, unknown> | null)?.[field]
      const list = mayStandAlone && isObject(value) ? [value] : value
      if (!Array.isArray(list)) throw shapeError(id, field)
      for (const [at, row] of (list as unknown[]).entries()) {
        const parsed = schema.safeParse(row)
        if (parsed.success) rows.set(key(parsed.data), parsed.data)
        else {
          broken++
          problem ??= shapeError(
            id,
            [field, at, ...(parsed.error.issues[0]?.path ?? [])].map(String).join('.'),
          )
        }
      }
      return list.length
    },
    rows: () => [...rows.values()],
    seen: () => rows.size + broken,
    problem: () => problem,
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function totalOf<T>({ id, total }: NumberedCall<T>, page: unknown): number | null {
  if (total === null) return null
  const value = (page as Record<string, unknown> | null)?.[total]
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > MAXIMUM_ROWS)
    throw shapeError(id, total)
  return value
}

function nextMarker(answer: unknown, call: string): string | null {
  const info = (answer as { page_info?: unknown } | null)?.page_info
  const marker = (info as { next_marker?: unknown } | null | undefined)?.next_marker ?? ''
  if (!isObject(info) || typeof marker !== 'string')
    throw new ShapeError(`${call} answered without a usable page_info.`, { call })
  return marker === '' ? null : marker
}

function parse<T>(schema: z.ZodType<T>, answer: unknown, call: string): T {
  const parsed = schema.safeParse(answer)
  if (parsed.success) return parsed.data
  throw shapeError(call, parsed.error.issues[0]?.path.map(String).join('.') || 'the answer')
}

function shapeError(call: string, field: string): ShapeError {
  return new ShapeError(`${call} answered in a shape that is not documented: ${field}.`, { call })
}

/** Faults that the cloud is known for, each in one call. Give them to the server, at its start or while it runs. */
import { legacyFailure, refusal, unsupportedToken } from './call.ts'
import { actionOf } from './handle.ts'
import type { SimulatedAccount } from './model.ts'
import type { Fault } from './server.ts'

type Rows = Record<string, unknown>
const call = (method: string, path: string) => ({ method, path, query: {}, body: '', caller: null })

/** One action is missing: 403, in the shape of the API that asks for it. */
export const forbidden = (action: string): Fault => ({
  on: ({ method, path }) => actionOf(method, path) === action,
  answer: ({ method, path }) => refusal(call(method, path), action),
})

/** 401 without a word about why, in the shape of the API. */
export const unauthorized = (path: string): Fault => ({
  on: path,
  answer: legacyFailure(call('GET', path), 401, 'The request you have made requires authentication.'),
})

/** Keys are not taken at all under a path: `IAM.0091`, with whatever status. */
export const tokenUnsupported = (path: string, status?: number): Fault => ({
  on: path,
  answer: unsupportedToken(status),
})

/** A list is missing from the answer. */
export const withoutList = (path: string, list: string): Fault => ({
  on: path,
  change: ({ [list]: _, ...rest }) => rest,
})

/** Something else stands where a list should. */
export const insteadOfList = (path: string, list: string, value: unknown): Fault => ({
  on: path,
  change: (body) => ({ ...body, [list]: value }),
})

/** A list of one row is written as that row alone, as the documentation prints it. */
export const rowAsObject = (path: string, list: string): Fault => ({
  on: path,
  change: (body) => {
    const rows = body[list] as readonly unknown[]
    return rows.length === 1 ? { ...body, [list]: rows[0] } : body
  },
})

/** The server miscounts: its totals are off by so many. */
export const miscounts = (path: string, by: number): Fault => ({
  on: path,
  change: (body) => {
    const counted: Rows = { ...body }
    for (const total of ['total_num', 'total_number'])
      if (typeof counted[total] === 'number') counted[total] = counted[total] + by
    return counted
  },
})

/** The account changes before a later page of a list is read, so that its rows move. */
export const shifts = (
  path: string,
  change: (account: SimulatedAccount) => void,
  { times = 1, page = '2' }: { readonly times?: number; readonly page?: string } = {},
): Fault => ({
  on: (request) => request.path.startsWith(path) && request.query.page === page,
  times,
  before: change,
})

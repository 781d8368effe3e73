/** Cloud Trace Service: the project whose traces are IAM's, and the traces of a window, page by page. */
import type { Trace } from '../../account/trace-record.ts'
import { CloudError, NotFoundError, ShapeError } from '../http/cloud-error.ts'
import type { HttpClient } from '../http/http-client.ts'
import type { Query } from '../http/signer.ts'
import * as calls from '../iam/trace-calls.ts'
import { traceOf } from './trace-row.ts'

const projectCall = calls.projects.id
const tracesCall = calls.traces.id

/** Largest page there is. */
const PAGE = 200
/** 500,000 traces: beyond what anybody does in seven days by hand, and an end for a list that has none. */
const MAXIMUM_PAGES = 2_500

export interface TraceEndpoints {
  readonly iam: URL
  readonly cts: URL
  /** Region of the service, which is the name of the project. */
  readonly region: string
}

export interface Window {
  /** Milliseconds since 1970, by the clock of the cloud. */
  readonly from: number
  readonly until: number
}

export interface ReadTraces {
  readonly count: number
  /** Why the window could not be read to its end; null: it was. */
  readonly problem: CloudError | null
}

export class TraceApi {
  readonly #http: HttpClient
  readonly #endpoints: TraceEndpoints

  constructor(http: HttpClient, endpoints: TraceEndpoints) {
    this.#http = http
    this.#endpoints = endpoints
  }

  /** Id of the region's project. @throws CloudError */
  async project(): Promise<string> {
    const { iam, region } = this.#endpoints
    const answer = await this.#http.json({
      ...{ origin: iam, path: '/v3/projects', query: { name: region }, call: projectCall, choosy: true },
    })
    const projects = (answer as { projects?: unknown } | null)?.projects
    if (!Array.isArray(projects))
      throw new ShapeError(`${projectCall} answered in a shape that is not documented: projects.`, {
        call: projectCall,
      })
    const found = (projects as { id?: unknown; name?: unknown }[]).find((one) => one?.name === region)
    if (found === undefined)
      throw new NotFoundError(`${projectCall} names no project of the region ${region}.`, {
        call: projectCall,
      })
    const { id } = found
    if (typeof id !== 'string' || !/^[A-Za-z0-9_-]+$/.test(id))
      throw new ShapeError(`${projectCall} answered in a shape that is not documented: projects.id.`, {
        call: projectCall,
      })
    return id
  }

  /**
   * Hands over the traces of a window, newest first, each once. What is recorded while they are read is younger and
   * moves nothing: a marker is a trace.
   *
   * @throws CloudError when not even the first page could be read
   */
  async read(project: string, window: Window, take: (trace: Trace) => void): Promise<ReadTraces> {
    const seen = new Set<string>()
    const markers = new Set<string>()
    let broken = 0
    let marker: string | null = null
    for (let page = 0; ; page++) {
      if (page === MAXIMUM_PAGES)
        return { count: seen.size, problem: failure(`did not end after ${MAXIMUM_PAGES} pages`) }
      let answer: Page
      try {
        answer = await this.#page(project, window, marker)
      } catch (error) {
        if (page === 0 || !(error instanceof CloudError)) throw error
        return { count: seen.size, problem: error }
      }
      for (const row of answer.traces) {
        const trace = traceOf(row)
        if (trace === null) broken++
        else if (!seen.has(trace.trace_id) && trace.time >= window.from && trace.time <= window.until) {
          seen.add(trace.trace_id)
          take(trace)
        }
      }
      marker = answer.marker
      if (marker === null) break
      if (markers.has(marker)) return { count: seen.size, problem: failure('repeated meta_data.marker') }
      markers.add(marker)
    }
    return {
      count: seen.size,
      problem: broken === 0 ? null : failure(`has ${broken} rows without an id, a name or a time`),
    }
  }

  /** Asks for the newest traces, whatever they are. @throws CloudError */
  async probe(project: string): Promise<void> {
    await this.#ask(project, {})
  }

  async #page(project: string, { from, until }: Window, marker: string | null): Promise<Page> {
    const answer = await this.#ask(project, {
      limit: String(PAGE),
      ...{ from: String(Math.floor(from)), to: String(Math.floor(until)) },
      ...(marker === null ? {} : { next: marker }),
    })
    const { traces, meta_data } = (answer ?? {}) as { traces?: unknown; meta_data?: unknown }
    if (!Array.isArray(traces)) throw shapeError('traces')
    if (typeof meta_data !== 'object' || meta_data === null) throw shapeError('meta_data')
    const next = (meta_data as { marker?: unknown }).marker ?? ''
    if (typeof next !== 'string') throw shapeError('meta_data.marker')
    return { traces, marker: next === '' ? null : next }
  }

  #ask(project: string, query: Query): Promise<unknown> {
    return this.#http.json({
      ...{ origin: this.#endpoints.cts, path: `/v3/${project}/traces`, call: tracesCall, choosy: true },
      query: { trace_type: 'system', service_type: 'IAM', ...query },
    })
  }
}

interface Page {
  readonly traces: readonly unknown[]
  readonly marker: string | null
}

function failure(what: string): CloudError {
  return new CloudError(`${tracesCall} ${what}.`, { call: tracesCall })
}

function shapeError(field: string): ShapeError {
  return new ShapeError(`${tracesCall} answered in a shape that is not documented: ${field}.`, {
    call: tracesCall,
  })
}

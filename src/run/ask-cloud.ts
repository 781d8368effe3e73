/** Everything that an audit asks of the cloud, tried once. */
import { AuthenticationError } from '../cloud/http/cloud-error.ts'
import { checkCloud } from '../cloud/iam/check.ts'
import { TraceApi } from '../cloud/traces/trace-api.ts'
import { byOutcome, type CheckResult } from '../render/check.ts'
import { UserError } from '../text/problem.ts'
import { openCloud } from './account.ts'
import type { AccountRun } from './account-run.ts'
import { type CheckedFiles, checkAccount, checkedSources } from './check-account.ts'

export type AskedCloud = Pick<CheckResult, 'cloud' | 'cloudProblem' | 'clockOffset' | 'rights' | 'would'> & {
  readonly traffic: { readonly requests: number; readonly retries: number }
}

/** Asks the cloud everything. Whatever stops it, what was learned until then is kept. */
export async function askCloud(run: AccountRun, files: CheckedFiles): Promise<AskedCloud> {
  let asked: AskedCloud = {
    ...{ cloud: null, cloudProblem: null, clockOffset: null, rights: null, would: null },
    traffic: { requests: 0, retries: 0 },
  }
  try {
    const { api, endpoints } = openCloud(run)
    const traces =
      (files.config?.traces ?? null) === null
        ? null
        : new TraceApi(api.http, { ...endpoints, region: run.inputs.traceRegion })
    const learn = (more: Partial<AskedCloud>): void => {
      const { requests, retries } = api.http.stats
      asked = { ...asked, clockOffset: api.http.clockOffset, traffic: { requests, retries }, ...more }
    }
    try {
      const cloud = await checkCloud(api, checkedSources(files), traces, files.config?.evidence ?? [])
      learn({ cloud })
      learn(await checkAccount(api, cloud, files))
    } finally {
      learn({})
    }
  } catch (error) {
    if (!(error instanceof UserError) && !(error instanceof AuthenticationError)) throw error
    asked = { ...asked, cloudProblem: error.message }
  }
  return asked
}

/** What was tried, a line each: first what was refused, as the summary has it. */
export function checkLines({ cloud, cloudProblem, claimsProblem, github }: CheckResult): string[] {
  return [
    ...[...(cloud?.rows ?? [])]
      .sort(byOutcome)
      .map((row) => `${row.status.padEnd(9)} ${row.call} ${row.action ?? ''} ${row.detail}`.trimEnd()),
    ...new Set([cloudProblem, claimsProblem].filter((line) => line !== null)),
    ...github.map((row) => `${row.status.padEnd(9)} GitHub: ${row.what} ${row.detail}`.trimEnd()),
  ]
}

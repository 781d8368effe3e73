/** What evidence needs of the cloud beside the verdict. */
import type { UserActivity } from '../account/activity.ts'
import type { Verdict } from '../audit/model.ts'
import { readActivity } from '../cloud/iam/activity.ts'
import type { IamApi } from '../cloud/iam/iam-api.ts'
import type { Config } from '../config/config.ts'

/** What user holders do with their access, as far as the config asks for it. */
export async function holderActivity(
  verdict: Verdict,
  { evidence }: Config,
  api: IamApi | null,
): Promise<ReadonlyMap<string, UserActivity>> {
  if (api === null || evidence.length === 0) return new Map()
  const users = verdict.holdings.flatMap(({ principal }) => (principal.kind === 'user' ? [principal.id] : []))
  return readActivity(api, [...new Set(users)], new Set(evidence))
}

/** The calls by which traces are read, and what they name beside the present account. */
import { z } from 'zod'
import type { Call } from './call.ts'
import { type ApiPolicy, policies } from './v5-calls.ts'

const any = z.unknown()

export const projects: Call<unknown> = {
  id: 'GET /v3/projects',
  ...{ action: 'iam:projects:listProjects', purpose: 'traces', optional: true, model: 'v3' },
  why: 'the project in which the traces of IAM lie',
  schema: any,
}

export const traces: Call<unknown> = {
  id: 'GET /v3/{project_id}/traces',
  ...{ action: 'cts:trace:list', purpose: 'traces', optional: true, model: 'cts' },
  why: 'who did it, and what came and went between two runs',
  schema: any,
}

/** Of a policy that nobody has any more, and that no list of attached ones has. */
export const policy: Call<{ policy: ApiPolicy }> = {
  id: 'GET /v5/policies/{policy_id}',
  ...{ action: 'iam:policies:getV5', purpose: 'traces', optional: true, model: 'v5' },
  why: 'the name of a policy that was attached to somebody in between',
  schema: z.object({ policy: policies.schema }),
}

/** What is running: version, commit, and digests of the data it was built with. */
import { createHash } from 'node:crypto'
import { shippedData } from '../policy/index.ts'
import type { Report } from '../report/report-schema.ts'

/** The released version; a test holds it to `package.json`. */
export const VERSION = '1.0.0'

/** The report's `tool`. The commit is the ref by which the workflow names the action; empty when it runs otherwise. */
export function toolInfo(environment: NodeJS.ProcessEnv = process.env): Report['tool'] {
  const data = shippedData()
  const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
  return {
    version: VERSION,
    commit: environment.GITHUB_ACTION_REF ?? '',
    presets_digest: digest(data.presets),
    catalogue_digest: digest(data.catalogue),
  }
}

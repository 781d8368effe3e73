/** What a check learns of the account itself: what the auditor may change, and whom an audit would name now. */
import { documentRelevance } from '../access/relevance.ts'
import { NO_ADMIN_GROUP } from '../account/admin-group.ts'
import { auditWithFindings } from '../audit/audit.ts'
import { effectiveSources } from '../audit/sources.ts'
import type { BaselineFile } from '../baseline/baseline.ts'
import { crawl } from '../cloud/crawl/crawl.ts'
import { systemClock } from '../cloud/http/pace.ts'
import type { CheckedSources, CloudCheck } from '../cloud/iam/check.ts'
import type { IamApi } from '../cloud/iam/iam-api.ts'
import type { Config } from '../config/config.ts'
import type { AuditorRights, WouldReport } from '../render/check.ts'
import { sha256, today } from './audit-account.ts'
import { administration, auditorRights } from './auditor-rights.ts'

/** The files that an audit would read; each null where it is not there or cannot be read. */
export interface CheckedFiles {
  readonly config: Config | null
  readonly baseline: BaselineFile | null
  /** As the inputs name the config. */
  readonly configPath: string
}

/** What an audit would look at; everything, where nothing says otherwise. */
export function checkedSources({ config, baseline }: CheckedFiles): CheckedSources {
  if (config === null) return { 'legacy-roles': 'required', agencies: 'required', federation: 'required' }
  return effectiveSources(config, baseline?.baseline ?? null)
}

/** Crawls once, and asks both questions of what was read. @throws AuthenticationError */
export async function checkAccount(
  api: IamApi,
  { auditor }: CloudCheck,
  files: CheckedFiles,
): Promise<{ readonly rights: AuditorRights; readonly would: WouldReport | null }> {
  const { config, baseline } = files
  const sources = checkedSources(files)
  const permissions = [administration, ...(config?.permissions ?? [])]
  const adminGroup = baseline?.baseline.admin_group
  const relevance = (account: string) => documentRelevance(permissions, account, sources.agencies !== 'off')
  const snapshot = await crawl({
    ...{ api, sources, services: [], clock: systemClock, progress: () => {} },
    adminGroupId: adminGroup === undefined || adminGroup === NO_ADMIN_GROUP ? null : adminGroup,
    relevance: (account) => relevance(account).ofPolicy,
    roleRelevance: (account) => relevance(account).ofRole,
  })
  const rights = auditorRights(snapshot, auditor)
  if (config === null || baseline === null || baseline.baseline.account !== snapshot.account_id)
    return { rights, would: null }
  const { verdict } = auditWithFindings({
    // Who holds what now is certain without traces, which were tried for themselves.
    ...{ snapshot, config: { ...config, traces: null }, baseline, configPath: files.configPath },
    ...{ today: today(), sha256 },
  })
  return {
    rights,
    would: {
      drift: verdict.drift,
      gaps: verdict.gaps.map((gap) => `${gap.message} ${gap.remedy}`),
    },
  }
}

/** Which sources of power an audit looks at: what the config says, and what the baseline makes of it. */

import type { CrawlGap, Snapshot } from '../account/snapshot.ts'
import type { Baseline, BaselineEntry } from '../baseline/baseline.ts'
import type { Config } from '../config/config.ts'
import { legacyActions } from '../policy/index.ts'

export type Source = 'legacy-roles' | 'agencies' | 'federation'
export type SourceSetting = 'required' | 'optional' | 'off'

const legacyNames: ReadonlySet<string> = new Set(legacyActions.map((one) => one.action.toLowerCase()))

/** What is asked of each source: one that is optional is required once the baseline has anything of it. */
export function effectiveSources(
  { sources }: Config,
  baseline: Baseline | null,
): Readonly<Record<Source, SourceSetting>> {
  const entries = baseline?.approvals ?? []
  const setting = (given: SourceSetting, isOfIt: (entry: BaselineEntry) => boolean): SourceSetting =>
    given === 'optional' && entries.some(isOfIt) ? 'required' : given
  return {
    'legacy-roles': setting(sources.legacyRoles, hasLegacyGrants),
    agencies: setting(sources.agencies, (entry) => entry.kind === 'agency'),
    federation: setting(sources.federation, (entry) => entry.kind === 'federated'),
  }
}

/** Only the legacy model limits grants to projects, and only it has its actions. */
function hasLegacyGrants({ grants }: BaselineEntry): boolean {
  return grants.some(
    ({ scopes, actions }) =>
      scopes !== undefined || actions.some((action) => legacyNames.has(action.toLowerCase())),
  )
}

/**
 * The snapshot as this audit looks at it: without what is switched off, and with a gap for what is required and was
 * not read when the snapshot was taken.
 */
export function withSources(snapshot: Snapshot, config: Config, baseline: Baseline | null): Snapshot {
  const settings = effectiveSources(config, baseline)
  const off = (source: Source): boolean => settings[source] === 'off'
  const gaps = snapshot.gaps.filter(
    ({ scope }) => !(scope.type === 'source' && scope.source !== 'traces' && off(scope.source)),
  )
  return {
    ...snapshot,
    ...(off('legacy-roles') ? { roles: [], role_assignments: [] } : {}),
    ...(off('agencies') ? { agencies: [] } : {}),
    ...(off('federation') ? { providers: [], mappings: [] } : {}),
    gaps: [...gaps, ...unreadSources(snapshot, gaps, settings)],
    coverage: snapshot.coverage.map((row) =>
      row.source in settings && off(row.source as Source) ? { ...row, status: 'off', count: null } : row,
    ),
  }
}

/** A source that is required, was not read, and of which the crawl did not say so: it was optional then, or off. */
function unreadSources(
  { coverage }: Snapshot,
  gaps: readonly CrawlGap[],
  settings: Readonly<Record<Source, SourceSetting>>,
): CrawlGap[] {
  return coverage.flatMap(({ source, status }): CrawlGap[] => {
    if (!(source in settings) || settings[source as Source] !== 'required') return []
    if (status === 'audited' || status === 'absent') return []
    // Whatever kept a required source from being read was reported by the crawl itself.
    if (gaps.length > 0 && gaps.some(({ scope }) => scope.type === 'account')) return []
    if (gaps.some(({ scope }) => scope.type === 'source' && scope.source === source)) return []
    return [
      {
        code: 'source-not-read',
        call: 'crawl',
        message: `The source ${source} is required, and this snapshot does not have it (${status}).`,
        remedy: `Crawl the account with the present config; or make sources.${source} optional or off in review.`,
        iam_action: null,
        http_code: null,
        scope: { type: 'source', source: source as Source },
      },
    ]
  })
}

import { actions, idOf, partner, type Side } from './pull-requests.ts'
import { type Json, today } from './texts.ts'

// Section by section what the gate has to say of a pull request, by listing everything there is. Slow, and obvious.

export interface Expected {
  readonly changes: readonly string[]
  readonly kinds: readonly string[]
  readonly codes: readonly string[]
}

export function expectedOf(base: Side, head: Side): Expected {
  const rows = entryRows(base.baseline, head.baseline)
  const configs = [base.config, head.config].filter((one) => one !== null)
  const kinds = [
    ...(head.config === null ? [] : configKinds(base, head.config)),
    ...baselineKinds(base.baseline, head.baseline, head.config),
    ...rows
      .filter((row) => row.after && ['added', 'widened'].includes(row.change) && isBroad(row.after))
      .map(() => 'broad-entry'),
    ...changedGaps(base.baseline, head.baseline).map(() => 'known-gap'),
  ]
  const asksReview = configs.some((one) => requireOf(one).includes('review'))
  const codes = [
    ...(head.config === null ? ['missing-file'] : []),
    ...(head.baseline === null && base.baseline !== null ? ['missing-file'] : []),
    ...Object.values(Object.groupBy(rows, ({ id }) => id)).flatMap((each) => entryCodes(each ?? [], configs)),
    ...changedGaps(base.baseline, head.baseline).flatMap((one) => gapCodes(one, configs)),
    ...(kinds.length > 0 ? ['scope-not-reviewed'] : []),
    ...(asksReview && rows.some(grows) ? ['entry-not-reviewed'] : []),
  ]
  return {
    changes: rows.map(({ id, change }) => `${id} ${change}`).sort(),
    kinds: kinds.sort(),
    codes: codes.sort(),
  }
}

interface Row {
  readonly id: string
  readonly change: string
  readonly before: Json | null
  readonly after: Json | null
}

function entryRows(base: Json | null, head: Json | null): Row[] {
  if (head === null) return []
  const [old, now] = [entriesOf(base), entriesOf(head)]
  const ids = [...new Set([...old, ...now].map(idOf))]
  return ids.flatMap((id): Row[] => {
    const before = old.find((one) => idOf(one) === id) ?? null
    const after = now.find((one) => idOf(one) === id) ?? null
    const words =
      before === null
        ? ['added']
        : after === null
          ? ['removed']
          : changesBetween(before, base as Json, after, head)
    return words.map((change) => ({ id, change, before, after }))
  })
}

function changesBetween(before: Json, base: Json, after: Json, head: Json): string[] {
  const [old, now] = [cellsOf(before, base), cellsOf(after, head)]
  const grew = (one: readonly Set<string>[], other: readonly Set<string>[]): boolean =>
    one.some((set, at) => [...set].some((cell) => !other[at]?.has(cell)))
  const isFreed = before.disabled === true && after.disabled !== true
  const isBound = before.disabled !== true && after.disabled === true
  const words = [
    ...(isFreed || grew(now, old) || isReachedByName(before, base, after, head) ? ['widened'] : []),
    ...(isBound || grew(old, now) ? ['narrowed'] : []),
    ...(before.expires === after.expires ? [] : [endOf(after) > endOf(before) ? 'prolonged' : 'shortened']),
  ]
  return words.length === 0 && spelled(before) !== spelled(after) ? ['reworded'] : words
}

/** Which actions under which limit, who may assume it, under which assertions, by whose word. */
function cellsOf(entry: Json, baseline: Json): readonly Set<string>[] {
  return [grantCells(entry, baseline), whoCells(entry), assertionCells(entry), wordCells(entry)]
}

const limits: readonly Json[] = [
  {},
  { resources: ['iam::*:user:ops-*'] },
  { not_resources: ['iam::*:user:ops-*'] },
]
const limitOf = ({ resources, not_resources }: Json): string => JSON.stringify({ resources, not_resources })

function definitionOf(entry: Json, baseline: Json): string[] {
  const recorded = (baseline.audited_permissions as Record<string, Json>).iam
  return ((entry.within ?? recorded) as { actions: string[] }).actions
}

function grantCells(entry: Json, baseline: Json): Set<string> {
  const cells = actions.flatMap((action) =>
    limits.flatMap((limit) => {
      const isCovered = (entry.grants as Json[]).some(
        (grant) =>
          (grant.actions as string[]).includes(action) && ['{}', limitOf(limit)].includes(limitOf(grant)),
      )
      return isCovered && definitionOf(entry, baseline).includes(action)
        ? [`${action} ${limitOf(limit)}`]
        : []
    }),
  )
  return new Set(cells)
}

function whoCells({ trusted }: Json): Set<string> {
  const cells = ((trusted ?? []) as Json[]).flatMap((item) =>
    whoIs(item).flatMap((who) => (item.condition ? [`${who} mfa`] : [`${who} mfa`, `${who} free`])),
  )
  return new Set(cells)
}

function whoIs(item: Json): string[] {
  if (item.everybody) return ['partner', 'eve', 'anybody']
  if (item.account === partner) return ['partner', 'eve']
  if (item.user) return ['eve']
  return [item.service ? 'service' : 'provider']
}

function assertionCells({ when }: Json): Set<string> {
  const values = ['x', 'y', 'z']
  const cells = values.flatMap((groups) =>
    values.flatMap((mail) => {
      const passes = (test: Json): boolean => {
        const value = test.type === 'Groups' ? groups : mail
        return test.any_one_of
          ? (test.any_one_of as string[]).includes(value)
          : !(test.not_any_of as string[]).includes(value)
      }
      return ((when ?? []) as Json[][]).some((one) => one.every(passes)) ? [`${groups} ${mail}`] : []
    }),
  )
  return new Set(cells)
}

function wordCells({ issuer, keys }: Json): Set<string> {
  return new Set(((keys ?? []) as string[]).map((key) => `${issuer} ${key}`))
}

/** Whether some user is recorded under a name that a grant reaches, and was under one that it does not. */
function isReachedByName(before: Json, base: Json, after: Json, head: Json): boolean {
  const isMade = (grant: Json): boolean =>
    (grant.actions as string[]).some((action) => definitionOf(after, head).includes(action))
  if (after.agency !== before.agency && (after.grants as Json[]).some(isMade)) return true
  return entriesOf(head).some((one) => {
    const old = entriesOf(base).find((each) => one.user_id !== undefined && idOf(each) === idOf(one))
    if (old === undefined || one.user_id === '*') return false
    return (after.grants as Json[]).some(
      (grant) => isMade(grant) && reaches(grant, one.user) && !reaches(grant, old.user),
    )
  })
}

function reaches({ resources, not_resources }: Json, name: unknown): boolean {
  const isOps = String(name).startsWith('ops-')
  return resources ? isOps : not_resources ? !isOps : true
}

function isBroad(entry: Json): boolean {
  return (
    entry.user_id === '*' ||
    ((entry.trusted ?? []) as Json[]).some((one) => one.everybody || (one.provider && !one.condition)) ||
    ((entry.when ?? []) as Json[][]).some((one) => one.length === 0)
  )
}

function grows({ change }: Row): boolean {
  return ['added', 'widened', 'prolonged'].includes(change)
}

function entryCodes(rows: Row[], configs: readonly Json[]): string[] {
  const { before, after } = rows[0] as Row
  if (after === null) return []
  const has = (change: string): boolean => rows.some((row) => row.change === change)
  const isDropped = has('prolonged') && after.expires === undefined
  const asked = new Set(configs.flatMap(requireOf))
  const last = lastDay(configs)
  const missing = ['justification', 'owner', ...(last === null ? [] : ['expires'])].filter(
    (field) =>
      (asked.has(field) || field === 'expires') &&
      isBlank(after[field]) &&
      !(field === 'expires' && isDropped),
  )
  const isSame = before !== null && String(before.justification).trim() === String(after.justification).trim()
  const isUnsaid = isBlank(after.justification) ? !asked.has('justification') : isSame
  const isTimed = rows.some(grows) || has('shortened')
  return [
    ...(rows.some(grows) && missing.length > 0 ? ['missing-field'] : []),
    ...(has('widened') && isUnsaid ? ['justification-unchanged'] : []),
    ...(isDropped ? ['expires-dropped'] : []),
    ...(isTimed ? dayCodes(after.expires, last) : []),
  ]
}

function dayCodes(expires: unknown, last: string | null): string[] {
  if (expires === undefined) return []
  return [
    ...(String(expires) < today ? ['expired'] : []),
    ...(last !== null && String(expires) > last ? ['expires-too-late'] : []),
  ]
}

function changedGaps(base: Json | null, head: Json | null): Json[] {
  const old = ((base?.known_gaps ?? []) as Json[])[0]
  const now = ((head?.known_gaps ?? []) as Json[])[0]
  if (now === undefined) return []
  const isCovered =
    old !== undefined &&
    old.sha256 === now.sha256 &&
    old.justification === now.justification &&
    String(old.expires) >= String(now.expires) &&
    (now.for as string[]).every((who) => (old.for as string[]).includes(who))
  return isCovered ? [] : [now]
}

function gapCodes({ justification, expires }: Json, configs: readonly Json[]): string[] {
  return [
    ...(isBlank(justification) ? ['known-gap'] : []),
    ...dayCodes(expires, lastDay(configs)).map(() => 'known-gap'),
  ]
}

interface Settings {
  readonly severity: string
  readonly holds: string
  readonly audited: readonly string[]
  readonly maxDays: number
  readonly traces: number
}

function settingsOf(config: Json): Settings {
  const [{ severity, holds, actions: audited }] = config['audited-permissions'] as [
    Settings & { actions: string[] },
  ]
  const days = (config.approvals as Json)['max-days']
  return {
    ...{ severity, holds, audited },
    maxDays: days === undefined ? Number.POSITIVE_INFINITY : Number(days),
    traces: config.traces === 'off' ? 0 : Number(config.traces),
  }
}

function configKinds({ config: old, baseline }: Side, now: Json): string[] {
  const after = settingsOf(now)
  const lacks = (one: readonly string[], other: readonly string[]): boolean =>
    one.some((action) => !other.includes(action))
  const narrowed = (audited: readonly string[], holds: string): string[] => [
    ...(holds === 'any' && after.holds === 'all' ? ['permission-narrowed'] : []),
    ...(lacks(audited, after.audited) ? ['permission-narrowed'] : []),
    ...(holds === 'all' && after.holds === 'all' && lacks(after.audited, audited)
      ? ['permission-narrowed']
      : []),
  ]
  if (old === null)
    return baseline === null ? [] : ['config-from-nowhere', ...narrowed(definitionOf({}, baseline), 'any')]
  const before = settingsOf(old)
  const levels = ['required', 'optional', 'off']
  const [sources, laterSources] = [old.sources, now.sources] as [
    Record<string, string>,
    Record<string, string>,
  ]
  const [issue, laterIssue] = [old.issue, now.issue] as { enabled: boolean; on: string[] }[] as [
    { enabled: boolean; on: string[] },
    { enabled: boolean; on: string[] },
  ]
  return [
    ...narrowed(before.audited, before.holds),
    ...(before.severity === 'high' && after.severity === 'low' ? ['severity-lowered'] : []),
    ...(old.account !== undefined && now.account === undefined ? ['account-dropped'] : []),
    ...Object.keys(sources)
      .filter((key) => levels.indexOf(laterSources[key] ?? '') > levels.indexOf(sources[key] ?? ''))
      .map(() => 'sources-loosened'),
    ...(lacks(requireOf(old), requireOf(now)) ? ['approvals-loosened'] : []),
    ...(after.maxDays > before.maxDays ? ['approvals-loosened'] : []),
    ...(issue.enabled && !laterIssue.enabled ? ['issue-disabled'] : []),
    ...['drift', 'incomplete']
      .filter((section) => issue.on.includes(section) && !laterIssue.on.includes(section))
      .map(() => 'issue-section-dropped'),
    ...(after.traces < before.traces ? ['traces-shortened'] : []),
  ]
}

function baselineKinds(base: Json | null, head: Json | null, config: Json | null): string[] {
  if (base === null || head === null) return []
  const dropped = definitionOf({}, base).filter((action) => !definitionOf({}, head).includes(action))
  const isAudited = config !== null && dropped.some((action) => settingsOf(config).audited.includes(action))
  return [
    ...(base.admin_group === head.admin_group ? [] : ['admin-group-changed']),
    ...(isAudited ? ['definition-narrowed'] : []),
  ]
}

function entriesOf(baseline: Json | null): Json[] {
  return (baseline?.approvals ?? []) as Json[]
}

function requireOf(config: Json): string[] {
  return (config.approvals as { require: string[] }).require
}

function lastDay(configs: readonly Json[]): string | null {
  const days = Math.min(...configs.map((one) => settingsOf(one).maxDays))
  if (days === Number.POSITIVE_INFINITY) return null
  return new Date(Date.parse(`${today}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

function endOf({ expires }: Json): string {
  return expires === undefined ? 'never' : String(expires)
}

function isBlank(text: unknown): boolean {
  return text === undefined || String(text).trim() === ''
}

function spelled(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? ''
  if (Array.isArray(value)) return `[${value.map(spelled).join()}]`
  const parts = Object.entries(value).filter(([, one]) => one !== undefined)
  return `{${parts
    .map(([key, one]) => `${key}:${spelled(one)}`)
    .sort()
    .join()}}`
}

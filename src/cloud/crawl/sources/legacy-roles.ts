/** Roles and policies of the legacy model: who was granted which, and in which scope. */

import type { Coverage, Role, RoleAssignment, RoleScope } from '../../../account/snapshot.ts'
import { compareText } from '../../../text/compare-text.ts'
import { ForbiddenError, KeysRefusedError } from '../../http/cloud-error.ts'
import type { Listed } from '../../iam/iam-api.ts'
import { type ApiAssignment, roleAssignments, rolesOfHolder } from '../../iam/v3-calls.ts'
import type { CrawlContext } from '../context.ts'
import type { Attempted, Failure } from '../crawl-gaps.ts'
import { fingerprintOf, type Source, type Task } from '../source.ts'
import { RoleTexts } from './role-texts.ts'

/** The four scopes of a grant, as they are asked for. */
const scopes = {
  domain: { scope: 'domain', is_inherited: 'false' },
  'all-projects': { scope: 'domain', is_inherited: 'true' },
  project: { scope: 'project' },
  'enterprise-project': { scope: 'enterprise_project' },
} as const
type AskedScope = keyof typeof scopes
const askedScopes = Object.keys(scopes) as AskedScope[]

type HolderKind = 'group' | 'agency'

/** Whose roles are asked for one by one where the grants may not be listed. */
export interface RoleHolders {
  readonly groups: () => Iterable<string>
  readonly agencies: () => Iterable<string>
}

interface Reading {
  /** Scopes that were asked for, whatever came of it. */
  readonly tried: Set<AskedScope>
  /** Rows of each scope, or of each holder and scope. */
  readonly rows: Map<string, readonly RoleAssignment[]>
  /** The rows of all of them, each once; null: to be worked out again. */
  distinct: readonly RoleAssignment[] | null
  /** All rows there are, as the cloud counts without a scope; null: not read. */
  total: number | null
  /** Groups and agencies that were listed and not found. */
  readonly missing: Map<string, { readonly kind: HolderKind; readonly id: string; readonly what: Attempted }>
}

const fresh = (): Reading => ({
  ...{ tried: new Set(), rows: new Map(), distinct: null, total: null, missing: new Map() },
})

export class LegacyRoles implements Source {
  readonly #context: CrawlContext
  readonly #holders: RoleHolders
  readonly #texts: RoleTexts
  #now = fresh()
  /** The grants may not be listed: groups and agencies are asked one by one. */
  #byHolder = false
  #failure: Failure | null = null

  constructor(context: CrawlContext, holders: RoleHolders) {
    this.#context = context
    this.#holders = holders
    this.#texts = new RoleTexts(context)
  }

  begin(): void {
    this.#now = fresh()
    this.#texts.begin()
  }

  plan(): readonly Task[] {
    if (this.#context.sources['legacy-roles'] === 'off') return []
    return [
      this.#texts.customTask(),
      ...(this.#byHolder
        ? this.#holderTasks()
        : [
            ...askedScopes.map((scope) => ({
              key: `grants ${scope}`,
              phase: 'legacy grants',
              run: () => this.#readScope(scope),
            })),
            { key: 'grants in all', phase: 'legacy grants', run: () => this.#readTotal() },
          ]),
      // How many roles there are to read is known when all grants are.
      ...(this.#byHolder || askedScopes.every((scope) => this.#now.tried.has(scope))
        ? this.#texts.tasksFor(this.#heldRoles())
        : []),
    ]
  }

  /** Where the cloud counts more rows than the scopes have, all are read, whatever scope they name. */
  planAgain(): readonly Task[] {
    const { rows, total } = this.#now
    if (total === null || rows.has('all') || total <= this.#scopedCount()) return []
    return [{ key: 'grants of any scope', phase: 'legacy grants', run: () => this.#readSurplus() }]
  }

  assignments(): readonly RoleAssignment[] {
    if (this.#now.distinct !== null) return this.#now.distinct
    const all = [...this.#now.rows.values()].flat()
    const distinct = new Map(all.map((row) => [keyOf(row), row]))
    this.#now.distinct = [...distinct].sort(([a], [b]) => compareText(a, b)).map(([, row]) => row)
    return this.#now.distinct
  }

  /** Every role that somebody holds; one that could not be read has no `policy`. */
  roles(): readonly Role[] {
    return this.#heldRoles().map((id) => this.#texts.get(id))
  }

  /** Whom roles that can matter were granted to. */
  holders(type: RoleAssignment['holder_type']): ReadonlySet<string> {
    const rows = this.assignments().filter((row) => row.holder_type === type)
    return new Set(rows.filter((row) => this.#texts.canMatter(row.role_id)).map((row) => row.holder_id))
  }

  fingerprint(): string {
    const rows = this.assignments().filter((row) => this.#texts.canMatter(row.role_id))
    return fingerprintOf([
      ...rows.map((row) => ['row', row.holder_type, row.holder_id, row.role_id, row.scope]),
      ...[...new Set(rows.map((row) => row.role_id))].map((id) => {
        const { display_name, policy, updated_time } = this.#texts.get(id)
        return ['role', id, display_name, policy, updated_time]
      }),
    ])
  }

  isMissingSomething(): boolean {
    return this.#missing().length > 0
  }

  finish(settled: boolean): void {
    const { gaps, sources } = this.#context
    if (sources['legacy-roles'] === 'off') return
    if (!settled) gaps.changedTooOften('legacy-roles', roleAssignments.id, 'The legacy grants')
    this.#texts.sayUnread(this.#heldRoles())
    for (const { kind, what } of this.#missing()) gaps.stillListed(what, kind)
    const { total } = this.#now
    const sum = this.#scopedCount()
    if (total !== null && total < sum)
      gaps.notice(`${sum} legacy grants were read scope by scope, and the cloud counts ${total} in all.`)
  }

  coverage(): readonly Coverage[] {
    const source = 'legacy-roles'
    if (this.#context.sources[source] === 'off') return [{ source, status: 'off', count: null }]
    const count = this.roles().length
    // By group and agency, grants to users and in projects are not seen.
    if (this.#failure === 'denied') return [{ source, status: 'denied', count: count === 0 ? null : count }]
    if (this.#failure !== null && count === 0) return [{ source, status: 'not-attempted', count: null }]
    return [{ source, status: count === 0 ? 'absent' : 'audited', count }]
  }

  #missing() {
    const listed = { group: new Set(this.#holders.groups()), agency: new Set(this.#holders.agencies()) }
    return [...this.#now.missing.values()].filter(({ kind, id }) => listed[kind].has(id))
  }

  #domain(): Readonly<Record<string, string>> {
    return { domain_id: this.#context.account }
  }

  #heldRoles(): string[] {
    return [...new Set(this.assignments().map((row) => row.role_id))]
  }

  #setRows(key: string, rows: readonly RoleAssignment[]): void {
    this.#now.rows.set(key, rows)
    this.#now.distinct = null
  }

  #scopedCount(): number {
    return new Set(askedScopes.flatMap((scope) => (this.#now.rows.get(scope) ?? []).map((row) => keyOf(row))))
      .size
  }

  async #readScope(asked: AskedScope): Promise<void> {
    const what: Attempted = {
      key: `grants ${asked}`,
      thing: 'the grants of legacy roles and policies',
      call: roleAssignments,
      scope: { type: 'source', source: 'legacy-roles' },
    }
    const read = await this.#context.gaps.attemptList(what, () =>
      this.#noticeRefusal(() =>
        this.#context.api.numbered(roleAssignments, { ...this.#domain(), ...scopes[asked] }),
      ),
    )
    this.#now.tried.add(asked)
    if (read.failure !== null) this.#failure ??= read.failure
    if (read.value === null) return
    this.#setRows(
      asked,
      read.value.map((row) => assignmentOf(row, asked)),
    )
  }

  /** Refused for want of an action, what the lists by group and agency show is better than nothing. */
  async #noticeRefusal<T>(read: () => Promise<Listed<T>>): Promise<Listed<T>> {
    try {
      return await read()
    } catch (error) {
      if (error instanceof ForbiddenError && !(error instanceof KeysRefusedError)) this.#byHolder = true
      throw error
    }
  }

  async #readTotal(): Promise<void> {
    // The scopes say what could not be read; this only checks them.
    const what: Attempted = {
      ...{ key: 'grants in all', thing: 'the grants of legacy roles and policies', call: roleAssignments },
      scope: { type: 'source', source: 'legacy-roles' },
    }
    const read = await this.#context.gaps.attempt(what, () =>
      this.#context.api.total(roleAssignments, this.#domain()),
    )
    this.#now.total = read.value
  }

  async #readSurplus(): Promise<void> {
    const what: Attempted = {
      ...{
        key: 'grants of any scope',
        thing: 'the grants of legacy roles and policies',
        call: roleAssignments,
      },
      scope: { type: 'source', source: 'legacy-roles' },
    }
    const read = await this.#context.gaps.attemptList(what, () =>
      this.#context.api.numbered(roleAssignments, this.#domain()),
    )
    this.#setRows(
      'all',
      (read.value ?? []).map((row) => assignmentOf(row, 'domain')),
    )
  }

  #holderTasks(): Task[] {
    const holders = [
      ...[...this.#holders.groups()].map((id) => ['group', id] as const),
      ...[...this.#holders.agencies()].map((id) => ['agency', id] as const),
    ]
    return holders.flatMap(([kind, id]) =>
      (['domain', 'all-projects'] as const).map((scope) => ({
        key: `roles of ${kind} ${id} ${scope}`,
        phase: 'legacy grants',
        run: () => this.#readHolder(kind, id, scope),
      })),
    )
  }

  async #readHolder(kind: HolderKind, id: string, scope: 'domain' | 'all-projects'): Promise<void> {
    const call = rolesOfHolder[kind][scope]
    const what: Attempted = {
      ...{ key: `roles of ${kind} ${id} ${scope}`, thing: `the legacy roles of the ${kind} ${id}`, call },
      scope:
        kind === 'agency' ? { type: 'agency', agency_id: id } : { type: 'source', source: 'legacy-roles' },
      isListed: true,
    }
    const read = await this.#context.gaps.attemptList(what, () =>
      this.#context.api.whole(call, { ...this.#domain(), [`${kind}_id`]: id }),
    )
    if (read.failure === 'missing') this.#now.missing.set(what.key, { kind, id, what })
    const roles = read.value ?? []
    this.#setRows(
      what.key,
      roles.map((role) => ({ holder_type: kind, holder_id: id, role_id: role.id, scope })),
    )
    this.#texts.show(roles)
  }
}

const keyOf = (row: RoleAssignment): string =>
  JSON.stringify([row.holder_type, row.holder_id, row.role_id, row.scope])

/** A row as the snapshot has it. A scope that nothing names counts as the one asked for, an unknown one as the account. */
function assignmentOf(row: ApiAssignment, asked: AskedScope): RoleAssignment {
  const { user, group, agency, role } = row
  const [holder_type, holder] =
    user != null
      ? (['user', user] as const)
      : group != null
        ? (['group', group] as const)
        : (['agency', agency] as const)
  return { holder_type, holder_id: holder?.id ?? '', role_id: role.id, scope: scopeOf(row, asked) }
}

function scopeOf({ scope, is_inherited }: ApiAssignment, asked: AskedScope): RoleScope {
  if (scope?.enterprise_project) return `enterprise-project:${scope.enterprise_project.id}`
  if (scope?.project) return `project:${scope.project.id}`
  return (is_inherited ?? asked === 'all-projects') ? 'all-projects' : 'domain'
}

/**
 * What legacy roles and policies say. None of it is cached between runs: a document has no version, and an update
 * changes it in place.
 */
import type { Role } from '../../../account/snapshot.ts'
import { AuthenticationError, CloudError } from '../../http/cloud-error.ts'
import { type ApiRole, customRoles, oneRole, systemRoles } from '../../iam/v3-calls.ts'
import type { CrawlContext, Matter } from '../context.ts'
import type { Attempted } from '../crawl-gaps.ts'
import type { Task } from '../source.ts'

/** Up to so many system roles are asked for one by one; the whole catalogue takes a few pages. */
const ROLES_ONE_BY_ONE = 5

const PHASE = 'legacy roles'

interface Reading {
  /** Null until the list of custom policies is read. */
  custom: ReadonlyMap<string, Role> | null
  /** Roles that the lists by group and agency showed. */
  readonly shown: Map<string, Role>
  /** Roles that were asked for one by one, whatever came of it. */
  readonly tried: Set<string>
}

const fresh = (): Reading => ({ custom: null, shown: new Map(), tried: new Set() })

export class RoleTexts {
  readonly #context: CrawlContext
  #now = fresh()
  /** System roles, which only Huawei Cloud changes: read once. Null: no list has it. */
  readonly #system = new Map<string, Role | null>()
  #catalogueRead = false
  readonly #matters = new Map<string, Matter>()

  constructor(context: CrawlContext) {
    this.#context = context
  }

  /** A new reading begins. */
  begin(): void {
    this.#now = fresh()
  }

  /** The list of custom policies. */
  customTask(): Task {
    return { key: 'custom roles', phase: PHASE, run: () => this.#readCustom() }
  }

  /** What is to be read of the roles that somebody holds: one by one, or by the catalogue where that is cheaper. */
  tasksFor(held: readonly string[]): readonly Task[] {
    if (this.#now.custom === null) return []
    const unread = held.filter((id) => !this.isDecided(id))
    if (unread.length > ROLES_ONE_BY_ONE && !this.#catalogueRead)
      return [{ key: 'system roles', phase: PHASE, run: () => this.#readCatalogue() }]
    return unread.map((id) => ({ key: `role ${id}`, phase: PHASE, run: () => this.#readRole(id) }))
  }

  /** Takes roles that another list showed, documents and all. */
  show(roles: readonly ApiRole[]): void {
    for (const role of roles) this.#now.shown.set(role.id, roleOf(role))
  }

  /** The role; one that could not be read has no `policy`. */
  get(id: string): Role {
    const { custom, shown } = this.#now
    return custom?.get(id) ?? shown.get(id) ?? this.#system.get(id) ?? unknownRole(id)
  }

  /** Whether all that can be known of a role is known. */
  isDecided(id: string): boolean {
    const { custom, shown, tried } = this.#now
    if (custom === null) return false
    return custom.has(id) || shown.has(id) || this.#system.has(id) || tried.has(id)
  }

  /** A role that is still to be read decides nothing yet; one that could not be read may grant anything. */
  canMatter(id: string): boolean {
    if (!this.isDecided(id)) return false
    const role = this.get(id)
    const key = JSON.stringify([role.role_id, role.name, role.display_name, role.catalog, role.policy])
    const known =
      this.#matters.get(key) ?? (role.policy === null ? 'undetermined' : this.#context.roleRelevance(role))
    this.#matters.set(key, known)
    return known !== 'none'
  }

  /** Says which of the roles that somebody holds could not be read, where nothing was said of them yet. */
  sayUnread(held: readonly string[]): void {
    for (const id of held) {
      const role = this.get(id)
      if (role.policy !== null || this.#context.gaps.hasFailed(`role ${id}`)) continue
      const why = this.#system.get(id) === null ? 'no list has it' : 'it has no document'
      this.#context.gaps.add('legacy-roles', {
        code: 'unlisted-role',
        call: oneRole.id,
        message: `What the legacy role ${role.display_name} says could not be read: it was granted to somebody, and ${why}.`,
        remedy: 'Run the audit again; if it stays, revoke the role.',
        ...{ iam_action: null, http_code: null, scope: { type: 'role', role_id: id } },
      })
    }
  }

  async #readCustom(): Promise<void> {
    const { api, gaps, account } = this.#context
    const what: Attempted = {
      ...{ key: 'custom roles', thing: 'the custom policies of the legacy model', call: customRoles },
      scope: { type: 'source', source: 'legacy-roles' },
    }
    const read = await gaps.attemptList(what, () => api.numbered(customRoles, { domain_id: account }))
    this.#now.custom = new Map((read.value ?? []).map((role) => [role.id, roleOf(role)]))
  }

  /** What the catalogue lacks, and everything where it cannot be read, is asked for one by one. */
  async #readCatalogue(): Promise<void> {
    try {
      const { rows } = await this.#context.api.numbered(systemRoles)
      for (const role of rows) this.#system.set(role.id, roleOf(role))
    } catch (error) {
      if (!(error instanceof CloudError) || error instanceof AuthenticationError) throw error
    }
    this.#catalogueRead = true
  }

  async #readRole(id: string): Promise<void> {
    const what: Attempted = {
      ...{ key: `role ${id}`, thing: `the legacy role ${id}`, call: oneRole },
      ...{ scope: { type: 'role', role_id: id }, isListed: true },
    }
    const read = await this.#context.gaps.attempt(what, () => this.#context.api.one(oneRole, { role_id: id }))
    if (read.value !== null) this.#system.set(id, roleOf({ ...read.value.role, id }))
    else if (read.failure === 'missing') this.#system.set(id, null)
    this.#now.tried.add(id)
  }
}

function roleOf(role: ApiRole): Role {
  const name = role.name ?? role.id
  return {
    ...{ role_id: role.id, name, display_name: role.display_name ?? name, catalog: role.catalog ?? '' },
    ...{ type: role.type, domain_id: role.domain_id, updated_time: role.updated_time, policy: role.policy },
  }
}

function unknownRole(id: string): Role {
  return {
    ...{ role_id: id, name: id, display_name: id, catalog: '', type: null, domain_id: null },
    ...{ updated_time: null, policy: null },
  }
}

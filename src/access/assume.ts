/** Who of this account may assume which agency: trusted by it, and permitted, or named by the trust itself. */
import type { AssumeBy, AssumeLink } from '../account/link.ts'
import type { Principal } from '../account/principal.ts'
import type { Bundle } from '../account/routes.ts'
import {
  type DecidedStatement,
  type Decision,
  DecisionMemory,
  decide,
  type GrantSource,
  namesWho,
} from '../policy/index.ts'
import type { Identity } from '../policy/types.ts'
import type { Documents } from './documents.ts'
import type { SourceLists } from './sources.ts'
import type { AgencyTrust } from './trust.ts'

/** Actions that assume, under the names of both models. */
export const ASSUME_ACTIONS = ['sts:agencies:assume', 'iam:agencies:assume', 'iam:tokens:assume'] as const

/** An agency that somebody of this account might assume. */
export interface AssumableAgency {
  readonly agency_id: string
  readonly agency: string
  readonly trust: AgencyTrust
  /** Its URN with its path and without, and the form of the legacy model: the first and the last are what is asked for. */
  readonly urns: readonly string[]
  /** As legacy policies name it: `/iam/agencies/<id>`, `/iam/agencies/<name>`, and by names of five parts. */
  readonly uris: readonly string[]
}

interface Permitted {
  readonly document: string
  readonly statement: number
  readonly pattern: string
  readonly conditional: boolean
}

/** Somebody who is asked about all agencies in turn. */
interface Assumer {
  readonly from: Principal
  /** What of their bundles says anything of assuming. */
  readonly own: readonly Bundle[]
  readonly builtin: Bundle['builtin']
  /** Permissions found so far, by agency. */
  readonly permitted: Map<string, Permitted | null>
}

export interface AssumeOptions {
  readonly agencies: readonly AssumableAgency[]
  readonly documents: Documents
  readonly lists: SourceLists
  /** Whether a document says anything of assuming. */
  readonly matters: (document: string) => boolean
  readonly account: string
}

/**
 * The URN that a request to assume names. An Allow may be meant by any spelling; a Deny that covers nothing but
 * another one keeps nobody out, or everybody could hide behind it.
 */
function requested({ urns }: AssumableAgency, action: string): string {
  return (action === 'sts:agencies:assume' ? urns[0] : urns.at(-1)) ?? ''
}

export class Assume {
  readonly #options: AssumeOptions
  /** Agencies that may trust somebody here; of these, those that name somebody, so that no permission is needed. */
  readonly #trusting: readonly AssumableAgency[]
  readonly #naming: readonly AssumableAgency[]
  readonly #decisions = new DecisionMemory()
  /** By the documents that matter and whom they reach. */
  readonly #permitted = new Map<string, Map<string, Permitted | null>>()

  constructor(options: AssumeOptions) {
    this.#options = options
    this.#trusting = options.agencies.filter((one) => one.trust.breadth !== 'nobody-here')
    this.#naming = this.#trusting.filter((one) => one.trust.breadth === 'by-name')
  }

  /** Whether no agency can be assumed by anybody of the account. */
  get isEmpty(): boolean {
    return this.#trusting.length === 0
  }

  /**
   * Every agency that a principal with these bundles may assume directly, in the order of the agencies.
   *
   * @param isRemoved whether a party of an agency's trust, in canonical JSON, is trusted no more; null: all are
   */
  edges(
    from: Principal,
    bundles: readonly Bundle[],
    isRemoved: ((agencyId: string, party: string) => boolean) | null = null,
  ): readonly AssumeLink[] {
    if (this.isEmpty) return []
    const assumer = this.#assumerOf(from, bundles)
    const isAsked = assumer.builtin !== null || assumer.own.length > 0
    // Who has no permission to assume anything assumes only what names them.
    return (isAsked ? this.#trusting : this.#naming).flatMap(
      (agency) => this.#edge(assumer, agency, isRemoved) ?? [],
    )
  }

  /** The same for one agency; null: it is not assumed. */
  edge(
    from: Principal,
    bundles: readonly Bundle[],
    agencyId: string,
    isRemoved: (agencyId: string, party: string) => boolean,
  ): AssumeLink | null {
    const agency = this.#trusting.find((one) => one.agency_id === agencyId)
    return agency === undefined ? null : this.#edge(this.#assumerOf(from, bundles), agency, isRemoved)
  }

  #assumerOf(from: Principal, bundles: readonly Bundle[]): Assumer {
    const own = bundles.map((bundle) => this.#relevantPart(bundle)).filter((bundle) => bundle !== null)
    return {
      ...{ from, own, permitted: this.#permittedOf(from, own) },
      builtin: bundles.find((bundle) => bundle.builtin !== null)?.builtin ?? null,
    }
  }

  #edge(
    assumer: Assumer,
    agency: AssumableAgency,
    isRemoved: ((agencyId: string, party: string) => boolean) | null,
  ): AssumeLink | null {
    const { from } = assumer
    const { agency_id } = agency
    if (from.kind === 'agency' && from.id === agency_id) return null
    const trusting = agency.trust.trusts(from, isRemoved && ((party) => isRemoved(agency_id, party)))
    const found = trusting === null ? null : this.#why(assumer, agency, trusting.by)
    if (trusting === null || found === null) return null
    return {
      ...{ kind: 'assume', agency_id, agency: agency.agency, by: found.by },
      ...{ conditional: found.conditional || trusting.conditional, party: trusting.party },
    }
  }

  #why(
    { from, own, builtin, permitted }: Assumer,
    agency: AssumableAgency,
    trustedBy: 'account' | 'principal' | 'everybody',
  ): { readonly by: AssumeBy; readonly conditional: boolean } | null {
    if (builtin !== null) return { by: { kind: 'builtin-group', grant: builtin }, conditional: false }
    let permission = permitted.get(agency.agency_id)
    if (permission === undefined) {
      permission =
        own.length === 0 ? null : this.#permittedBy(this.#options.lists.of(own, from), from, agency)
      permitted.set(agency.agency_id, permission)
    }
    if (permission !== null) return { by: this.#byOf(permission, own), conditional: permission.conditional }
    if (trustedBy === 'account' || this.#isDenied(from, own, agency)) return null
    return { by: { kind: 'trust', names: trustedBy }, conditional: false }
  }

  /** The part of a bundle that says anything of assuming; null when nothing does. */
  #relevantPart(bundle: Bundle): Bundle | null {
    const { matters } = this.#options
    const attachments = bundle.attachments.filter((link) => matters(link.policy_id))
    const roles = bundle.roles.filter((link) => matters(link.document))
    if (attachments.length === 0 && roles.length === 0) return null
    return { ...bundle, attachments, roles, policies: attachments.map((link) => link.policy_id) }
  }

  /** What is known of whoever has the same documents, where these say nothing of who asks. */
  #permittedOf(from: Principal, own: readonly Bundle[]): Map<string, Permitted | null> {
    if (own.length === 0) return new Map()
    const documents = own.flatMap((bundle) => [
      ...bundle.policies,
      ...bundle.roles.map((link) => link.document),
    ])
    const names = documents.some((one) => namesWho(this.#options.documents.parsed.get(one)))
    const key = JSON.stringify([from.kind, names ? from.id : '', ...new Set(documents)])
    const known = this.#permitted.get(key) ?? new Map<string, Permitted | null>()
    this.#permitted.set(key, known)
    return known
  }

  #permittedBy(sources: readonly GrantSource[], from: Identity, agency: AssumableAgency): Permitted | null {
    let conditional: Permitted | null = null
    for (const source of sources) {
      const all = source.policies.flat()
      const role = this.#options.documents.roles.get(all[0] ?? '')
      const isLegacy = role !== undefined
      // Documented: Security Administrator may do everything but switch the role.
      if (role?.assumes === false) continue
      const policies = isLegacy ? all.filter((key) => this.#mayAssumeIn(key)) : all
      for (const action of ASSUME_ACTIONS) {
        const asked = (resource: string): Decision => this.#decide(policies, from, action, resource)
        const isDenied = isLegacy
          ? asked(agency.uris[0] ?? '').deniedBy.some((row) => this.#isWhole(row))
          : asked(requested(agency, action)).deniedBy.length > 0
        if (isDenied) continue
        for (const { allowedBy, conditional: depends } of (isLegacy ? agency.uris : agency.urns).map(asked)) {
          const [row] = allowedBy
          if (row === undefined) continue
          const { policy, statement, pattern } = row
          const permitted = { document: policy, statement, pattern, conditional: depends }
          if (!depends) return permitted
          conditional ??= permitted
        }
      }
    }
    return conditional
  }

  /** Whether a Deny of the legacy model takes away at all: one that is limited to some agencies is only shown. */
  #isWhole({ policy, statement }: DecidedStatement): boolean {
    return this.#options.documents.unconditionalDenies(policy).some((one) => one.number === statement)
  }

  /** Assuming is of a domain scope, or of an enterprise project, where the catalogue leaves open whether it works. */
  #mayAssumeIn(key: string): boolean {
    const role = this.#options.documents.roles.get(key)
    return role === undefined || !role.scope.startsWith('project:')
  }

  /** Whether an unconditional Deny of its own identity policies takes an agency away whose trust names it. */
  #isDenied(from: Principal, own: readonly Bundle[], agency: AssumableAgency): boolean {
    const policies = own.flatMap((bundle) => bundle.policies)
    return (
      policies.length > 0 &&
      agency.urns.some(
        (resource) => this.#decide(policies, from, 'sts:agencies:assume', resource).deniedBy.length > 0,
      )
    )
  }

  #decide(policies: readonly string[], identity: Identity, action: string, resource: string): Decision {
    const { documents, account } = this.#options
    const memory = this.#decisions
    return decide({ documents: documents.parsed, policies, identity, action, resource, account, memory })
  }

  #byOf({ document, statement, pattern }: Permitted, own: readonly Bundle[]): AssumeBy {
    const route = this.#options.lists.routesOf(own).of(document)[0]
    if (route === undefined) throw new Error(`Nothing leads to the document ${document}.`)
    const { through, grant } = route
    return grant.kind === 'attachment'
      ? { kind: 'policy', grant, through, statement, pattern }
      : { kind: 'role', grant, through, statement, pattern }
  }
}

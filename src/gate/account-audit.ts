/** What the gate asks of an audit of the account: who holds what an entry claims, and what is left afterwards. */
import type { Findings } from '../access/findings.ts'
import type { Alternative, NamedAlternative } from '../account/alternatives.ts'
import type { NamedPrincipal, PrincipalKind } from '../account/principal.ts'
import { exitOf } from '../audit/exit.ts'
import type { DriftKind, Verdict } from '../audit/model.ts'
import { withoutOpen } from '../audit/parties.ts'
import type { TrustedItem } from '../policy/language/trusted.ts'

/** Somebody of the account. */
export interface KnownPrincipal extends NamedPrincipal {
  readonly enabled: boolean
  readonly isRoot: boolean
}

/** Approved and not held. Known only of principals that no gap reaches, so that it is certain. */
export interface UnheldApproval {
  readonly principal: NamedPrincipal
  readonly permission: string
  /** Nothing of it is held; else what is approved beyond what is held. */
  readonly entirely: boolean
  /** Names of it, and a shortest action string. */
  readonly actions: readonly string[]
  readonly example: string | null
}

/** For whom somebody holds something; null where that is not known, or means nothing for that kind of principal. */
export interface PresentParties {
  readonly principal: NamedPrincipal
  readonly permission: string
  readonly trusted: readonly TrustedItem[] | null
  readonly when: readonly (Alternative | NamedAlternative)[] | null
}

export interface AccountAudit {
  readonly account: string
  readonly complete: boolean
  /** What could not be read or decided, one sentence each. */
  readonly gaps: readonly string[]
  readonly principals: readonly KnownPrincipal[]
  /** Kinds of principals that were looked at: of others nobody can say that somebody is not there. */
  readonly kinds: readonly PrincipalKind[]
  /** Names of the permissions that were asked about. */
  readonly audited: readonly string[]
  readonly unheld: readonly UnheldApproval[]
  readonly holdings: readonly PresentParties[]
  readonly drift: readonly {
    readonly kind: DriftKind
    readonly principal: NamedPrincipal
    readonly permission: string
  }[]
  /** Whether an audit with these files fails. */
  readonly fails: boolean
}

const everyDrift: ReadonlySet<DriftKind> = new Set([
  'unapproved-holder',
  'exceeds-approval',
  'approval-expired',
])

/** The part of an audit, with the head's baseline, that the gate decides by. */
export function accountAudit(verdict: Verdict, found: Findings): AccountAudit {
  const kinds = (['user', 'agency', 'federated'] as const).filter(
    (kind) => kind === 'user' || found.looksAtEverySourceOf(kind),
  )
  const root = verdict.root_user
  return {
    ...{ account: verdict.account.id, complete: verdict.complete, kinds },
    fails: exitOf(verdict, { failOn: everyDrift, failOnSeverity: 'low' }).fails,
    gaps: verdict.gaps.map((gap) => gap.message),
    principals: [
      ...(root === null
        ? []
        : [
            { kind: 'user', id: root.user_id, name: root.user, enabled: root.enabled, isRoot: true } as const,
          ]),
      ...found.access.principals.map((one) => ({
        ...{ kind: one.kind, id: one.id, name: found.fullNameOf(one) },
        ...{ enabled: one.enabled, isRoot: false },
      })),
    ],
    audited: verdict.permissions.map((one) => one.name),
    unheld: [...verdict.no_longer_held, ...verdict.reduced].map((row) => ({
      ...{ principal: row.principal, permission: row.permission, entirely: row.entirely },
      ...{ actions: row.actions, example: row.example },
    })),
    holdings: verdict.holdings.map(({ principal, permission, trusted, when }) => ({
      ...{ principal, permission, when },
      trusted: trusted?.map(withoutOpen) ?? null,
    })),
    drift: verdict.drift.map(({ principal, permission, kind }) => ({ principal, permission, kind })),
  }
}

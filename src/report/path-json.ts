/** Paths and principals as the report writes them. */
import type { AssumeBy, Link, Path } from '../account/link.ts'
import type { NamedPrincipal } from '../account/principal.ts'
import { pathWords } from '../render/path-words.ts'
import type { Subject } from '../render/principal-words.ts'
import type { LinkJson } from './link-schema.ts'

/** Who it is about; users have the two fields of their own, too. */
export function principalJson({ kind, id, name }: NamedPrincipal) {
  return {
    ...{ principal_type: kind, principal_id: id, principal: name },
    ...(kind === 'user' ? { user_id: id, user: name } : {}),
  }
}

/** A path in words and link by link. */
export function pathJson(subject: Subject, path: Path): { words: string; links: LinkJson[] } {
  return {
    words: pathWords(subject, path, (text) => text),
    links: path.links.flatMap((link) => linkJson(link, path)),
  }
}

function linkJson(link: Link, { origin }: Path): LinkJson[] {
  const where =
    origin.kind === 'statement'
      ? { statement: origin.statement, pattern: origin.pattern, restricted: origin.restricted }
      : { statement: 0, pattern: '*:*:*', restricted: false }
  switch (link.kind) {
    case 'membership':
    case 'builtin-group':
      return [{ kind: link.kind, group_id: link.group_id, group: link.group }]
    case 'mapping':
      return [{ kind: link.kind, provider: link.provider, group_id: link.group_id, group: link.group }]
    case 'assume': {
      const { kind, agency_id, agency, by, conditional } = link
      return [{ kind, agency_id, agency, by: byJson(by), conditional }]
    }
    case 'attachment': {
      const { kind, to, policy_id, policy, version_id, version_created_at, attached_at } = link
      return [
        { kind, policy_id, policy, version_id, version_created_at, ...where, attached_at, ...holderJson(to) },
      ]
    }
    case 'role': {
      const { kind, to, role_id, role, scope, updated_at } = link
      return [{ kind, role_id, role, scope, ...where, updated_at, ...holderJson(to) }]
    }
    case 'trust':
      // A party can be taken away, and is no link of a path.
      return []
  }
}

function holderJson({
  kind,
  id,
  name,
}: {
  readonly kind: 'user' | 'group' | 'agency'
  readonly id: string
  readonly name: string
}) {
  return { to_type: kind, to_id: id, to: name }
}

function byJson(by: AssumeBy): Extract<LinkJson, { kind: 'assume' }>['by'] {
  switch (by.kind) {
    case 'trust':
      return { kind: by.kind, names: by.names }
    case 'builtin-group':
      return { kind: by.kind, group_id: by.grant.group_id, group: by.grant.group }
    case 'policy':
    case 'role': {
      const { through, statement, pattern } = by
      const group = { group_id: through?.group_id ?? null, group: through?.group ?? null }
      if (by.kind === 'role') {
        const { role_id, role, scope } = by.grant
        return { kind: by.kind, role_id, role, scope, ...group, statement, pattern }
      }
      const { policy_id, policy, version_id } = by.grant
      return { kind: by.kind, policy_id, policy, version_id, ...group, statement, pattern }
    }
  }
}

/** How it reaches whom, as nodes and edges: the picture in Markdown and the one in the evidence are drawn from it. */
import type { Link, Path } from '../account/link.ts'
import type { NamedPrincipal } from '../account/principal.ts'
import { principalWords } from './principal-words.ts'

export type NodeKind = 'source' | 'principal' | 'group' | 'agency' | 'policy' | 'permission'

export interface GraphNode {
  readonly id: string
  readonly kind: NodeKind
  readonly label: string
  /** Column from the left, from 0. */
  readonly column: number
}

export interface Graph {
  readonly nodes: readonly GraphNode[]
  /** Ids of nodes, from left to right. */
  readonly edges: readonly (readonly [from: string, to: string])[]
  /** Routes that were left out, since more make a picture that tells nothing. */
  readonly omitted: number
}

/** Principals who come by the same paths to the same permissions. */
export interface Crowd {
  readonly label: string
  /** Who may be that, of agencies: those whom they trust. */
  readonly sources: readonly string[]
  readonly paths: readonly Path[]
  readonly permissions: readonly string[]
}

/** How a crowd is called, and whom its members trust. */
export type CrowdWords = (principals: readonly NamedPrincipal[]) => Pick<Crowd, 'label' | 'sources'>

/** Merges those who come by the same paths to the same permissions into crowds, in the order of the rows. */
export function crowdsOf(
  rows: readonly {
    readonly principal: NamedPrincipal
    readonly permission: string
    readonly paths: readonly Path[]
  }[],
  words: CrowdWords,
): readonly Crowd[] {
  const byPrincipal = Map.groupBy(rows, ({ principal }) => `${principal.kind} ${principal.id}`)
  const people = [...byPrincipal.values()].flatMap((own) => {
    const [first] = own
    if (first === undefined) return []
    const paths = new Map(
      own.flatMap((row) => row.paths).map((path) => [stepsOf(path).map(stepKey).join('\n'), path]),
    )
    const permissions = [...new Set(own.map((row) => row.permission))]
    return [{ principal: first.principal, paths, permissions }]
  })
  const crowds = Map.groupBy(people, ({ principal, paths, permissions }) =>
    JSON.stringify([
      // Agencies differ in whom they trust.
      principal.kind === 'agency' ? principal.id : principal.kind,
      [...paths.keys()].sort(),
      [...permissions].sort(),
    ]),
  )
  return [...crowds.values()].flatMap((crowd) => {
    const [first] = crowd
    if (first === undefined) return []
    const principals = crowd.map(({ principal }) => principal)
    return [{ ...words(principals), paths: [...first.paths.values()], permissions: first.permissions }]
  })
}

interface Step {
  readonly kind: NodeKind
  readonly key: string
  readonly label: string
}

function stepKey({ kind, key }: Step): string {
  return `${kind} ${key}`
}

/** A node for each link; of a grant, the policy without its statement. */
function stepsOf({ links }: Path): readonly Step[] {
  return links.flatMap(stepOf)
}

function stepOf(link: Link): readonly Step[] {
  switch (link.kind) {
    case 'membership':
    case 'mapping':
    case 'builtin-group':
      return [{ kind: 'group', key: link.group_id, label: `group ${link.group}` }]
    case 'assume':
      return [{ kind: 'agency', key: link.agency_id, label: agencyLabel(link.agency) }]
    case 'attachment':
      return [
        { kind: 'policy', key: link.policy_id, label: `${link.policy} ${link.version_id ?? ''}`.trimEnd() },
      ]
    case 'role':
      return [{ kind: 'policy', key: `${link.role_id} ${link.scope}`, label: `${link.role} (legacy)` }]
    case 'trust':
      return []
  }
}

function agencyLabel(name: string): string {
  return principalWords({ kind: 'agency', id: '', name }, (text) => text)
}

/** Draws crowds, at most so many routes. */
export function graphOf(crowds: readonly Crowd[], limit: number): Graph {
  const nodes = new Map<string, GraphNode>()
  const edges = new Map<string, readonly [string, string]>()
  const add = (step: Step, column: number): string => {
    const key = stepKey(step)
    const known = nodes.get(key)
    const id = known?.id ?? `n${nodes.size}`
    const at = Math.max(column, known?.column ?? 0)
    nodes.set(key, { id, kind: step.kind, label: step.label, column: at })
    return id
  }
  const first = crowds.some(({ sources }) => sources.length > 0) ? 1 : 0
  const routes = crowds.flatMap((crowd, at) =>
    crowd.paths.flatMap((path) =>
      crowd.permissions.map((permission): readonly Step[] => [
        { kind: 'principal', key: String(at), label: crowd.label },
        ...stepsOf(path),
        { kind: 'permission', key: permission, label: permission },
      ]),
    ),
  )
  const connect = (from: string, to: string): void => {
    edges.set(`${from} ${to}`, [from, to])
  }
  for (const steps of routes.slice(0, limit)) {
    const ids = steps.map((step, column) => add(step, first + column))
    for (const [at, to] of ids.slice(1).entries()) connect(ids[at] as string, to)
    for (const source of crowds[Number(steps[0]?.key)]?.sources ?? [])
      connect(add({ kind: 'source', key: source, label: source }, 0), ids[0] as string)
  }
  return {
    nodes: lastColumn([...nodes.values()]),
    edges: [...edges.values()],
    omitted: Math.max(0, routes.length - limit),
  }
}

/** Permissions stand together at the right end. */
function lastColumn(nodes: readonly GraphNode[]): readonly GraphNode[] {
  const last = Math.max(0, ...nodes.map((node) => node.column))
  return nodes.map((node) => (node.kind === 'permission' ? { ...node, column: last } : node))
}

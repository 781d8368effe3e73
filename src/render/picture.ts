/** A Mermaid picture of what is new: how it reaches whom. */
import type { Drift } from '../audit/model.ts'
import { mermaid } from './escape.ts'

/** More paths make a picture nobody reads. */
const MAXIMUM_PATHS = 20

/** Paths of the drift as a flow chart; empty when there is none. */
export function pictureOf(drift: readonly Drift[]): string {
  const all = drift.flatMap((row) => row.paths.map((path) => ({ row, path })))
  if (all.length === 0) return ''
  const ids = new Map<string, string>()
  const lines: string[] = []
  const node = (kind: string, key: string, label: string, shape: [string, string]): string => {
    const known = ids.get(`${kind} ${key}`)
    if (known !== undefined) return known
    const id = `n${ids.size}`
    ids.set(`${kind} ${key}`, id)
    lines.push(`  ${id}${shape[0]}${mermaid(label)}${shape[1]}`)
    return id
  }
  const edges = new Set<string>()
  for (const { row, path } of all.slice(0, MAXIMUM_PATHS)) {
    const steps = [node('user', row.user_id, row.user, ['([', '])'])]
    if (path.group !== null) steps.push(node('group', path.group_id ?? '', `group ${path.group}`, ['[', ']']))
    if (path.policy !== null)
      steps.push(
        node('policy', path.policy_id ?? '', `${path.policy} ${path.version_id ?? ''}`, ['[[', ']]']),
      )
    steps.push(node('permission', row.permission, row.permission, ['{{', '}}']))
    for (let at = 1; at < steps.length; at++) edges.add(`  ${steps[at - 1]} --> ${steps[at]}`)
  }
  const more = all.length - MAXIMUM_PATHS
  const note = more > 0 ? `\n\n_The picture shows ${MAXIMUM_PATHS} of ${all.length} paths._` : ''
  return `\`\`\`mermaid\nflowchart LR\n${[...lines, ...edges].join('\n')}\n\`\`\`${note}`
}

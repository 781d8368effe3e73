/** Draws the flow charts that the action writes in Mermaid, as GitHub would, without its three megabytes of script. */
import { svgOf } from '../src/render/evidence/svg.ts'
import type { Graph, GraphNode, NodeKind } from '../src/render/graph.ts'

/** What the first characters of a shape stand for, the longest first. */
const shapes: readonly (readonly [string, NodeKind])[] = [
  ['([', 'principal'],
  ['[[', 'policy'],
  ['[/', 'agency'],
  ['{{', 'permission'],
  ['>', 'source'],
  ['[', 'group'],
]

/** The chart as SVG; empty for what is no chart of the action's own. */
export function pictureFrom(chart: string): string {
  const labels = new Map<string, Pick<GraphNode, 'kind' | 'label'>>()
  const edges: (readonly [string, string])[] = []
  for (const line of chart.split('\n')) {
    const [, from, to] = /^ {2}(n\d+) --> (n\d+)$/.exec(line) ?? []
    if (from !== undefined && to !== undefined) edges.push([from, to])
    const [, id, shape, label] = /^ {2}(n\d+)([^"\w]+)"([^"]*)"/.exec(line) ?? []
    if (id === undefined || shape === undefined || label === undefined) continue
    const kind = shapes.find(([start]) => shape === start)?.[1] ?? 'group'
    labels.set(id, {
      kind,
      label: label.replace(/#(\d+);/g, (_, code) => String.fromCodePoint(Number(code))),
    })
  }
  const columns = columnsOf([...labels.keys()], edges)
  const nodes = [...labels].map(([id, one]) => ({ id, ...one, column: columns.get(id) ?? 0 }))
  const graph: Graph = { nodes, edges, omitted: 0 }
  return svgOf(graph, 'How it reaches whom').replaceAll(/ id="[^"]*"| aria-labelledby="[^"]*"/g, '')
}

/** Each node stands to the right of all that lead to it. */
function columnsOf(
  ids: readonly string[],
  edges: readonly (readonly [string, string])[],
): Map<string, number> {
  const columns = new Map(ids.map((id) => [id, 0]))
  // So many rounds are enough for the longest chain, and end also where there is a circle.
  for (const _ of ids)
    for (const [from, to] of edges)
      columns.set(to, Math.min(ids.length, Math.max(columns.get(to) ?? 0, (columns.get(from) ?? 0) + 1)))
  return columns
}

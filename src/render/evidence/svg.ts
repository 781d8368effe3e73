/** The picture of the evidence: how access reaches whom, drawn without a library, readable without a script. */
import type { Graph, GraphNode, NodeKind } from '../graph.ts'
import { html } from '../html.ts'

const WIDTH = 190
const HEIGHT = 26
const GAP_X = 60
const GAP_Y = 12
const MARGIN = 10
/** Characters of a label that fit into a node; the whole one is its title. */
const LONGEST = 25

const shades: Readonly<Record<NodeKind, string>> = {
  source: 'source',
  principal: 'who',
  group: 'group',
  agency: 'agency',
  policy: 'policy',
  permission: 'permission',
}

interface Placed extends GraphNode {
  readonly x: number
  readonly y: number
}

/** The drawing as SVG; empty where there is nothing to draw. */
export function svgOf({ nodes, edges, omitted }: Graph, title: string): string {
  if (nodes.length === 0) return ''
  const placed = place(nodes, edges)
  const byId = new Map(placed.map((node) => [node.id, node]))
  const lines = edges.flatMap(([from, to]) => {
    const [one, other] = [byId.get(from), byId.get(to)]
    return one === undefined || other === undefined ? [] : [line(one, other)]
  })
  const width = Math.max(...placed.map(({ x }) => x)) + WIDTH + MARGIN
  const height = Math.max(...placed.map(({ y }) => y)) + HEIGHT + MARGIN
  const more = omitted > 0 ? ` ${omitted} more paths are not drawn; the table has them all.` : ''
  return [
    `<svg role="img" aria-labelledby="picture-title picture-text" viewBox="0 0 ${width} ${height}" width="${width}" xmlns="http://www.w3.org/2000/svg">`,
    `<title id="picture-title">${html(title)}</title>`,
    `<desc id="picture-text">From the left to the right: who holds, by which group, agency and policy, which permission. The table below says the same in words.${more}</desc>`,
    ...lines,
    ...placed.map(drawn),
    '</svg>',
    ...(more === '' ? [] : [`<p>${more.trim()}</p>`]),
  ].join('\n')
}

/** Columns from left to right; in each, nodes near those that lead to them. */
function place(nodes: readonly GraphNode[], edges: Graph['edges']): readonly Placed[] {
  const columns = Map.groupBy(nodes, (node) => node.column)
  const rank = new Map<string, number>()
  const sources = Map.groupBy(edges, ([, to]) => to)
  const placed: Placed[] = []
  for (const column of [...columns.keys()].sort((one, other) => one - other)) {
    const weight = ({ id }: GraphNode): number => {
      const ranks = (sources.get(id) ?? []).flatMap(([from]) => rank.get(from) ?? [])
      return ranks.length === 0 ? 0 : ranks.reduce((sum, one) => sum + one, 0) / ranks.length
    }
    const own = [...(columns.get(column) ?? [])].sort((one, other) => weight(one) - weight(other))
    own.forEach((node, at) => {
      rank.set(node.id, at)
      const [x, y] = [MARGIN + column * (WIDTH + GAP_X), MARGIN + at * (HEIGHT + GAP_Y)]
      placed.push({ ...node, x, y })
    })
  }
  return placed
}

function line(from: Placed, to: Placed): string {
  const [x1, y1] = [from.x + WIDTH, from.y + HEIGHT / 2]
  const [x2, y2] = [to.x, to.y + HEIGHT / 2]
  const bend = Math.max(20, (x2 - x1) / 2)
  return `<path class="edge" d="M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}"/>`
}

function drawn({ x, y, kind, label }: Placed): string {
  const characters = [...label]
  const shown =
    characters.length > LONGEST
      ? `${characters.slice(0, LONGEST - 8).join('')}…${characters.slice(-7).join('')}`
      : label
  return [
    `<g class="node ${shades[kind]}"><title>${html(label)}</title>`,
    `<rect x="${x}" y="${y}" width="${WIDTH}" height="${HEIGHT}" rx="${kind === 'principal' ? HEIGHT / 2 : 3}"/>`,
    `<text x="${x + WIDTH / 2}" y="${y + HEIGHT / 2 + 4}">${html(shown)}</text></g>`,
  ].join('')
}

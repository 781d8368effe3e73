/** A Mermaid picture of what is new: how it reaches whom, with those who share a path as one node. */

import type { Verdict } from '../audit/model.ts'
import { crowdWords } from './crowd-words.ts'
import type { Finding } from './drift-section.ts'
import { mermaid } from './escape.ts'
import { fold } from './fold.ts'
import { crowdsOf, graphOf, type NodeKind } from './graph.ts'

/** More routes make a picture that nobody reads. */
const MAXIMUM_ROUTES = 25

const shapes: Readonly<Record<NodeKind, readonly [string, string]>> = {
  source: ['>', ']'],
  principal: ['([', '])'],
  group: ['[', ']'],
  agency: ['[/', '/]'],
  policy: ['[[', ']]'],
  permission: ['{{', '}}'],
}

/** Paths of the drift as a folded flow chart; empty when there is none. */
export function pictureOf(findings: readonly Finding[], shown: Pick<Verdict, 'holdings'>): string {
  const rows = findings.flatMap(({ drift }) => drift)
  const crowds = crowdsOf(rows, crowdWords(shown))
  const { nodes, edges, omitted } = graphOf(crowds, MAXIMUM_ROUTES)
  if (rows.length === 0 || edges.length === 0) return ''
  const lines = [
    ...nodes.map(({ id, kind, label }) => `  ${id}${shapes[kind][0]}${mermaid(label)}${shapes[kind][1]}`),
    ...edges.map(([from, to]) => `  ${from} --> ${to}`),
  ]
  const note =
    omitted > 0 ? `\n\n_The picture shows ${MAXIMUM_ROUTES} of ${MAXIMUM_ROUTES + omitted} paths._` : ''
  return fold(
    'Picture: how it reaches whom',
    `\`\`\`mermaid\nflowchart LR\n${lines.join('\n')}\n\`\`\`${note}`,
  )
}

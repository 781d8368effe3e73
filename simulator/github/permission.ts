/** Which permission each operation needs, and how GitHub refuses who lacks it. */
import { type Answer, forbidden, notFound } from './answer.ts'
import type { Level, Scope, State } from './state.ts'

interface Need {
  /** Any of these will do: comments of a pull request open to both `issues` and `pull-requests`. */
  readonly scopes: readonly Scope[]
  readonly level: 'read' | 'write'
}

const order: readonly Level[] = ['none', 'read', 'write']

function needOf(route: string): Need | null {
  const level = route.startsWith('GET ') ? 'read' : 'write'
  const parts = (route.split('{repo}/')[1] ?? '').split('/')
  switch (parts[0]) {
    case 'issues':
    case 'labels':
    case 'assignees':
      return { scopes: ['issues', 'pull-requests'], level }
    case 'contents':
    case 'commits':
    case 'compare':
      return { scopes: ['contents'], level }
    case 'pulls':
      return { scopes: ['pull-requests'], level }
    case 'actions':
      return { scopes: ['actions'], level }
    default:
      // The repository itself, collaborators' permissions and the user: `metadata: read`, which every token has.
      return null
  }
}

/** Issues proper need `issues`; only their comments also open to `pull-requests`. */
function scopesFor(route: string, need: Need): readonly Scope[] {
  return route.includes('/comments') ? need.scopes : need.scopes.slice(0, 1)
}

/** GitHub's refusal of a request that the token may not make; null when it may. */
export function refusalOf(state: State, route: string): Answer | null {
  const need = needOf(route)
  if (need === null) return null
  // What is public anybody may read, whatever the token's permissions say.
  if (need.level === 'read' && state.visibility === 'public') return null
  const granted = scopesFor(route, need).some(
    (scope) => order.indexOf(state.permissions[scope]) >= order.indexOf(need.level),
  )
  if (granted) return null
  // A person's token that lacks the right to read is told that nothing is there.
  return state.identity.endsWith('[bot]') || need.level === 'write' ? forbidden : notFound
}

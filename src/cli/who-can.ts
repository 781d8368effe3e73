/** `npm run who-can -- --snapshot FILE ACTION`: every user who holds an action, or some action of a pattern, and how. */
import { findHoldings } from '../audit/holdings.ts'
import type { Holding } from '../audit/model.ts'
import {
  createEvaluator,
  isActionString,
  mergeCatalogue,
  patternProblem,
  shippedCatalogue,
} from '../policy/index.ts'
import type { Permission } from '../policy/types.ts'
import { UserError } from '../problem.ts'
import { visible } from '../render/escape.ts'
import { denyWords } from '../render/words.ts'
import { type Command, runCommand } from './command.ts'
import { documentsOf, gapLines, scopeLine, unreadAttachmentLines, unreadAttachments } from './doubts.ts'
import { limitWords, pathLine } from './lines.ts'

export const whoCan: Command = {
  usage: 'npm run who-can -- --snapshot FILE ACTION',
  words: [1, 1],
  answer: ({ snapshot, words: [action = ''] }) => {
    const permission = askedPermission(action)
    const found = findHoldings({
      ...{ snapshot, permissions: [permission], baseline: null, today: snapshot.taken_at.slice(0, 10) },
      catalogue: snapshot.catalogue === null ? shippedCatalogue() : mergeCatalogue(snapshot.catalogue),
      // Only known gaps need digests, and without a baseline there are none.
      sha256: () => '',
    })
    const evaluator = createEvaluator({ documents: documentsOf(snapshot), permissions: [permission] })
    const unread = unreadAttachments(snapshot, (id) => evaluator.relevance(id) !== 'none')
    const holders = [...found.holdings].sort((one, other) => (nameKey(one) < nameKey(other) ? -1 : 1))
    const doubts = [...gapLines(found.gaps), ...unreadAttachmentLines(unread)]
    const root = found.root_user
    return [
      `${holders.length} ${holders.length === 1 ? 'user holds' : 'users hold'} ${visible(action)}${doubts.length > 0 ? ', as far as could be told' : ''}${holders.length > 0 ? ':' : '.'}`,
      ...holders.flatMap(holderLines),
      ...(root === null ? [] : [`The root user ${visible(root.user)} can do everything.`]),
      ...(doubts.length > 0 ? ['Not determined:', ...doubts] : []),
      scopeLine(snapshot),
    ]
  },
}

function askedPermission(action: string): Permission {
  const problem = isActionString(action) ? null : patternProblem(action)
  if (problem !== null)
    throw new UserError(`${JSON.stringify(action)} is no action and no pattern of actions: ${problem}.`)
  return { name: action, severity: 'high', holds: 'any', actions: [action], except: [] }
}

function holderLines(holding: Holding): string[] {
  const part = holding.extent === 'part' ? ', a part of it' : ''
  const denies = denyWords(holding.conditional_denies, visible)
  return [
    `${visible(holding.user)} (${visible(holding.user_id)})${holding.enabled ? '' : ', disabled'}${part}${limitWords(holding)}`,
    ...holding.paths.map((path) => `  ${pathLine(holding, path)}`),
    ...(denies === null ? [] : [`  ${denies}`]),
  ]
}

function nameKey({ user, user_id }: Holding): string {
  return `${user}\u0000${user_id}`
}

if (import.meta.main) runCommand(whoCan)

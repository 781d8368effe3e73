/** `iam-audit who-can ACTION`: every principal that holds an action, or some action of a pattern, and how. */
import { visible } from '../render/escape.ts'
import { principalsCount } from '../render/principal-words.ts'
import { scrubAll } from '../run/secrets.ts'
import { answerJson } from './answer-json.ts'
import { askedPermission, doubtsAbout } from './asked-action.ts'
import { type Answer, type CommandRun, jsonText, textOf } from './command.ts'
import { holderLines } from './holder-lines.ts'
import { doubtLines, doubtsOf, findingsOf, hasDoubts, readAccount, scopeLine } from './question.ts'

/** Answers: 0 somebody, 1 nobody, 3 nobody as far as could be read. @throws UserError, CloudError */
export async function whoCanCommand(run: CommandRun): Promise<Answer> {
  const [action = ''] = run.words
  const permission = askedPermission(action)
  if (run.inputs.snapshot === '') doubtsAbout(action, { catalogue: null }, run)
  const { snapshot, warnings } = scrubAll(await readAccount(run, [permission]))
  const notes = [...warnings, ...doubtsAbout(action, snapshot, run)].map(visible)
  const found = findingsOf(snapshot, [permission], run.now)
  const doubts = doubtsOf(found, [permission], null)
  const answer = found.holdings.length > 0 ? 'yes' : hasDoubts(doubts) ? 'undecided' : 'no'
  const holders = found.holdings.map((one) => one.principal)
  const root = found.root_user
  const output =
    run.format === 'json'
      ? jsonText(
          answerJson({ kind: 'who-can', action, principal: null, answer }, found, doubts, found.holdings),
        )
      : textOf([
          holders.length === 0
            ? `Nobody that was looked at holds ${visible(action)}${hasDoubts(doubts) ? ', and not everything could be read or decided' : ''}.`
            : `${principalsCount(holders)} ${holders.length === 1 ? 'holds' : 'hold'} ${visible(action)}${hasDoubts(doubts) ? ', as far as could be read and decided' : ''}:`,
          ...holderLines(found.holdings, { ids: run.own.ids === true, permission: false }),
          ...(root === null ? [] : [`The root user ${visible(root.user)} can do everything.`]),
          ...doubtLines(doubts),
          scopeLine(snapshot),
        ])
  return { output, notes, exitCode: { yes: 0, no: 1, undecided: 3 }[answer] as 0 | 1 | 3 }
}

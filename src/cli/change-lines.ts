/** Changes of approvals as lines. */
import type { GateEntry } from '../gate/model.ts'
import { differenceWords, inPlainText } from '../render/entry-words.ts'
import { visible } from '../render/escape.ts'
import { principalWords } from '../render/principal-words.ts'

/** `  added     alice, iam-administration: iam:*:*`. */
export function changeLines(entries: readonly GateEntry[]): string[] {
  return entries.map(({ change, principal, permission, gained, lost }) => {
    const difference = gained ?? lost
    const what = difference === null ? '' : differenceWords(difference, inPlainText)
    return `  ${change.padEnd(9)} ${principalWords(principal, visible)}, ${visible(permission)}${what === '' ? '' : `: ${what}`}`
  })
}

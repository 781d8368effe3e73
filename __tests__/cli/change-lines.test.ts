/** Changes of approvals in a terminal say all that the gate's comment says of them. */
import { expect, test } from '@jest/globals'
import { changeLines } from '../../src/cli/change-lines.ts'
import { agencyEntry, entry, type Json, judgedEntries } from '../gate/texts.ts'

const lines = (before: readonly Json[], after: readonly Json[]): string[] =>
  changeLines(judgedEntries(before, after).entries)

test('limits, whoever comes to it, and the whole of a permission', () => {
  const limited = { grants: [{ actions: ['iam:users:*'], resources: ['iam:*:*:user:temp-*'] }] }
  expect(lines([], [entry(limited)])).toEqual([
    expect.stringMatching(/^ {2}added .* on iam:\*:\*:user:temp-\*$/),
  ])
  expect(lines([], [entry({ grants: [{ actions: ['*:*:*'] }] })])).toEqual([
    expect.stringMatching(/: everything in it \(\d+ known actions\)$/),
  ])
  expect(lines([agencyEntry()], [agencyEntry({ trusted: [{ everybody: true }] })])).toEqual(
    expect.arrayContaining([expect.stringMatching(/^ {2}widened .*: for everybody$/)]),
  )
})

test('no name of an approval draws in the terminal', () => {
  const hostile = { grants: [{ actions: ['iam:users:*'], resources: ['iam:*:*:user:\u001b[2Jx\u202e'] }] }
  const said = lines([], [entry(hostile)])
  expect(said).toEqual([expect.stringMatching(/ on iam:/)])
  expect(said.join()).not.toMatch(/[\u001b\u202e]/)
})

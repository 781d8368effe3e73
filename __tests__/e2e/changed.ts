/** Companies that were approved as they stood, and what an audit says once something has changed. */
import { expect } from '@jest/globals'
import type { AccountBuilder } from '../../simulator/iam/account.ts'
import { Operations } from '../../simulator/iam/account.ts'
import type { ActionRun } from '../../simulator/runner.ts'
import type { Operation } from '../../src/audit/revocation.ts'
import { applyOperation } from './apply-operation.ts'
import { startWarmWorld, type World, type WorldOptions } from './world.ts'

/** A change to an approved company, and the drift that it is. */
export interface Change {
  readonly name: string
  readonly change: (builder: AccountBuilder) => unknown
  readonly kind: 'unapproved_holders' | 'exceeds_approval'
  /** Who drifts, by their names, in order. */
  readonly who: readonly string[]
  /** What changed, as the row of the one cause says it. */
  readonly says: string
  /** A path as the summary writes it. */
  readonly path?: string
  /** A further look at the first row. */
  readonly row?: object
  /** Undone by hand, where that is another thing than the first way out. */
  readonly undo?: (builder: AccountBuilder) => unknown
}

/** Somebody who changes the account; an hour ago by their watch. */
export const operator = ({ account }: AccountBuilder): Operations =>
  new Operations(account, { user: account.users[0]?.user_id ?? '' }, () => Date.now() - 3_600_000)

/** A world whose account was approved as it stood, and has changed since. */
export async function changed(
  builder: AccountBuilder,
  change: (builder: AccountBuilder) => unknown,
  options: WorldOptions = {},
): Promise<World> {
  const world = await startWarmWorld(builder.account, options)
  try {
    await world.approveAll()
    change(builder)
    return world
  } catch (error) {
    await world[Symbol.asyncDispose]()
    throw error
  }
}

/** The change is drift with one cause; undone by the first way out that is offered, the next audit is green. */
export async function expectDriftAndWayOut(builder: AccountBuilder, expected: Change): Promise<void> {
  await using world = await changed(builder, expected.change)
  const run = await world.audit()
  expect(run.outputs).toMatchObject({ result: 'drift', complete: 'true', 'issue-action': 'created' })
  expect(run.exitCode).toBe(1)
  const rows: Row[] = run.report.drift[expected.kind]
  expect(rows.map((row) => row.principal)).toEqual(expected.who)
  expect(new Set(rows.map((row) => row.cause)).size).toBe(1)
  if (expected.row !== undefined) expect(rows[0]).toMatchObject(expected.row)
  expect(causeRows(run)).toEqual([expect.stringContaining(`| ${expected.says} |`)])
  if (expected.path !== undefined) expect(run.summary).toContain(expected.path)
  const body = world.github.state.issues[0]?.body ?? ''
  expect(body).toContain(expected.says)
  expect(world.github.violations).toEqual([])

  if (expected.undo === undefined) revokeFirst(world, rows)
  else expected.undo(builder)
  const after = await world.audit()
  expect(after.outputs).toMatchObject({ complete: 'true', 'issue-action': 'closed' })
  expect(['unchanged', 'reduced']).toContain(after.outputs.result)
}

interface Row {
  readonly principal: string
  readonly cause: string
  readonly revocations: readonly { readonly operations: readonly Operation[]; readonly others: number }[]
}

/** What several rows are told is done once. */
function revokeFirst({ cloud }: World, rows: readonly Row[]): void {
  const operations = rows.flatMap(({ principal, revocations: [first] }) => {
    if (first === undefined) throw new Error(`nothing is offered for ${principal}`)
    return first.operations
  })
  const distinct = new Map(operations.map((one) => [JSON.stringify(one), one]))
  for (const operation of distinct.values()) applyOperation(cloud.account, operation)
}

/** Rows of the table of causes, which stands before everything that is folded. */
export function causeRows({ summary }: ActionRun): string[] {
  const [first = ''] = summary.split('<details>')
  return first.split('\n').filter((line) => /^\| (⚠️\u00a0)?(🔴|🟠|🟡|⚪|🔵)/.test(line))
}

/** The baseline rewritten: in which order people read what changed. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { allow, document } from '../../simulator/iam/account.ts'
import { readInputs } from '../../src/run/inputs.ts'
import { updateBaseline } from '../../src/run/update-baseline.ts'
import { account, auditedOf, configOf, permission, snapshotOf } from '../audit/stage.ts'

test('the gravest first, then by name, and not by ids that say nothing', async () => {
  const permissions = [
    permission('minor', ['kms:*:*'], { severity: 'low' }),
    permission('iam', ['iam:*:*'], { severity: 'critical' }),
  ]
  const names = ['dan', 'cleo', 'bob', 'ada', 'eve', 'finn']
  const stage = account()
    .users(...names)
    .policy('both', document(allow(['iam:*:*', 'kms:*:*'])))
  for (const user of names) stage.attach('both', { user })
  const audited = auditedOf({ account: stage, permissions, baseline: null })
  const folder = mkdtempSync(join(tmpdir(), 'iam-audit-update-'))
  try {
    const { changes } = await updateBaseline(
      readInputs({}),
      {
        ...audited,
        ...{ snapshot: snapshotOf(stage), remarks: [], api: null },
        approvals: { config: configOf(permissions), configText: '', baseline: null },
      },
      join(folder, 'baseline.json'),
    )
    const inOrder = [...names].sort()
    expect(changes.map((row) => [row.permission, row.principal.name])).toEqual([
      ...inOrder.map((name) => ['iam', name]),
      ...inOrder.map((name) => ['minor', name]),
    ])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

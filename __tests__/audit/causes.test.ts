import { describe, expect, test } from '@jest/globals'
import type { Holding } from '../../src/access/model.ts'
import type { Link, Path } from '../../src/account/link.ts'
import { groupByCause, type Uncaused } from '../../src/audit/causes.ts'
import { HoldersByPath } from '../../src/audit/holders-by-path.ts'

const group = (id: string): Link => ({ kind: 'membership', group_id: id, group: id })
const attached = (to: string, policy: string, at: string, version: [string, string] = ['v1', '']): Link => ({
  ...{ kind: 'attachment', to: { kind: 'group', id: to, name: to }, policy_id: policy, policy },
  ...{ policy_type: 'custom', version_id: version[0], attached_at: at },
  version_created_at: version[1] || at,
})
const role = (to: string, name: string): Link =>
  ({
    ...{ kind: 'role', to: { kind: 'group', id: to, name: to }, role_id: name, role: name },
    ...{ scope: 'all-projects', role_type: 'role', updated_at: null },
  }) as unknown as Link
const path = (pattern: string, ...links: Link[]): Path =>
  ({ links, origin: { kind: 'statement', statement: 1, pattern, restricted: false } }) as unknown as Path

const row = (id: string, paths: readonly Path[]): Uncaused =>
  ({
    ...{ principal: { kind: 'user', id, name: id }, permission: 'p', kind: 'unapproved-holder' },
    ...{ paths, because: null },
  }) as unknown as Uncaused
const approved = (id: string, paths: readonly Path[]): Holding =>
  ({ principal: { kind: 'user', id, name: id }, permission: 'p', counts: true, paths }) as unknown as Holding

type People = Record<string, readonly Path[]>
function causes(drift: People, others: People): string[] {
  const rows = Object.entries(drift).map(([id, paths]) => row(id, paths))
  const held = Object.entries(others).map(([id, paths]) => approved(id, paths))
  const all = [...held, ...rows.map((one) => approved(one.principal.id, one.paths))]
  return groupByCause(rows, new HoldersByPath(all)).causes.map(
    (cause) => `${cause.kind} of ${cause.principals.map((one) => one.id).join(' ')}`,
  )
}

const full = path('*:*:*', group('rds'), role('rds', 'FullAccess'))
const ordinary = path('rds:*:*', group('rds'), attached('rds', 'Operate', '2026-02-14T00:00:00Z'))
const policy = attached('dns', 'Operate', '2026-02-14T00:00:00Z')
const newVersion = attached('dns', 'Operate', '2026-02-14T00:00:00Z', ['v2', '2026-11-23T00:00:00Z'])
const own = path('iam:*:*', attached('carol', 'IAMFullAccess', '2026-01-01T00:00:00Z'))

describe('what brought drift', () => {
  const cases: [name: string, drift: People, others: People, expected: string[]][] = [
    [
      'a grant without a date that gives everything, beside a dated one that gives a part',
      { bob: [full, ordinary], eve: [ordinary, full] },
      {},
      ['legacy-grant of bob eve'],
    ],
    [
      'a membership, where somebody else of the group is approved for it',
      { bob: [path('iam:*:*', group('dns'), policy)] },
      { ada: [path('iam:*:*', group('dns'), policy)] },
      ['membership of bob'],
    ],
    [
      'a new version, though a member who holds as much otherwise is no drift',
      { bob: [path('iam:*:*', group('dns'), newVersion)], eve: [path('iam:*:*', group('dns'), newVersion)] },
      { carol: [path('iam:*:*', group('dns'), newVersion), own] },
      ['version of bob eve'],
    ],
    [
      'a membership, where more members hold as much otherwise than are drift',
      { bob: [path('iam:*:*', group('dns'), policy)] },
      Object.fromEntries(
        ['ada', 'carol', 'dan'].map((id) => [id, [path('iam:*:*', group('dns'), policy), own]]),
      ),
      ['membership of bob'],
    ],
    [
      'an attachment of one part, where no other path has it',
      { bob: [ordinary, own] },
      {},
      ['attachment of bob'],
    ],
  ]
  test.each(cases)('%s', (_, drift, others, expected) => {
    expect(causes(drift, others)).toEqual(expected)
  })

  test('patterns made to hurt are not compared', () => {
    const wild = '*a'.repeat(2000)
    const paths = Array.from({ length: 500 }, (_, at) =>
      path(`${wild}${at}:*:*`, attached('bob', `p${at}`, '2026-01-01T00:00:00Z')),
    )
    expect(causes({ bob: paths }, { eve: paths })).toEqual(['attachment of bob'])
  })
})

/** Names that do not exist, and lists that see too little: warnings, which decide nothing. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { configWarnings, unknownNames } from '../../src/config/config-warnings.ts'
import { globEdits } from '../../src/config/glob-edits.ts'
import { doubtAbout, type KnownNames, knownNames } from '../../src/config/known-names.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { mergeCatalogue, presetPermission, shippedCatalogue } from '../../src/policy/index.ts'
import type { CatalogueAction } from '../../src/policy/types.ts'
import { settings } from '../property-settings.ts'

const row = (action: string): CatalogueAction => ({ action, accessLevel: 'Write', aliases: [] })
const legacy = ['iam:roles:updateRole', 'iam:users:updateUser', 'iam:agencies:assume']
/** No catalogue was read from the account. */
const shipped = knownNames({ catalogue: shippedCatalogue(), live: [], others: legacy })
/** Those of IAM and of a service that the shipped catalogue does not know were read. */
const rows = ['iam:users:createUserV5', 'iam:groups:listV5', 'ECS:cloudServers:create'].map(row)
const live = knownNames({ catalogue: mergeCatalogue(rows), live: ['iam', 'ECS'], others: legacy })

const doubt = (pattern: string, known: KnownNames): string => {
  const found = doubtAbout(pattern, known)
  return found === null ? '' : `${found.reason}. ${found.suggestion ?? '-'}`
}

const cases: readonly [pattern: string, shipped: string, live: string][] = [
  // Known, by every road by which a name can be known.
  ['*', '', ''],
  ['*:*:*', '', ''],
  ['iam:*:*', '', ''],
  ['iam:*', '', ''],
  ['IAM:Users:CREATE*', '', ''],
  ['i?m:users:*', '', ''],
  ['*:*:get*', '', ''],
  ['iam:credentials:createCredential', '', ''],
  ['iam::createAccessKey', '', ''],
  ['iam:roles:*', '', ''],
  ['iam:users:updateUser', '', ''],
  // Read live, its own action is known; not read, its service is not.
  ['ecs:cloudServers:*', 'names the service "ecs", of which no action is known. -', ''],
  ['ecs:*', 'names the service "ecs", of which no action is known. -', ''],
  // A slip, wherever it is.
  [
    'iam:user:create*',
    'matches no known action. iam:users:create*',
    'matches no action of iam. iam:users:create*',
  ],
  [
    'iam:user:createUserV5',
    'matches no known action. iam:users:createUserV5',
    'matches no action of iam. iam:users:createUserV5',
  ],
  [
    'iam:users:craeteUserV5',
    'matches no known action. iam:users:createUserV5',
    'matches no action of iam. iam:users:createUserV5',
  ],
  [
    'iam:users:craete*',
    'matches no known action. iam:users:createLoginProfileV5',
    'matches no action of iam. iam:users:createUserV5',
  ],
  [
    'iamm:users:createUserV5',
    'names the service "iamm", of which no action is known. iam:users:createUserV5',
    'names the service "iamm", of which no action is known. iam:users:createUserV5',
  ],
  [
    'organization:whatever:*',
    'names the service "organization", of which no action is known. organizations:whatever:*',
    'names the service "organization", of which no action is known. organizations:whatever:*',
  ],
  [
    'identitycentre:*:*',
    'names the service "identitycentre", of which no action is known. IdentityCenter:*:*',
    'names the service "identitycentre", of which no action is known. IdentityCenter:*:*',
  ],
  [
    'x*:users:create*',
    'names the service "x*", of which no action is known. -',
    'names the service "x*", of which no action is known. -',
  ],
  // Not near to anything: only who knows all of the service can tell.
  ['iam:newThings:frobnicate', '', 'matches no action of iam. -'],
  ['i*:newThings:frobnicate', '', 'matches no action of iam, identitycenter. -'],
  ['sts:newThings:frobnicate', '', ''],
  // A short word is near to everything.
  ['iam:xy:*', '', 'matches no action of iam. -'],
]

test.each(cases)('%s', (pattern, withShipped, withLive) => {
  expect([doubt(pattern, shipped), doubt(pattern, live)]).toEqual([withShipped, withLive])
})

test('every name that presets and catalogue have is known, and so is each as a pattern', () => {
  const { actions } = shippedCatalogue()
  for (const { action, aliases } of actions)
    for (const name of [action, ...aliases])
      for (const pattern of [name, name.slice(0, -1).concat('*'), name.toUpperCase()])
        expect([pattern, doubtAbout(pattern, shipped)]).toEqual([pattern, null])
  for (const pattern of presetPermission('organization-control@1')?.actions ?? [])
    expect(doubtAbout(pattern, live)).toBeNull()
})

describe('the warnings of a config', () => {
  const config = readConfig(
    `version: 1
audited-permissions:
  - preset: full-administration@1
    except: ["iam:user:get*"]
  - name: keys
    holds: all
    actions:
      - "iam:credentials:create*"
      - "iam:credental:create*"
    except: ["iam:*:list*", "stss:*"]
`,
    'c.yml',
  )

  test('name line, list and what was perhaps meant, in the order of the file', () => {
    const lines = unknownNames(config, 'c.yml', shipped).map(
      ({ where, line, column, message, remedy }) => `${where}:${line}:${column}: ${message} ${remedy}`,
    )
    expect(lines).toEqual([
      'c.yml:4:14: the pattern "iam:user:get*" in except of "full-administration" matches no known action. Did you mean "iam:users:get*"?',
      'c.yml:9:9: the pattern "iam:credental:create*" in actions of "keys" matches no known action. Did you mean "iam:credentials:create*"?',
      'c.yml:10:29: the pattern "stss:*" in except of "keys" names the service "stss", of which no action is known. Did you mean "sts:*:*"?',
    ])
  })

  test('say when every permission has holds: all', () => {
    const [first] = configWarnings(config, 'c.yml', shipped)
    expect(first).toMatchObject({
      line: 3,
      message: expect.stringContaining('every audited permission has "holds: all"'),
    })
    const other = {
      ...config,
      permissions: config.permissions.map((one, at) => ({
        ...one,
        holds: at === 0 ? ('any' as const) : one.holds,
      })),
    }
    expect(configWarnings(other, 'c.yml', shipped)).toHaveLength(3)
  })

  test('a list of very many slips ends', () => {
    const actions = Array.from({ length: 3000 }, (_, at) => `iam:user${at}:create${'*a'.repeat(20)}`)
    const json = { version: 1, 'audited-permissions': [{ name: 'x', actions: ['*', ...actions] }] }
    expect(unknownNames(readConfig(JSON.stringify(json), 'c'), 'c', live).length).toBeGreaterThan(2000)
  })
})

describe('globEdits', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 4 })
  const globs = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 4 })

  /** Slow and obvious: the least of all edits of the first letters. */
  function slow(glob: string, word: string): number {
    if (glob === '') return word.length
    const [head, rest] = [glob[0], glob.slice(1)]
    if (head === '*') return Math.min(slow(rest, word), word === '' ? Infinity : slow(glob, word.slice(1)))
    const dropped = 1 + slow(rest, word)
    if (word === '') return dropped
    const exchanged = (head === '?' || head === word[0] ? 0 : 1) + slow(rest, word.slice(1))
    return Math.min(dropped, exchanged, 1 + slow(glob, word.slice(1)))
  }

  test('is what a slow second way finds', () => {
    fc.assert(
      fc.property(globs, letters, (glob, word) => expect(globEdits(glob, word)).toBe(slow(glob, word))),
      settings(500),
    )
  })
})

import { expect, test } from '@jest/globals'
import type { SeenLoss } from '../../src/audit/losers.ts'
import { touchedCell, touchedWords } from '../../src/render/touched-words.ts'

const none: SeenLoss = { others: 0, services: [], own: [], unread: [], unlisted: [] }
const name = (text: string): string => text

const cases: readonly (readonly [
  others: number,
  ordinary: Partial<SeenLoss> | null,
  words: string,
  cell: string,
])[] = [
  [0, {}, 'takes nothing else from anybody', 'none'],
  [2, {}, 'touches 2 other holders', '2 other holders'],
  [1, null, 'touches 1 other holder; what else goes with it was not worked out', '1 other holder'],
  [
    0,
    { others: 3, services: ['ecs', 'obs'] },
    'touches no other holder; 3 others lose ecs and obs permissions with it',
    '3 others lose ecs and obs permissions',
  ],
  [
    2,
    { others: 1, services: ['*'] },
    'touches 2 other holders; 1 other loses permissions of all services with it',
    '2 other holders; 1 other loses permissions of all services',
  ],
  [0, { own: ['obs'] }, 'takes nothing from anybody else; also takes their own obs permissions', 'none'],
  [
    0,
    { unread: ['Odd'], unlisted: [{ kind: 'group', name: 'ops' }] },
    'takes nothing from anybody else; policy Odd could not be read; what else group ops gives was not read',
    'none; not all was read',
  ],
]

test.each(cases)('%d other holders and %j', (others, ordinary, words, cell) => {
  const touched = { others, ordinary: ordinary && { ...none, ...ordinary } }
  expect(touchedWords(touched, name)).toBe(words)
  expect(touchedCell(touched, name)).toBe(cell)
})

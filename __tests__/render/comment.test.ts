import { expect, test } from '@jest/globals'
import { renderGate } from '../../src/render/comment.ts'
import { entry, judgedEntries } from '../gate/texts.ts'

test('a justification as long as a comment pushes no other change out of it', () => {
  const others = ['bob', 'cid'].map((user) => entry({ user, user_id: `id-${user}` }))
  for (const letter of ['x', '#', '\u200b']) {
    const long = entry({ user_id: '0', justification: `Because ${letter.repeat(60_000)} of this` })
    const text = renderGate(judgedEntries([], [long, ...others]), [], 60_000)
    for (const shown of ['Because', 'of this', '`id-bob`', '`id-cid`']) expect(text).toContain(shown)
    expect(text).not.toContain('did not fit')
  }
})

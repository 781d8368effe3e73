import { createHash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { presetNames, presetPermission } from '../../src/policy/index.ts'

/** What each version audits. A baseline that was made against it must find it so for ever. */
const digests: Readonly<Record<string, string>> = {
  'iam-administration@1': 'e3342121cd6ffeedce63e4f8e10e1510ed945d967237ab7dbc4213b539cccf30',
  'privilege-escalation@1': '8f38cfab2f0db5136c071a699084b0ce60fc567d7077aac35526f442f5cf954f',
  'full-administration@1': '9758e63ec6df7369b1daffefae02f776be1a54e6cebf5d941e26c021cea3e871',
}

test('a preset never changes, it gets a new version', () => {
  const now = presetNames.map((name) => {
    const { severity, holds, actions, except } = presetPermission(name) ?? {}
    return [
      name,
      createHash('sha256').update(JSON.stringify({ severity, holds, actions, except })).digest('hex'),
    ]
  })
  expect(Object.fromEntries(now)).toEqual(digests)
})

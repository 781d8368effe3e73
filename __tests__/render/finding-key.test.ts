import { expect, test } from '@jest/globals'
import { findingKey } from '../../src/render/finding-key.ts'
import { agency, attached, IAM, path, type Row, user, verdictWith } from './builders.ts'

const keyOf = (row: Row): string => {
  const [drift] = verdictWith([{ kind: 'attachment', rows: [row] }]).drift
  if (drift === undefined) throw new Error('There is no drift.')
  return findingKey(drift)
}
const bob = user('bob')
const link = path([attached('Admin', { ...bob, kind: 'user' })])

test('of a user it is the text that issues and alerts have recorded ever since', () => {
  const recorded = ['unapproved-holder', bob.id, IAM, [{ actions: ['iam:*:*'] }]]
  expect(keyOf({ principal: bob, paths: [link] })).toBe(JSON.stringify(recorded))
})

test('of others it has the kind, and whom they trust where that is what was gained', () => {
  const ci = agency('ci')
  const plain = keyOf({ principal: ci, paths: [link] })
  expect(plain).toContain(`"agency:${ci.id}"`)
  const one = keyOf({ principal: ci, paths: [link], parties: { trusted: [{ account: 'a' }] } })
  const other = keyOf({ principal: ci, paths: [link], parties: { trusted: [{ account: 'b' }] } })
  expect(new Set([plain, one, other]).size).toBe(3)
})

test('neither path, name nor severity is of it', () => {
  const elsewhere = path([attached('Other', { ...bob, kind: 'user' })])
  const renamed = { ...bob, name: 'robert' }
  expect(keyOf({ principal: renamed, paths: [elsewhere], severity: 'low' })).toBe(
    keyOf({ principal: bob, paths: [link] }),
  )
})

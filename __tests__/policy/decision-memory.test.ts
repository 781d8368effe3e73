/** What is remembered of decisions changes none of them, and stays within its bound. */
import { expect, test } from '@jest/globals'
import { DecisionMemory, type DecisionOptions, decide, parseDocument } from '../../src/policy/index.ts'
import { identityOf } from './one-source.ts'

const statement = (Effect: 'Allow' | 'Deny', rest: object = {}): object => ({
  ...{ Effect, Action: ['sts:agencies:assume'] },
  ...rest,
})
const documents = new Map(
  [
    [statement('Allow')],
    [statement('Deny', { Resource: ['iam::*:agency:b'] })],
    [statement('Allow', { Resource: ['iam::*:agency:${g:UserName}'] })],
    [statement('Allow', { Condition: { StringEquals: { 'g:UserName': ['b'] } } })],
  ].map((Statement, at) => [`p${at}`, parseDocument(JSON.stringify({ Version: '5.0', Statement }))]),
)
const identities = ['a', 'b'].map((name) =>
  identityOf({ user_id: name, user_name: name, urn: `iam::1:user:${name}` }),
)

/** Everybody with every two policies, about both agencies. */
const questions = [...documents.keys()].flatMap((one) =>
  [...documents.keys()].flatMap((other) =>
    identities.flatMap((identity) =>
      ['a', 'b'].map(
        (agency): DecisionOptions => ({
          ...{ documents, policies: [one, other], identity, account: '1' },
          ...{ action: 'sts:agencies:assume', resource: `iam::1:agency:${agency}` },
        }),
      ),
    ),
  ),
)

test.each([1, 3, 1000])('a memory of %i answers what none answers, whoever was asked before', (most) => {
  const memory = new DecisionMemory(most)
  for (const question of [...questions, ...questions.toReversed()])
    expect(decide({ ...question, memory })).toEqual(decide(question))
})

test('no more is remembered than the bound', () => {
  const memory = new DecisionMemory(2)
  const [question] = questions as [DecisionOptions]
  const made: string[] = []
  for (const resource of ['a', 'b', 'a', 'c', 'a', 'c'])
    memory.of('p0', { ...question, resource }, () => {
      made.push(resource)
      return []
    })
  expect(made).toEqual(['a', 'b', 'c', 'a'])
})

/**
 * Reads identity-policy documents. Forms that occur and have one meaning are read (a scalar for a list, one statement
 * without its list); everything else makes the document undetermined: nobody may conclude that it holds nothing.
 */

import type { Condition, ParsedDocument, Statement } from '../types.ts'
import { duplicateKey } from './duplicate-keys.ts'

const documentKeys = new Set(['Version', 'Statement'])
const statementKeys = new Set([
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
])

/** Internal: why a document is undetermined. */
class Unclear extends Error {}

/** Parses the `document` string of a policy version. Never throws; linear in the text. */
export function parseDocument(text: string): ParsedDocument {
  return statementsOr(() => {
    const document = parseJson(text)
    if (!isObject(document)) throw new Unclear('it is not a JSON object')
    const duplicate = duplicateKey(text)
    if (duplicate !== null) throw new Unclear(`the key ${quote(duplicate.key)} stands twice in one object`)
    return readDocument(document)
  })
}

/** The same of a document that was parsed already, in which no key stands twice. */
export function readParsedDocument(document: Readonly<Record<string, unknown>>): ParsedDocument {
  return statementsOr(() => readDocument(document))
}

function statementsOr(read: () => readonly Statement[]): ParsedDocument {
  try {
    return { ok: true, statements: read() }
  } catch (error) {
    if (error instanceof Unclear) return { ok: false, reason: error.message }
    // A document nested thousands deep exhausts the stack of any parser.
    if (error instanceof RangeError) return { ok: false, reason: 'it is nested too deeply' }
    throw error
  }
}

function readDocument(document: Readonly<Record<string, unknown>>): readonly Statement[] {
  for (const key of Object.keys(document))
    if (!documentKeys.has(key)) throw new Unclear(`it has an element ${quote(key)} that is not known`)
  if (document.Version !== '5.0')
    throw new Unclear(
      document.Version === undefined
        ? 'it has no Version'
        : `its Version is ${quote(document.Version)}, not "5.0"`,
    )
  const { Statement } = document
  if (Statement === undefined) throw new Unclear('it has no Statement')
  const list = Array.isArray(Statement) ? Statement : [Statement]
  return list.map((statement, at) => readStatement(statement, at + 1))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof RangeError) throw error
    throw new Unclear('it is not JSON')
  }
}

function readStatement(value: unknown, number: number): Statement {
  const fail = (what: string): never => {
    throw new Unclear(`statement ${number} ${what}`)
  }
  if (!isObject(value)) return fail('is not an object')
  for (const key of Object.keys(value))
    if (!statementKeys.has(key)) fail(`has an element ${quote(key)} that is not known`)
  if (value.Effect !== 'Allow' && value.Effect !== 'Deny')
    return fail(value.Effect === undefined ? 'has no Effect' : `has the Effect ${quote(value.Effect)}`)
  if ((value.Action === undefined) === (value.NotAction === undefined))
    fail(value.Action === undefined ? 'has neither Action nor NotAction' : 'has both Action and NotAction')
  if (value.Resource !== undefined && value.NotResource !== undefined)
    fail('has both Resource and NotResource')
  if (value.Sid !== undefined && typeof value.Sid !== 'string') fail('has a Sid that is not a string')
  const patterns = (name: 'Action' | 'NotAction'): readonly string[] =>
    strings(value[name], name, fail).map((pattern) => {
      if (!/^[\x20-\x7e]*$/.test(pattern)) fail(`has an ${name} with characters outside printable ASCII`)
      if (pattern.split(':').length > 3) fail(`has an ${name} with more than two colons: ${quote(pattern)}`)
      return pattern
    })
  return {
    number,
    effect: value.Effect,
    ...(typeof value.Sid === 'string' ? { sid: value.Sid } : {}),
    ...(value.Action === undefined ? {} : { action: patterns('Action') }),
    ...(value.NotAction === undefined ? {} : { notAction: patterns('NotAction') }),
    ...(value.Resource === undefined ? {} : { resource: strings(value.Resource, 'Resource', fail) }),
    ...(value.NotResource === undefined
      ? {}
      : { notResource: strings(value.NotResource, 'NotResource', fail) }),
    ...(value.Condition === undefined ? {} : { condition: readCondition(value.Condition, fail) }),
  }
}

/** A string or a list of strings, as a list. */
function strings(value: unknown, name: string, fail: (what: string) => never): readonly string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value]
  return list.map((item) =>
    typeof item === 'string' ? item : fail(`has a value in ${name} that is not a string`),
  )
}

function readCondition(value: unknown, fail: (what: string) => never): Condition {
  if (!isObject(value)) return fail('has a Condition that is not an object')
  for (const [operator, keys] of Object.entries(value)) {
    if (!isObject(keys)) return fail(`has a Condition whose ${quote(operator)} is not an object`)
    // Means something else to half of all readers of JSON, and no baseline may contain it.
    if ([operator, ...Object.keys(keys)].includes('__proto__'))
      return fail('has a Condition with the key "__proto__"')
    for (const values of Object.values(keys)) strings(values, `Condition ${quote(operator)}`, fail)
  }
  return value as Condition
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Documents are hostile: what is quoted of them is short and shows no control characters. */
function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

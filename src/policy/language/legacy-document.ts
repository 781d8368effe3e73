/**
 * Reads the text of a legacy role (Version 1.0) or policy (Version 1.1) into the statements of the policy core. What
 * the two write differently is rewritten; everything else is as strict as an identity policy.
 */

import { globMatches, hasWildcard } from '../sets/glob.ts'
import type { Statement } from '../types.ts'
import { readParsedDocument } from './document.ts'
import { duplicateKey } from './duplicate-keys.ts'

/** `1.0` is a role, `1.1` a policy: a Deny of the one limits itself, of the other what its holder has beside it. */
export type LegacyModel = '1.0' | '1.1'

/** The text of a legacy document as statements, or why it has no one meaning. */
export type LegacyDocument =
  | {
      readonly ok: true
      readonly model: LegacyModel
      readonly statements: readonly Statement[]
      /** `<statement> <pattern>` of what was rewritten, with the pattern as it is in the text. */
      readonly written: ReadonlyMap<string, string>
    }
  | { readonly ok: false; readonly reason: string }

/** The legacy actions that let somebody assume an agency; a role of 1.0 writes both as `identity:assume role`. */
export const LEGACY_ASSUMING: readonly string[] = ['iam:agencies:assume', 'iam:tokens:assume']

/** The service word of a 1.0 role for everything about identity. */
const IDENTITY = 'identity'
const IDENTITY_SERVICES = ['iam', 'sts']

type Json = Readonly<Record<string, unknown>>

/** Internal: why a text has no one meaning. */
class Unclear extends Error {}

/** Reads the JSON text of a role's `policy`. Never throws; linear in the text. */
export function readLegacyDocument(text: string): LegacyDocument {
  try {
    const document: unknown = JSON.parse(text)
    if (!isObject(document)) throw new Unclear('it is not a JSON object')
    const duplicate = duplicateKey(text)
    if (duplicate !== null) throw new Unclear('one of its keys stands twice in one object')
    const model = modelOf(document)
    const written = new Map<string, string>()
    const parsed = readParsedDocument(asIdentityPolicy(document, model, written))
    return parsed.ok ? { ok: true, model, statements: parsed.statements, written } : parsed
  } catch (error) {
    if (error instanceof Unclear) return { ok: false, reason: error.message }
    if (error instanceof SyntaxError) return { ok: false, reason: 'it is not JSON' }
    // A document nested thousands deep exhausts the stack of any parser.
    if (error instanceof RangeError) return { ok: false, reason: 'it is nested too deeply' }
    throw error
  }
}

/** Key of `written`. */
export function writtenKey(statement: number, pattern: string): string {
  return `${statement} ${pattern}`
}

function modelOf(document: Json): LegacyModel {
  const { Version } = document
  if (Version === '1.0' || Version === '1.1') return Version
  throw new Unclear(
    Version === undefined ? 'it has no Version' : 'its Version is neither "1.0" nor "1.1", the legacy ones',
  )
}

/** The same document as an identity policy would write it; what is not known stays and fails there. */
function asIdentityPolicy(document: Json, model: LegacyModel, written: Map<string, string>): Json {
  // The roles that a role depends on make it effective; it counts as held without them.
  const { Depends: _, Statement, ...rest } = document
  if (Statement === undefined) return { ...rest, Version: '5.0' }
  const list: readonly unknown[] = Array.isArray(Statement) ? Statement : [Statement]
  const statements = list.map((statement, at) =>
    isObject(statement) ? rewriteStatement(statement, at + 1, model, written) : statement,
  )
  return { ...rest, Version: '5.0', Statement: statements }
}

function rewriteStatement(
  statement: Json,
  number: number,
  model: LegacyModel,
  written: Map<string, string>,
): Json {
  const { Effect, Resource, Condition, ...rest } = statement
  const resource = Resource === null ? undefined : resourceList(Resource, number)
  const effect = effectOf(Effect)
  const actions = (value: unknown, grants: boolean): unknown =>
    model === '1.1' ? value : rolePatterns(value, number, grants, written)
  return {
    ...rest,
    Effect: effect,
    ...(rest.Action === undefined ? {} : { Action: actions(rest.Action, effect === 'Allow') }),
    ...(rest.NotAction === undefined ? {} : { NotAction: actions(rest.NotAction, effect === 'Deny') }),
    ...(resource === undefined ? {} : { Resource: resource }),
    ...(Condition === null || Condition === undefined ? {} : { Condition }),
  }
}

function effectOf(value: unknown): unknown {
  const effect = typeof value === 'string' ? value.toLowerCase() : value
  return effect === 'allow' ? 'Allow' : effect === 'deny' ? 'Deny' : value
}

/** `{"uri": […]}` names agencies, by id or by name, where other documents have a list. */
function resourceList(value: unknown, number: number): unknown {
  if (!isObject(value)) return value
  if (Object.keys(value).join() !== 'uri')
    throw new Unclear(`statement ${number} has a Resource of a form that is not known`)
  return value.uri
}

/** The patterns of a role of 1.0, each of three segments. */
function rolePatterns(
  value: unknown,
  number: number,
  grants: boolean,
  written: Map<string, string>,
): readonly unknown[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list.flatMap<unknown>((pattern) => {
    if (typeof pattern !== 'string') return [pattern]
    const patterns = rolePattern(pattern, number, grants)
    for (const one of patterns) {
      const key = writtenKey(number, one)
      if (one !== pattern && !written.has(key)) written.set(key, pattern)
    }
    return patterns
  })
}

function rolePattern(pattern: string, number: number, grants: boolean): readonly string[] {
  if (pattern === '*') return ['*:*:*']
  if (pattern.toLowerCase() === 'identity:assume role') return LEGACY_ASSUMING
  const segments = pattern.split(':')
  if (segments.length === 1)
    throw new Unclear(`statement ${number} has an action of one word, which has no meaning but "*"`)
  const rest = segments.length === 2 ? ['*', segments[1]] : segments.slice(1)
  const service = (segments[0] as string).toLowerCase()
  const ofIdentity = IDENTITY_SERVICES.map((one) => [one, ...rest].join(':'))
  if (service === IDENTITY) return ofIdentity
  const plain = [segments[0], ...rest].join(':')
  // Whether a wildcard reaches the word or the services behind it is not documented; doubt goes to reporting.
  const reaches = grants && service !== '*' && hasWildcard(service) && globMatches(service, IDENTITY)
  return reaches ? [plain, ...ofIdentity] : [plain]
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

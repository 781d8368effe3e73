/**
 * Checks requests and answers against GitHub's own API description (trimmed: scripts/trim-github-openapi.ts), and
 * completes answers: a simulator states what matters, the description says what else a real answer carries.
 */
import { Ajv, type ValidateFunction } from 'ajv'
import description from './openapi.json' with { type: 'json' }

type Json = Record<string, unknown>

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: Json
}

interface Body {
  readonly required?: boolean
  readonly content?: Readonly<Record<string, { readonly schema: Json }>>
}

interface Operation {
  readonly parameters?: readonly Json[]
  readonly requestBody?: Body
  readonly responses: Readonly<Record<string, Json>>
}

/** A route of the description, such as `PATCH /repos/{owner}/{repo}/issues/{issue_number}`. */
export interface MatchedRoute {
  readonly route: string
  readonly parameters: Readonly<Record<string, string>>
}

const document = toJsonSchema(description) as unknown as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: Readonly<Record<string, Readonly<Record<string, Json>>>>
}

// Formats are not checked: GitHub's own examples break several of them.
const strict = new Ajv({ strict: false, validateFormats: false, allErrors: true })
strict.addSchema({ $id: 'github', components: document.components })
// Query and path values arrive as text; the description gives them types.
const coercing = new Ajv({ strict: false, validateFormats: false, allErrors: true, coerceTypes: true })
coercing.addSchema({ $id: 'github', components: document.components })
const compiled = new Map<string, ValidateFunction>()

/** OpenAPI 3.0 to JSON Schema: `nullable` becomes a choice, references point into the registered document. */
function toJsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(toJsonSchema)
  if (node === null || typeof node !== 'object') return node
  const { nullable, ...rest } = node as Json
  const copy = Object.fromEntries(
    Object.entries(rest).map(([key, value]) =>
      key === '$ref' && typeof value === 'string' ? [key, `github${value}`] : [key, toJsonSchema(value)],
    ),
  )
  return nullable === true ? { anyOf: [copy, { type: 'null' }] } : copy
}

function resolve(node: Json): Json {
  if (typeof node.$ref !== 'string') return node
  const [, , kind = '', name = ''] = node.$ref.split('/')
  const found = document.components[kind]?.[name]
  if (found === undefined) throw new Error(`The trimmed description lacks ${node.$ref}.`)
  return resolve(found)
}

function operationOf(route: string): Operation {
  const [method = '', path = ''] = route.split(' ')
  const found = document.paths[path]?.[method.toLowerCase()]
  if (found === undefined) throw new Error(`The trimmed description has no operation ${route}.`)
  return found
}

/** Finds the operation for a decoded request; null when the description has none. `{path}` spans slashes. */
export function matchRoute(method: string, pathname: string): MatchedRoute | null {
  for (const [template, methods] of Object.entries(document.paths)) {
    if (methods[method.toLowerCase()] === undefined) continue
    const parameters = matchPath(template.split('/'), pathname.split('/'))
    if (parameters !== null) return { route: `${method} ${template}`, parameters }
  }
  return null
}

function matchPath(template: readonly string[], segments: readonly string[]): Record<string, string> | null {
  const parameters: Record<string, string> = {}
  for (const [index, part] of template.entries()) {
    const segment = segments[index]
    if (segment === undefined) return null
    if (!part.startsWith('{')) {
      if (part !== segment) return null
      continue
    }
    const name = part.slice(1, -1)
    const spans = name === 'path' && index === template.length - 1
    parameters[name] = decodeURIComponent(spans ? segments.slice(index).join('/') : segment)
    if (spans) return parameters
  }
  return template.length === segments.length ? parameters : null
}

function check(ajv: Ajv, key: string, schema: Json, value: unknown): string[] {
  const validate = compiled.get(key) ?? ajv.compile(schema)
  compiled.set(key, validate)
  if (validate(value)) return []
  return (validate.errors ?? []).map((error) => `${key}: ${error.instancePath || '/'} ${error.message}`)
}

/** Everything about a request that the description does not allow; unknown names count, though GitHub ignores them. */
export function requestViolations(
  { route, parameters }: MatchedRoute,
  query: Readonly<Record<string, string>>,
  body: unknown,
): string[] {
  const operation = operationOf(route)
  const known = (operation.parameters ?? []).map((parameter) => resolve(parameter) as unknown as Parameter)
  const found: string[] = []
  for (const parameter of known) {
    const value = (parameter.in === 'path' ? parameters : query)[parameter.name]
    if (parameter.in === 'header') continue
    if (value === undefined && parameter.required === true)
      found.push(`${route}: ${parameter.name} is missing`)
    if (value === undefined) continue
    const schema = { type: 'object', properties: { value: parameter.schema } }
    found.push(...check(coercing, `${route} ${parameter.name}`, schema, { value }))
  }
  // The cursor of a list of issues is in the links that GitHub sends, and not in its description.
  for (const name of Object.keys(query))
    if (name !== 'after' && !known.some((parameter) => parameter.in === 'query' && parameter.name === name))
      found.push(`${route}: unknown query parameter ${name}`)
  return [...found, ...bodyViolations(route, operation.requestBody, body)]
}

function bodyViolations(route: string, expected: Body | undefined, body: unknown): string[] {
  if (body === undefined) return expected?.required === true ? [`${route}: the body is missing`] : []
  const schema = expected?.content?.['application/json']?.schema
  if (schema === undefined) return [`${route}: takes no body`]
  const allowed = Object.keys((resolve(schema).properties as Json | undefined) ?? {})
  const unknown = Object.keys(body as Json).filter((name) => !allowed.includes(name))
  return [
    ...check(strict, `${route} body`, schema, body),
    ...unknown.map((name) => `${route}: unknown field ${name} in the body`),
  ]
}

function answerSchema(route: string, status: number): Json | null {
  const answer = operationOf(route).responses[String(status)]
  if (answer === undefined) return null
  const content = resolve(answer).content as Record<string, { schema: Json }> | undefined
  return content?.['application/json']?.schema ?? null
}

/** What is wrong with an answer of this simulator; its own tests ask. Answers without a schema are right. */
export function answerViolations(route: string, status: number, body: unknown): string[] {
  const schema = answerSchema(route, status)
  return schema === null ? [] : check(strict, `${route} answers ${status}`, schema, body)
}

/** The schema of a component, for `complete`. */
export function component(name: string): Json {
  return resolve({ $ref: `github#/components/schemas/${name}` })
}

/**
 * Completes an answer: every required field of the schema that `known` does not give gets a plain value of its type
 * (null where that is allowed, an empty list, the first word of an enum).
 */
export function complete(schema: Json, known?: unknown): unknown {
  const own = resolve(schema)
  const choices = (own.anyOf ?? own.oneOf) as Json[] | undefined
  if (choices !== undefined) {
    const nullable = choices.some((choice) => choice.type === 'null')
    if (known === null || (known === undefined && nullable)) return null
    return complete(choices[0] as Json, known)
  }
  if (own.allOf !== undefined) return complete((own.allOf as Json[])[0] as Json, known)
  const properties = own.properties as Record<string, Json> | undefined
  if (properties === undefined) return known ?? plainValue(own)
  if (Array.isArray(known)) return known
  const given = (known ?? {}) as Json
  const copy: Json = { ...given }
  for (const name of (own.required as string[] | undefined) ?? [])
    copy[name] = complete(properties[name] ?? {}, given[name])
  for (const [name, value] of Object.entries(given)) {
    const schemaOfName = properties[name]
    if (schemaOfName !== undefined && value !== null && typeof value === 'object')
      copy[name] = complete(schemaOfName, value)
  }
  return copy
}

function plainValue(schema: Json): unknown {
  if (Array.isArray(schema.enum)) return schema.enum[0]
  const values: Readonly<Record<string, unknown>> = {
    string: schema.format === 'date-time' ? '2026-01-01T00:00:00Z' : '',
    integer: 1,
    number: 1,
    boolean: false,
    array: [],
    object: {},
  }
  return values[String(schema.type)] ?? null
}

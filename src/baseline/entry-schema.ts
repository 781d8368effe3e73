/** The one schema of an entry of each kind. Rules across fields stand in `entry-problems.ts`, which looks at bad entries too. */
import { z } from 'zod'
import { patternSchema } from '../config/config-schema.ts'
import { isDay } from '../text/day.ts'
import { ANY } from './entry.ts'

export const daySchema = z
  .string()
  .refine(isDay, { error: 'allowed: a day that exists, as YYYY-MM-DD' })
  .meta({ format: 'date', pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
  .describe('UTC day, valid through its end.')

export const textSchema = z.string().min(1, { error: 'allowed: some text' })

/** An id that may not stand for everybody. */
const oneId = textSchema
  .refine((text) => text !== ANY, { error: 'allowed: one id; "*" approves users only' })
  .meta({ not: { const: ANY } })

const any = z.literal(ANY, { error: 'allowed: "*", as group_id has it' })
const patterns = z.array(patternSchema).min(1, { error: 'allowed: at least one pattern' })

export const actionSetSchema = z
  .strictObject({ actions: patterns, except: z.array(patternSchema).optional() })
  .describe('The actions that match a pattern of actions and none of except.')

const conditionSchema = z.record(
  z.string(),
  z.record(
    z.string(),
    z.union([z.string(), z.array(z.string())], { error: 'allowed: text, or a list of texts' }),
  ),
)

const scope = z.string().regex(/^(?:project|enterprise-project):.+$/s, {
  error: 'allowed: project:<id>, enterprise-project:<id>, or * in place of the id',
})

export const grantSchema = z.strictObject({
  actions: patterns,
  except: z.array(patternSchema).optional(),
  resources: z.array(z.string()).optional().describe('Resource patterns that limit the grant.'),
  not_resources: z
    .array(z.string())
    .optional()
    .describe('Resource patterns that the grant leaves out; not beside resources.'),
  condition: conditionSchema.optional().describe('Condition that limits the grant, as in the policy.'),
  scopes: z
    .array(scope)
    .min(1, { error: 'allowed: at least one scope, or no such key' })
    .optional()
    .describe('Projects and enterprise projects that limit the grant, as "project:<id>".'),
})

export const trustedSchema = z
  .strictObject({
    account: textSchema.optional().describe('Id of an account, or of the account of a service.'),
    user: textSchema.optional().describe('URN of a user.'),
    agency: textSchema.optional().describe('URN of an agency.'),
    service: textSchema.optional().describe('A service, such as "service.ECS".'),
    provider: textSchema.optional().describe('URN of an identity provider.'),
    issuer: z.string().optional().describe('Who vouches, of a provider.'),
    keys: z.array(z.string()).optional().describe('What verifies its word, of a provider.'),
    everybody: z.literal(true, { error: 'allowed: true, or no such key' }).optional(),
    document: textSchema.optional().describe('SHA-256 of a trust policy that cannot be determined.'),
    condition: conditionSchema.optional().describe('Condition of the trust, whole.'),
  })
  .describe('One party that may assume the agency.')

/** An empty list would read like a limit and, as one of exceptions, be none. */
const testedValues = z.array(z.string()).min(1, { error: 'allowed: at least one value, or no such key' })

export const testSchema = z.strictObject({
  type: textSchema.describe('Attribute that the provider sends.'),
  any_one_of: testedValues.optional(),
  not_any_of: testedValues.optional(),
  regex: z.literal(true, { error: 'allowed: true, or no such key' }).optional(),
})
const tests = z.array(testSchema)
const named = z.strictObject({
  names: textSchema.describe('Text of the group, such as "corp-{Team}".'),
  tests,
})
const alternatives = { error: 'allowed: at least one alternative' }

const common = {
  permission: textSchema.describe('Name of the audited permission.'),
  grants: z
    .array(grantSchema)
    .min(1, { error: 'allowed: at least one grant' })
    .describe('What is approved: their union.'),
  justification: z.string().optional().describe('Why.'),
  owner: z.string().optional().describe('Who answers for it.'),
  expires: daySchema.optional(),
  assignment: z
    .enum(['active', 'eligible'])
    .optional()
    .describe('eligible: approved in advance, may be held or not; needs expires.'),
  disabled: z
    .literal(true, { error: 'allowed: true, or no such key' })
    .optional()
    .describe('Approved while the holder was disabled.'),
  within: actionSetSchema
    .optional()
    .describe('Definition this entry was made against, where it is not the recorded one.'),
}

const provider = {
  provider: textSchema.describe('Id of the identity provider.'),
  issuer: z.string().describe('Who vouches: OIDC issuer and client ids, or SAML entity ids.'),
  keys: z.array(z.string()).describe('What verifies its word: thumbprints and digests.'),
}

/** Keys of the principal stand first. `federated-any`: the provider names the group. */
export const entrySchemas = {
  user: z
    .looseObject({
      user: textSchema.describe('Name of the user, for people.'),
      user_id: textSchema.describe('Id of the user; "*" approves a restricted grant for every user.'),
      ...common,
    })
    .describe('One approval of a user. Fields of your own begin with x-.'),
  agency: z
    .looseObject({
      agency: textSchema.describe('Path and name of the agency, for people.'),
      agency_id: oneId.describe('Id of the agency.'),
      trusted: z
        .array(trustedSchema)
        .min(1, { error: 'allowed: at least one party' })
        .describe('For whom it is approved: who may assume the agency.'),
      ...common,
    })
    .describe('One approval of an agency. Fields of your own begin with x-.'),
  federated: z
    .looseObject({
      ...provider,
      group: textSchema.describe('Name of the group, for people.'),
      group_id: oneId.describe('Id of the group.'),
      when: z
        .array(tests)
        .min(1, alternatives)
        .describe('For whom it is approved: alternatives, each a list of tests of a mapping.'),
      ...common,
    })
    .describe('One approval of whom a provider makes a member of a group. Fields of your own begin with x-.'),
  'federated-any': z
    .looseObject({
      ...provider,
      group: any,
      group_id: any,
      when: z
        .array(named)
        .min(1, alternatives)
        .describe('For whom it is approved: alternatives, each with the text of the groups that it names.'),
      ...common,
    })
    .describe('One approval of whom a provider vouches for, where it names the group.'),
}

export type EntryShape = keyof typeof entrySchemas

/** An entry of any kind, for schemas that hold one. */
export const entrySchema = z.union([
  entrySchemas.user,
  entrySchemas.agency,
  entrySchemas.federated,
  entrySchemas['federated-any'],
])

/** For an entry of which nobody can tell the kind. */
export const kindlessSchema = z.looseObject(common)

/** Keys of an entry of one kind that are not `x-` fields, in the order of its schema. */
export function keysOf(shape: EntryShape): readonly string[] {
  return Object.keys(entrySchemas[shape].shape)
}

/** Keys that only entries of one kind have, in words for people. */
export const KINDS =
  'user and user_id; or agency, agency_id and trusted; or provider, group, group_id, issuer, keys and when'

const telling: readonly [EntryShape, readonly string[]][] = [
  ['user', ['user_id', 'user']],
  ['agency', ['agency_id', 'agency', 'trusted']],
  ['federated', ['group_id', 'group', 'provider', 'when', 'issuer', 'keys']],
]

/** By its keys, which kind of entry this is; null where no key tells. Of keys of several kinds the first counts. */
export function shapeOf(entry: Readonly<Record<string, unknown>>): EntryShape | null {
  const shape = telling.find(([, keys]) => keys.some((key) => Object.hasOwn(entry, key)))?.[0] ?? null
  return shape === 'federated' && entry.group_id === ANY ? 'federated-any' : shape
}

/** Whether entries of another kind have the key. */
export function isKeyOfOtherKind(key: string): boolean {
  return telling.some(([, keys]) => keys.includes(key))
}

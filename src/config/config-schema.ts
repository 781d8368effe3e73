/** The one schema of the config file: types, defaults, rules across fields, and the published JSON Schema. */
import { z } from 'zod'
import { patternProblem, presetNames } from '../policy/index.ts'

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, {
  error: 'allowed: a lower-case letter or digit, then up to 63 of them and hyphens',
})

/** The pattern rule for editors; what counts is `patternProblem`, and a test holds the two together. */
const PATTERN = '^(?:\\*|[ -)+-9;->@-~]+:\\*|[ -9;-~]+:[ -9;-~]*:[ -9;-~]+)$'

/** An action pattern of config or baseline. */
export const patternSchema = z
  .string()
  .superRefine((text, context) => {
    const problem = patternProblem(text)
    if (problem !== null) context.addIssue({ code: 'custom', message: problem })
  })
  .meta({ pattern: PATTERN })
  .describe('Action pattern with exactly two colons, such as "iam:users:create*", or "*", or "<service>:*".')

const severity = z
  .enum(['critical', 'high', 'medium', 'low'])
  .describe('How bad it is when somebody holds it unapproved.')

const text = z.string().min(1, { error: 'allowed: some text' })

const custom = z
  .strictObject({
    name: name.describe('Name used in the baseline, the issue and the report.'),
    description: text.optional().describe('What holding it means, for people.'),
    severity: severity.default('high'),
    holds: z
      .enum(['any', 'all'])
      .default('any')
      .describe('any: some action of it is held. all: every one, unrestricted.'),
    actions: z
      .array(patternSchema)
      .min(1, { error: 'allowed: at least one pattern' })
      .describe('What is audited.'),
    except: z.array(patternSchema).default([]).describe('Taken out of actions.'),
  })
  .describe('A permission of your own.')

const preset = z
  .strictObject({
    preset: z
      .enum(presetNames as [string, ...string[]])
      .describe('Versioned list that comes with the product.'),
    name: name.optional().describe('Default: the name of the preset without its version.'),
    description: text.optional(),
    severity: severity.optional().describe('Default: the severity of the preset.'),
    except: z.array(patternSchema).default([]).describe('Taken out of the preset.'),
  })
  .describe('A preset.')

const requirement = z.enum(['justification', 'owner', 'expires', 'review'])
const handle = z
  .string()
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})(?:\[bot\])?$/, { error: 'allowed: a GitHub handle, without @' })

const approvals = z
  .strictObject({
    require: z
      .array(requirement)
      .default(['justification'])
      .describe('Fields that a new or changed entry must have; review: an approving review as well.'),
    'max-days': z
      .int()
      .min(1)
      .max(36500)
      .optional()
      .describe(
        'Longest time an approval may be given for, in days; makes expires required. Judged at the gate.',
      ),
    'warn-days': z.int().min(0).max(3650).default(14).describe('Days before an expiry that it is announced.'),
  })
  .prefault({})

const demand = z.enum(['required', 'optional', 'off']).default('required')

const sources = z
  .strictObject({
    'legacy-roles': demand.describe('Legacy roles and policies.'),
    agencies: demand.describe('Agencies, trust agencies, and who may assume them.'),
    federation: demand.describe('Identity providers and their mappings to groups.'),
  })
  .prefault({})
  .describe(
    'Where power can come from. required: unread is a gap. optional: unread is said, until the baseline has approvals of it. off: not looked at, said.',
  )

const HOURS = { error: 'allowed: off, or a number of hours from 1 to 168' }
const traces = z
  .union([z.literal('off'), z.int().min(1, HOURS).max(168, HOURS)], HOURS)
  .default('off')
  .describe('Hours of traces to read: who did it, and what came and went.')

const issue = z
  .strictObject({
    enabled: z.boolean().default(true),
    on: z
      .array(z.enum(['drift', 'incomplete', 'expiring']))
      .default(['drift', 'incomplete', 'expiring'])
      .describe('Sections that keep the issue open while they have a row.'),
    labels: z.array(z.string().min(1).max(50)).default(['iam-audit']),
    assignees: z.array(handle).default([]),
  })
  .prefault({})

export const configSchema = z
  .strictObject({
    version: z.literal(1, { error: 'allowed: 1' }),
    name: z.string().max(100).default('').describe('Shown in titles.'),
    account: z
      .string()
      .regex(/^[A-Za-z0-9]{1,64}$/, { error: 'allowed: the account id, letters and digits' })
      .optional()
      // An account of digits only is a number to an editor, and its text to the reader.
      .meta({ type: ['string', 'number'] })
      .describe('Any other account is refused.'),
    'audited-permissions': z
      .array(z.union([preset, custom]))
      .min(1, { error: 'allowed: at least one permission' })
      .describe('What is audited.'),
    sources,
    approvals,
    issue,
    owners: z
      .record(z.string(), handle)
      .default({})
      .describe('Owner of an entry to the GitHub handle to assign.'),
    evidence: z
      .array(z.enum(['last-login', 'access-keys', 'mfa']))
      .default([])
      .describe('What is also asked of users who hold something.'),
    traces,
    $schema: z.string().optional().describe('Where an editor finds this schema.'),
  })
  .describe('Audited-permission list and settings of the IAM permission audit.')

/** Entries of `audited-permissions` are told apart by their key, so that each is held to its own rules. */
export const entrySchemas = { preset, custom }

export type ConfigFile = z.infer<typeof configSchema>

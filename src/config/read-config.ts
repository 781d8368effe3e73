/** Reads the config file: every problem at once, each with its line; presets and aliases expanded. */
import { actionSetDifference, expandAliases, presetPermission } from '../policy/index.ts'
import type { Permission } from '../policy/types.ts'
import { refuseConflictMarkers } from '../text/conflict-markers.ts'
import { explainingOddSpaces, refuseLoneCarriageReturns } from '../text/odd-characters.ts'
import { type Problem, UserError } from '../text/problem.ts'
import { quoteText } from '../text/quote.ts'
import { byPosition, schemaProblems } from '../text/schema-problems.ts'
import { YamlSource } from '../text/yaml-source.ts'
import { withAllAssuming } from './assuming.ts'
import type { Config, WrittenPattern } from './config.ts'
import { type ConfigFile, configSchema, entrySchemas } from './config-schema.ts'

type Entry = ConfigFile['audited-permissions'][number]

/**
 * Parses the config.
 *
 * @throws UserError with every problem: syntax, unknown keys, values that are not allowed, names that stand twice.
 */
export function readConfig(text: string, path: string): Config {
  refuseConflictMarkers(text, path, 'Resolve the conflict.')
  refuseLoneCarriageReturns(text, path)
  return explainingOddSpaces(text, path, (one) => parseConfig(one, path))
}

function parseConfig(text: string, path: string): Config {
  const source = YamlSource.read(text, path)
  const value = withSourceText(source)
  const { entries, issues } = readEntries(value)
  const parsed = configSchema.safeParse(withoutBadEntries(value))
  const own = parsed.success ? [] : parsed.error.issues
  const problems: Problem[] = schemaProblems([...own, ...issues], source, (path) => knownKeys(path, value))
  problems.push(...duplicateNames(value, source))
  if (problems.length > 0 || !parsed.success) throw new UserError(problems.sort(byPosition))
  const file = parsed.data
  const permissions = entries.map(permissionOf)
  const empty = permissions.flatMap((permission, at) => emptyDefinition(permission, at, source))
  if (empty.length > 0) throw new UserError(empty)
  return {
    name: file.name,
    account: file.account ?? null,
    permissions: permissions.map((permission, at) => ({
      ...permission,
      line: source.position(['audited-permissions', at]).line,
    })),
    approvals: {
      require: [
        ...new Set([
          ...file.approvals.require,
          ...(file.approvals['max-days'] === undefined ? [] : (['expires'] as const)),
        ]),
      ],
      maxDays: file.approvals['max-days'] ?? null,
      warnDays: file.approvals['warn-days'],
    },
    patterns: entries.flatMap((entry, at) =>
      writtenPatterns(entry, permissions[at] as Permission, at, source),
    ),
    sources: {
      legacyRoles: file.sources['legacy-roles'],
      agencies: file.sources.agencies,
      federation: file.sources.federation,
    },
    issue: file.issue,
    owners: file.owners,
    evidence: [...new Set(file.evidence)],
    traces: file.traces === 'off' ? null : file.traces,
    presets: entries.flatMap((entry) => ('preset' in entry ? [entry.preset] : [])),
  }
}

/** An account of digits only, or like `1e5`, is a number to YAML; its text is what was meant. */
function withSourceText(source: YamlSource): unknown {
  const value = source.value()
  const account = source.scalarText(['account'])
  const isNumber = isMap(value) && typeof value.account === 'number'
  return isNumber && account !== null ? { ...value, account } : value
}

/**
 * Entries are read one by one by the schema that their key names: a union would answer for all of its members at
 * once, which nobody can read.
 */
function readEntries(value: unknown): { entries: Entry[]; issues: readonly ZodIssue[] } {
  const list = isMap(value) && Array.isArray(value['audited-permissions']) ? value['audited-permissions'] : []
  const entries: Entry[] = []
  const issues: ZodIssue[] = []
  list.forEach((item: unknown, at) => {
    const result = entrySchemas[kindOf(item)].safeParse(item)
    if (result.success) entries.push(result.data)
    else
      issues.push(
        ...result.error.issues.map((issue) => ({
          ...issue,
          path: ['audited-permissions', at, ...issue.path],
        })),
      )
  })
  return { entries, issues }
}

function kindOf(item: unknown): keyof typeof entrySchemas {
  return isMap(item) && 'preset' in item ? 'preset' : 'custom'
}

type ZodIssue = NonNullable<ReturnType<typeof configSchema.safeParse>['error']>['issues'][number]

/** The entries have been read already; a stand-in keeps the schema from reporting them again. */
function withoutBadEntries(value: unknown): unknown {
  if (!isMap(value) || !Array.isArray(value['audited-permissions'])) return value
  const standIn = { name: 'read-already', actions: ['*'] }
  return { ...value, 'audited-permissions': value['audited-permissions'].map(() => standIn) }
}

function permissionOf(entry: Entry): Permission {
  if (!('preset' in entry)) {
    const { description, ...rest } = entry
    return {
      ...rest,
      ...(description === undefined ? {} : { description }),
      actions: expanded(entry.actions),
    }
  }
  const preset = presetPermission(entry.preset)
  if (preset === null) throw new Error(`The schema let an unknown preset pass: ${entry.preset}`)
  return {
    ...preset,
    name: entry.name ?? preset.name,
    ...(entry.description === undefined ? {} : { description: entry.description }),
    severity: entry.severity ?? preset.severity,
    actions: expanded(preset.actions),
    except: [...preset.except, ...entry.except],
  }
}

function expanded(actions: readonly string[]): readonly string[] {
  return withAllAssuming(expandAliases(actions))
}

/** What the entry itself has of patterns, with where each stands. */
function writtenPatterns(
  entry: Entry,
  { name }: Permission,
  at: number,
  source: YamlSource,
): readonly WrittenPattern[] {
  const lists = { actions: 'actions' in entry ? entry.actions : [], except: entry.except }
  return (['actions', 'except'] as const).flatMap((list) =>
    lists[list].map((pattern, number) => ({
      ...{ permission: name, list, pattern },
      ...source.position(['audited-permissions', at, list, number]),
    })),
  )
}

/** An audited permission that no action belongs to would be approved for ever, whoever holds what. */
function emptyDefinition({ name, actions, except }: Permission, at: number, source: YamlSource): Problem[] {
  const left = actionSetDifference({ actions, except }, { actions: [] })
  if (!('undetermined' in left) && !left.empty) return []
  return [
    {
      where: source.path,
      ...source.position(['audited-permissions', at]),
      message:
        'undetermined' in left
          ? `what the audited permission ${quoteText(name)} contains could not be decided: ${left.undetermined}.`
          : `the audited permission ${quoteText(name)} contains no action: its except takes away everything in its actions.`,
      remedy:
        'undetermined' in left
          ? 'Write it with fewer or simpler patterns.'
          : 'Narrow its except, or remove the entry.',
    },
  ]
}

/** Looks at the raw list, so that an entry with another problem still has its name. */
function duplicateNames(value: unknown, source: YamlSource): Problem[] {
  const list = isMap(value) && Array.isArray(value['audited-permissions']) ? value['audited-permissions'] : []
  const names = list.map((item: unknown) => nameOf(item))
  return names.flatMap((name, at) =>
    name === null || names.indexOf(name) === at
      ? []
      : [
          {
            where: source.path,
            ...source.position(['audited-permissions', at]),
            message: `the name ${quoteText(name)} stands twice in audited-permissions.`,
            remedy: 'Give this one another name.',
          },
        ],
  )
}

function nameOf(item: unknown): string | null {
  if (!isMap(item)) return null
  if (item.name !== undefined) return typeof item.name === 'string' ? item.name : null
  return typeof item.preset === 'string' ? (presetPermission(item.preset)?.name ?? null) : null
}

function knownKeys(path: readonly PropertyKey[], value: unknown): readonly string[] {
  if (path.length === 0) return Object.keys(configSchema.shape)
  if (path[0] === 'audited-permissions') {
    const list = isMap(value) ? (value['audited-permissions'] as readonly unknown[]) : []
    const kind = kindOf(list[Number(path[1])])
    // An entry without the key preset may have meant it.
    return [...(kind === 'custom' ? ['preset'] : []), ...Object.keys(entrySchemas[kind].shape)]
  }
  if (path[0] === 'approvals') return ['require', 'max-days', 'warn-days']
  if (path[0] === 'sources') return ['legacy-roles', 'agencies', 'federation']
  if (path[0] === 'issue') return ['enabled', 'on', 'labels', 'assignees']
  return []
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

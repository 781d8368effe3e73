/** Rules across the fields of one entry. They look at the raw value, so that a bad field hides no other problem. */
import type { YamlSource } from '../config/yaml-source.ts'
import { canonicalGrants, isUnrestricted } from '../policy/index.ts'
import type { Grant } from '../policy/types.ts'
import type { Problem } from '../problem.ts'
import { quoteText } from '../text-quote.ts'
import { entryShape, grantSchema, isEntryKey } from './baseline-schema.ts'
import { isMap, type Row, rows } from './cross-problems.ts'

/** Every such problem of a file that is JSON, whatever its shape. */
export function entryProblems(value: unknown, source: YamlSource): Problem[] {
  if (!isMap(value)) return []
  return rows(value.approvals).flatMap((entry, at) => {
    const path = ['approvals', at]
    return [
      ...unknownKeys(entry, path, source),
      ...grantProblems(entry, path, source),
      ...eligibleProblems(entry, path, source),
    ]
  })
}

function unknownKeys(entry: Row, path: readonly PropertyKey[], source: YamlSource): Problem[] {
  return Object.keys(entry)
    .filter((key) => !isEntryKey(key))
    .map((key) => ({
      ...{ where: source.path, ...source.keyPosition(path, key) },
      message: `found the unknown key ${quoteText(key)}; allowed: ${Object.keys(entryShape).join(', ')}, and fields of your own that begin with x-.`,
      remedy: 'Remove it, correct its name, or put x- before it.',
    }))
}

function grantProblems(entry: Row, path: readonly PropertyKey[], source: YamlSource): Problem[] {
  return rows(entry.grants).flatMap((grant, at): Problem[] => {
    const here = [...path, 'grants', at]
    if (grant.resources !== undefined && grant.not_resources !== undefined)
      return [
        {
          ...{ where: source.path, ...source.keyPosition(here, 'not_resources') },
          message: 'found not_resources beside resources; allowed: one of them.',
          remedy: 'Split the grant in two, or keep one.',
        },
      ]
    const parsed = entry.user_id === '*' ? grantSchema.safeParse(grant) : null
    if (!parsed?.success || isSurelyRestricted(parsed.data as Grant)) return []
    return [
      {
        ...{ where: source.path, ...source.position(here) },
        message:
          'found an unrestricted grant for everybody; allowed with user_id "*": a grant limited by resources or condition.',
        remedy: 'Limit it, or approve it user by user.',
      },
    ]
  })
}

function eligibleProblems(entry: Row, path: readonly PropertyKey[], source: YamlSource): Problem[] {
  if (entry.assignment !== 'eligible' || entry.expires !== undefined) return []
  return [
    {
      ...{ where: source.path, ...source.keyPosition(path, 'assignment') },
      message:
        'found the assignment "eligible" without expires; allowed: an approval in advance that ends on a day.',
      remedy: 'Add expires.',
    },
  ]
}

/** By meaning: a list with `*` in it, an empty list of exceptions or a condition without keys limits nothing. */
function isSurelyRestricted(grant: Grant): boolean {
  const { not_resources, condition, ...rest } = grant
  const conditioned = Object.values(condition ?? {}).some((keys) => Object.keys(keys).length > 0)
  const meaning = canonicalGrants([
    {
      ...rest,
      ...(not_resources?.length ? { not_resources } : {}),
      ...(condition !== undefined && conditioned ? { condition } : {}),
    },
  ])
  return !('undetermined' in meaning) && meaning.every((one) => !isUnrestricted(one))
}

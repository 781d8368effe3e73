/** Rules across the fields of one entry. They look at the raw value, so that a bad field hides no other problem. */

import { canonicalGrants, isUnrestricted } from '../policy/index.ts'
import type { Grant } from '../policy/types.ts'
import type { Problem } from '../text/problem.ts'
import { quoteText } from '../text/quote.ts'
import type { YamlSource } from '../text/yaml-source.ts'
import { ANY } from './entry.ts'
import { grantSchema, isKeyOfOtherKind, KINDS, keysOf, shapeOf } from './entry-schema.ts'
import { isMap, type Row, rows } from './rows.ts'
import { partyKeys, partyOf } from './trusted.ts'

type Path = readonly PropertyKey[]

/** Every such problem of a file that is JSON, whatever its shape. */
export function entryProblems(value: unknown, source: YamlSource): Problem[] {
  if (!isMap(value)) return []
  const account = typeof value.account === 'string' ? value.account : null
  return rows(value.approvals).flatMap((entry, at) => {
    const path = ['approvals', at]
    return [
      ...keyProblems(entry, path, source),
      ...grantProblems(entry, path, source, account),
      ...eligibleProblems(entry, path, source),
      ...trustedProblems(entry, path, source),
      ...testProblems(entry, path, source),
    ]
  })
}

/** An entry is of exactly one kind, and has no key that is neither of that kind nor somebody's own. */
function keyProblems(entry: Row, path: Path, source: YamlSource): Problem[] {
  const shape = shapeOf(entry)
  if (shape === null)
    return [
      {
        ...{ where: source.path, ...source.position(path) },
        message: `found an entry that approves nobody; allowed: ${KINDS}.`,
        remedy: 'Add the keys of the principal.',
      },
    ]
  const known = keysOf(shape)
  return Object.keys(entry)
    .filter((key) => !known.includes(key) && !key.startsWith('x-'))
    .map((key): Problem => {
      const where = { where: source.path, ...source.keyPosition(path, key) }
      if (isKeyOfOtherKind(key))
        return {
          ...where,
          message: `found the key ${quoteText(key)} in an entry of another kind; allowed in one entry: ${KINDS}.`,
          remedy: 'Write an entry for each principal.',
        }
      return {
        ...where,
        message: `found the unknown key ${quoteText(key)}; allowed: ${known.join(', ')}, and fields of your own that begin with x-.`,
        remedy: 'Remove it, correct its name, or put x- before it.',
      }
    })
}

function grantProblems(entry: Row, path: Path, source: YamlSource, account: string | null): Problem[] {
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
    const parsed = entry.user_id === ANY ? grantSchema.safeParse(grant) : null
    if (!parsed?.success || isSurelyRestricted(parsed.data as Grant, account)) return []
    return [
      {
        ...{ where: source.path, ...source.position(here) },
        message:
          'found an unrestricted grant for everybody; allowed with user_id "*": a grant limited by resources, condition or scopes.',
        remedy: 'Limit it, or approve it user by user.',
      },
    ]
  })
}

function eligibleProblems(entry: Row, path: Path, source: YamlSource): Problem[] {
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

function trustedProblems(entry: Row, path: Path, source: YamlSource): Problem[] {
  return rows(entry.trusted).flatMap((item, at): Problem[] => {
    // What is no map, and keys that no item has, are the schema's to report.
    if (Object.keys(item).length > 0 && (partyOf(item) !== null || !hasOnlyKnownKeys(item))) return []
    return [
      {
        ...{ where: source.path, ...source.position([...path, 'trusted', at]) },
        message: `found an item that does not name exactly one party; allowed: one of ${partyKeys.join(', ')}; account also beside service, issuer and keys beside provider.`,
        remedy: 'Write an item for each party.',
      },
    ]
  })
}

function hasOnlyKnownKeys(item: Row): boolean {
  return Object.keys(item).every((key) => [...partyKeys, 'issuer', 'keys', 'condition'].includes(key))
}

/** A test that tests nothing would read like a limit and be none. */
function testProblems(entry: Row, path: Path, source: YamlSource): Problem[] {
  const alternatives = Array.isArray(entry.when) ? entry.when : []
  return alternatives.flatMap((alternative: unknown, at): Problem[] => {
    const [inside, tests] = isMap(alternative) ? [['tests'], alternative.tests] : [[], alternative]
    return rows(tests).flatMap((test, number): Problem[] => {
      if (test.type === undefined || test.any_one_of !== undefined || test.not_any_of !== undefined) return []
      return [
        {
          ...{ where: source.path, ...source.position([...path, 'when', at, ...inside, number]) },
          message: 'found a test without any_one_of and not_any_of; allowed: one of them.',
          remedy: 'Remove the test, or say what it tests.',
        },
      ]
    })
  })
}

/** By meaning: a list with `*` in it, an empty list of exceptions or a condition without keys limits nothing. */
function isSurelyRestricted(grant: Grant, account: string | null): boolean {
  const { not_resources, condition, scopes, ...rest } = grant
  if (scopes !== undefined && scopes.length > 0) return true
  const conditioned = Object.values(condition ?? {}).some((keys) => Object.keys(keys).length > 0)
  const limited = {
    ...rest,
    ...(not_resources?.length ? { not_resources } : {}),
    ...(condition !== undefined && conditioned ? { condition } : {}),
  }
  // Every resource of the account is no limit within it.
  const meaning = canonicalGrants([limited], { account })
  return !('undetermined' in meaning) && meaning.every((one) => !isUnrestricted(one))
}

/** What is probably not meant by a config and decides nothing: names that do not exist, and lists that see too little. */
import type { Problem } from '../text/problem.ts'
import { quoteText } from '../text/quote.ts'
import type { Config } from './config.ts'
import { doubtAbout, type KnownNames } from './known-names.ts'

/** Each with its line, in the order of the file. */
export function configWarnings(config: Config, path: string, known: KnownNames): readonly Problem[] {
  return [...onlyWhole(config, path), ...unknownNames(config, path, known)]
}

/** Patterns that the file itself has and that no known action matches, where a slip is likely. */
export function unknownNames(config: Config, path: string, known: KnownNames): readonly Problem[] {
  return config.patterns.flatMap(({ permission, list, pattern, line, column }): Problem[] => {
    const doubt = doubtAbout(pattern, known)
    if (doubt === null) return []
    const { reason, suggestion } = doubt
    return [
      {
        ...{ where: path, line, column },
        message: `the pattern ${quoteText(pattern)} in ${list} of ${quoteText(permission)} ${reason}.`,
        remedy: suggestion === null ? 'Check its name.' : `Did you mean ${quoteText(suggestion)}?`,
      },
    ]
  })
}

/** With `holds: all` alone, one action that somebody lacks hides them. */
function onlyWhole(config: Config, path: string): Problem[] {
  if (config.permissions.some((permission) => permission.holds === 'any')) return []
  return [
    {
      ...{ where: path, line: config.permissions[0]?.line ?? 1 },
      message:
        'every audited permission has "holds: all": whoever lacks one action of it, by one Deny or one exception, is not seen.',
      remedy: 'Audit a permission with "holds: any" as well, such as the preset iam-administration@1.',
    },
  ]
}

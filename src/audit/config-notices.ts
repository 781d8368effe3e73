/** What is probably not meant by the config, in sentences: names that do not exist, lists that see too little. */
import type { Config } from '../config/config.ts'
import { configWarnings } from '../config/config-warnings.ts'
import { knownNames } from '../config/known-names.ts'
import { legacyActions } from '../policy/index.ts'
import type { Catalogue } from '../policy/types.ts'

/**
 * The warnings about a config, each with its line. They decide nothing.
 *
 * @param live services whose actions were read from the account
 */
export function configNotices(
  config: Config,
  path: string,
  catalogue: Catalogue,
  live: Iterable<string>,
): readonly string[] {
  const known = knownNames({ catalogue, live, others: legacyActions.map((one) => one.action) })
  return configWarnings(config, path, known).map(
    ({ where, line, message, remedy }) =>
      `${where}${line === undefined ? '' : ` line ${line}`}: ${message}${remedy === undefined ? '' : ` ${remedy}`}`,
  )
}

/** What is probably not meant by the config, in sentences: names that do not exist, lists that see too little. */
import type { Config } from '../config/config.ts'
import { configWarnings } from '../config/config-warnings.ts'
import { type KnownNames, knownNames } from '../config/known-names.ts'
import { legacyActions, shippedCatalogue } from '../policy/index.ts'
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
  return configWarnings(config, path, namesOf(catalogue, [...live])).map(
    ({ where, line, message, remedy }) =>
      `${where}${line === undefined ? '' : ` line ${line}`}: ${message}${remedy === undefined ? '' : ` ${remedy}`}`,
  )
}

const others = legacyActions.map((one) => one.action)
let shipped: KnownNames | null = null

/** What is shipped has one order for everybody, and it takes longer to find than most audits. */
function namesOf(catalogue: Catalogue, live: readonly string[]): KnownNames {
  if (live.length > 0 || catalogue !== shippedCatalogue()) return knownNames({ catalogue, live, others })
  shipped ??= knownNames({ catalogue, live, others })
  return shipped
}

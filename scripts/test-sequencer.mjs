// The order of test files where Jest has no times of an earlier run, as in CI: the long ones first, so that no worker
// waits for the other at the end. Jest goes by the size of a file, which says little of what its tests start or try.
import { createRequire } from 'node:module'

const { default: Sequencer } = createRequire(import.meta.url)('@jest/test-sequencer')

/** What starts bundles, browsers' rules, git or thousands of cases. */
const long = [
  /\/e2e\/(shell|large-and-odd|both-shells|demo|everything|legacy-roles|audit|check|faults)\./,
  /\/(properties|merge|merge-principals|accessibility|moves|changes|write-baseline|hostile)\.test\.ts$/,
  /\/e2e\//,
]

export default class extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests)
    if (sorted.some((test) => test.duration !== undefined)) return sorted
    return long.reduceRight(
      (rest, some) => [
        ...rest.filter(({ path }) => some.test(path)),
        ...rest.filter(({ path }) => !some.test(path)),
      ],
      sorted,
    )
  }
}

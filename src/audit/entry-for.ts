/** The entry that approves exactly what is held, and for exactly those who may come by it. */
import type { Holding } from '../access/model.ts'
import type { BaselineEntry } from '../baseline/baseline.ts'
import { withoutOpen } from './parties.ts'

/**
 * The entry that approves a holding. An old justification was given for less, so it is kept beside, for the person who
 * writes the new one. What was approved for a time stays so: only a date that has passed is dropped.
 */
export function entryFor(holding: Holding, previous: BaselineEntry | null, expired: boolean): BaselineEntry {
  const justification = previous?.justification
  const timed = {
    ...(previous?.expires === undefined ? {} : { expires: previous.expires }),
    ...(previous?.assignment === undefined ? {} : { assignment: previous.assignment }),
  }
  const common = {
    permission: holding.permission,
    grants: holding.grants,
    justification: '',
    ...(previous?.owner === undefined ? {} : { owner: previous.owner }),
    ...(expired ? {} : timed),
    ...(holding.enabled ? {} : { disabled: true as const }),
    extra: {
      ...previous?.extra,
      ...(justification ? { 'x-previous-justification': justification } : {}),
    },
  }
  const { recorded_as: recorded } = holding
  switch (recorded.kind) {
    case 'user':
      return { ...recorded, ...common }
    case 'agency':
      return { ...recorded, trusted: (holding.trusted ?? []).map(withoutOpen), ...common }
    case 'federated':
      return {
        ...recorded,
        issuer: holding.issuer ?? '',
        keys: holding.keys ?? [],
        when: holding.when ?? [],
        ...common,
      }
  }
}

/** What of a window nobody can undo: what was there before the first change of it, and what is gone since. */
import type { Snapshot } from '../account/snapshot.ts'
import type { TraceEvent, TraceRecord } from '../account/trace-record.ts'
import { type Changes, documentsOf } from './changes.ts'
import { type Facts, type Untold, versionKey } from './facts.ts'
import { eventPosition, type Span, UNKNOWN } from './spans.ts'

export interface UntoldOptions {
  readonly snapshot: Snapshot
  readonly record: TraceRecord
  readonly facts: Facts
  readonly changes: Changes
  readonly events: readonly TraceEvent[]
  /** Whether any version of a policy that is known has anything to say. */
  readonly matters: (policyId: string) => boolean
}

/** Beside what the events themselves do not tell. */
export function untoldOf({ snapshot, record, facts, changes, events, matters }: UntoldOptions): Untold[] {
  const said: Untold[] = []
  const say = (position: number, why: string): void => {
    const event = events[eventPosition(position) - 1]
    if (event !== undefined) said.push({ event, why })
  }
  const before = (
    map: ReadonlyMap<string, readonly Span<unknown>[]>,
    why: string,
    mayMatter: (id: string) => boolean = () => true,
  ): void => {
    for (const [id, [first, second]] of map)
      if (first?.value === UNKNOWN && second !== undefined && mayMatter(id)) say(second.from, why)
  }
  // Of a policy none of whose versions says anything, none of which was deleted, the one before said nothing either.
  const mayMatter = (id: string): boolean => matters(id) || facts.lostVersions.has(id)
  before(changes.versions, 'which version was in force before is not known', mayMatter)
  before(changes.trusts, 'whom the agency trusted before is not known')
  before(changes.expiries, 'until when the agency was valid before is not known')
  before(changes.roleTexts, 'what the role allowed before is not known')
  before(changes.rules, 'the rules of the mapping before are not known')
  before(changes.providers, 'whether the identity provider was enabled before is not known')
  before(changes.bindings, 'to which mapping the protocol was bound before is not known')
  before(changes.vouching, 'what verified the word of the provider before is not known')
  const documents = documentsOf(facts, snapshot, record)
  const known = new Set([...documents.keys()].map((key) => key.split(' ')[0]))
  for (const [key, spans] of changes.attachments)
    if (!known.has(key.split(' ')[2]))
      say(spans[1]?.from ?? 0, 'the policy is gone, and nothing tells what it allowed')
  for (const [policy, spans] of changes.versions)
    for (const { from, value } of spans)
      if (typeof value === 'string' && !documents.has(versionKey(policy, value)))
        say(from, 'the version is gone, and nothing tells what it allowed')
  return said
}

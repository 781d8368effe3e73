/** Which patterns of a statement are shown for what it grants. */
import type { Boxes } from './pattern.ts'
import type { Match } from './types.ts'

/** Of the patterns of one statement, those that no other of it includes; each once, unrestricted if any part is. */
export function withoutNarrower(own: readonly Match[], boxes: Boxes): readonly Match[] {
  return own.length < 2 ? own : own.filter((match) => !isSaidBy(match, own, boxes))
}

/** Whether another of these matches, an equal one only when it comes first, says as much. */
function isSaidBy(match: Match, own: readonly Match[], boxes: Boxes): boolean {
  return own.some((other) => {
    if (other === match || (other.restricted && !match.restricted)) return false
    if (other.pattern === match.pattern)
      return other.restricted !== match.restricted || own.indexOf(other) < own.indexOf(match)
    const [wide, narrow] = [boxes.read(other.pattern, 'grants'), boxes.read(match.pattern, 'grants')]
    const inside = narrow.every((one) => wide.some((two) => boxes.includes(two, one)))
    const around = wide.every((one) => narrow.some((two) => boxes.includes(two, one)))
    return inside && (!around || own.indexOf(other) < own.indexOf(match))
  })
}

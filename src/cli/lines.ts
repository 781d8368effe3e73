/** A holding in lines, as every answer writes them. */
import type { Holding, Path } from '../audit/model.ts'
import { visible } from '../render/escape.ts'
import { datesWords, pathWords, restrictionWords } from '../render/words.ts'

/** What limits a holding, in whole or in part; with a comma before it, or empty. */
export function limitWords({ grants, restricted }: Holding): string {
  const limits = restrictionWords(grants, visible)
  return limits === null ? '' : `, ${restricted ? 'only' : 'in part only'} ${limits}`
}

/** A path, whether what it brings is limited, and when its parts appeared. */
export function pathLine(holding: Holding, path: Path): string {
  const limited = path.restricted ? ', on some resources or conditions' : ''
  const dates = datesWords(path, visible)
  return `${pathWords(holding.user, path, visible)}${limited}${dates === null ? '' : ` (${dates})`}`
}

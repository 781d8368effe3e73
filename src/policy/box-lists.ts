/** Lists of boxes as grants have them: sorted by text, each once, without what another one includes. */
import type { Box, Boxes } from './pattern.ts'
import type { Steps } from './steps.ts'

/** `withoutNarrower` of a list that comes again and again, such as what a permission excepts; it takes as many steps. */
export function narrowest(list: readonly Box[], boxes: Boxes, steps: Steps): readonly Box[] {
  const known = narrowestOf.get(list)
  if (known !== undefined) {
    steps.take(known.steps)
    return known.boxes
  }
  const before = steps.left
  const result = withoutNarrower(list, boxes, steps)
  narrowestOf.set(list, { boxes: result, steps: before - steps.left })
  return result
}

const narrowestOf = new WeakMap<readonly Box[], { readonly boxes: readonly Box[]; readonly steps: number }>()

/** Sorted by text, without those that another one surely includes. Only a box with wildcards includes another. */
export function withoutNarrower(list: readonly Box[], boxes: Boxes, steps: Steps): readonly Box[] {
  if (list.length < 2) return list
  return widest(distinctSorted(list), boxes, steps)
}

/** The same of boxes that are distinct and sorted already. @throws BoundReached */
export function widest(list: readonly Box[], boxes: Boxes, steps: Steps): readonly Box[] {
  if (list.length < 2) return list
  const wide: Box[] = []
  for (const box of list) if (box.wild) wide.push(box)
  if (wide.length === 0) return list
  steps.take(wide.length * list.length)
  const kept: Box[] = []
  for (const box of list) if (!isWithinOne(box, wide, boxes, steps)) kept.push(box)
  return kept
}

function isWithinOne(inner: Box, wide: readonly Box[], boxes: Boxes, steps: Steps): boolean {
  for (const outer of wide)
    if (outer !== inner && boxes.includes(outer, inner, steps) && !isLater(outer, inner, boxes, steps))
      return true
  return false
}

/** By text; of boxes of one id, which differ in letter case alone, the first. */
export function distinctSorted(list: readonly Box[]): readonly Box[] {
  if (isDistinctAndSorted(list)) return list
  const seen = new Set<number>()
  const distinct: Box[] = []
  for (const box of [...list].sort(byText)) {
    if (seen.has(box.id)) continue
    seen.add(box.id)
    distinct.push(box)
  }
  return distinct
}

/** False says nothing: texts and ids may be sorted each in its own way. */
export function isDistinctAndSorted(list: readonly Box[]): boolean {
  for (let at = 1; at < list.length; at++) {
    const one = list[at - 1] as Box
    const other = list[at] as Box
    if (one.text >= other.text || one.key >= other.key) return false
  }
  return true
}

/** Of two boxes that include each other, the later one goes. */
function isLater(outer: Box, inner: Box, boxes: Boxes, steps: Steps): boolean {
  return boxes.includes(inner, outer, steps) && outer.text > inner.text
}

function byText(one: Box, other: Box): number {
  return one.text < other.text ? -1 : one.text > other.text ? 1 : 0
}

/** The texts of boxes, each once, sorted. */
export function textsOf(list: readonly Box[]): string[] {
  const texts: string[] = []
  for (const box of isDistinctAndSorted(list) ? list : [...new Set(list)].sort(byText)) texts.push(box.text)
  return texts
}

/** Lists of boxes as grants have them: sorted by text, each once, without what another one includes. */
import type { Box } from './box.ts'
import type { Question } from './question.ts'

/** `narrowed` of a list that comes again and again, such as what a permission excepts; it takes as many steps. */
export function narrowest(list: readonly Box[], question: Question): readonly Box[] {
  const known = question.boxes.lists.get(list)
  if (known !== undefined) {
    question.take(known.steps)
    return known.boxes
  }
  const before = question.steps.left
  const result = narrowed(list, question)
  question.boxes.lists.set(list, { boxes: result, steps: before - question.steps.left })
  return result
}

/** `narrowed` of a list that many grants of one question may have. @throws BoundReached */
export function narrowedOnce(list: readonly Box[], question: Question): readonly Box[] {
  if (list.length < 2) return list
  question.take(list.length)
  const texts = list.map((box) => box.text).join('\n')
  const known = question.lists.get(texts) ?? narrowed(list, question)
  question.lists.set(texts, known)
  return known
}

/** Sorted by text, without those that another one surely includes. Only a box with wildcards includes another. */
export function narrowed(list: readonly Box[], question: Question): readonly Box[] {
  if (list.length < 2) return list
  return widest(distinctSorted(list), question)
}

/** The same of boxes that are distinct and sorted already. @throws BoundReached */
export function widest(list: readonly Box[], question: Question): readonly Box[] {
  if (list.length < 2) return list
  const wide: Box[] = []
  for (let at = 0; at < list.length; at++) if (list[at]?.wild) wide.push(list[at] as Box)
  if (wide.length === 0) return list
  question.take(wide.length * list.length)
  const kept: Box[] = []
  for (let at = 0; at < list.length; at++) {
    const box = list[at] as Box
    if (!isWithinOne(box, wide, question)) kept.push(box)
  }
  return kept
}

function isWithinOne(inner: Box, wide: readonly Box[], question: Question): boolean {
  for (let at = 0; at < wide.length; at++) {
    const outer = wide[at] as Box
    if (
      (outer.service === null || outer.service === inner.service) &&
      outer !== inner &&
      question.includes(outer, inner) &&
      !isLater(outer, inner, question)
    )
      return true
  }
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
function isLater(outer: Box, inner: Box, question: Question): boolean {
  return question.includes(inner, outer) && outer.text > inner.text
}

function byText(one: Box, other: Box): number {
  return one.text < other.text ? -1 : one.text > other.text ? 1 : 0
}

/** The texts of boxes, each once, sorted. */
export function textsOf(list: readonly Box[]): string[] {
  const sorted = isDistinctAndSorted(list) ? list : [...new Set(list)].sort(byText)
  return sorted.map((box) => box.text)
}

/**
 * The one question that everything else is asked in: is there an action string in this box that is in none of those
 * sets, and which is a shortest one? Answered exactly, by walking the automata of the patterns concerned side by side
 * and only where the box leads; most questions are answered before the walk begins.
 */

import type { Box } from './box.ts'
import { type BoxSet, isEmpty, setMatches, sizeOf } from './box-set.ts'
import { excess } from './pair-memory.ts'
import type { Question } from './question.ts'
import { lettersOf, Search } from './walk.ts'

/** Whether the box has an action string outside all the sets. @throws BoundReached */
export function reachesBeyond(box: Box, sets: readonly BoxSet[], question: Question): boolean {
  if (sets.every(isEmpty)) return box.segments[0] !== '' && box.segments[2] !== ''
  return search(box, sets, question, false) !== null
}

/** Any action string of the box outside all the sets, in lower case; null when there is none. @throws BoundReached */
export function anyBeyond(box: Box, sets: readonly BoxSet[], question: Question): string | null {
  return search(box, sets, question, false)
}

/** A shortest action string of the box outside all the sets, in lower case; null when there is none. @throws BoundReached */
export function shortestBeyond(box: Box, sets: readonly BoxSet[], question: Question): string | null {
  return search(box, sets, question, true)
}

/** What is left of the sets once everything that does not touch the box is gone; null: one covers the box whole. */
function narrowed(box: Box, sets: readonly BoxSet[], question: Question): BoxSet[] | null {
  const left: BoxSet[] = []
  for (const set of sets) {
    const allOf: Box[][] = []
    let impossible = false
    for (const list of set.allOf) {
      if (list.some((one) => question.includes(one, box))) continue
      const touching = list.filter((one) => question.meet(one, box))
      if (touching.length === 0) impossible = true
      else allOf.push(touching)
    }
    if (impossible) continue
    if (set.noneOf.some((one) => question.includes(one, box))) continue
    const noneOf = set.noneOf.filter((one) => question.meet(one, box))
    if (allOf.length === 0 && noneOf.length === 0) return null
    left.push({ allOf, noneOf })
  }
  return left.some((set) => coversWithOthers(set, left, question)) ? null : left
}

/** Whether a set covers the box but for exceptions that others cover: `A − E` beside `E`, as in every comparison. */
function coversWithOthers(set: BoxSet, others: readonly BoxSet[], question: Question): boolean {
  return (
    set.allOf.length === 0 &&
    set.noneOf.every((exception) =>
      others.some(
        (other) =>
          other.noneOf.length === 0 &&
          other.allOf.every((list) => list.some((one) => question.includes(one, exception))),
      ),
    )
  )
}

/**
 * The shortest strings of the box, in segments, in the order of a walk, where at most one letter of them is free; empty
 * where more is.
 */
function leastOf(box: Box, sets: readonly BoxSet[]): readonly (readonly string[])[] {
  if (box.key.includes('?')) return []
  const [service, type, operation] = box.segments.map((glob) => glob.replaceAll('*', '')) as [
    string,
    string,
    string,
  ]
  if (service !== '' && operation !== '') return [[service, type, operation]]
  if (service === '' && operation === '') return []
  const others = sets.flatMap((set) => [...set.noneOf, ...set.allOf.flat()])
  const letters = lettersOf([box, ...others].flatMap((one) => one.segments))
  return letters.map((letter) => [service || letter, type, operation || letter])
}

function search(box: Box, sets: readonly BoxSet[], question: Question, shortest: boolean): string | null {
  if (box.segments[0] === '' || box.segments[2] === '') return null
  // Looking a string up in the sets takes a step for each of their boxes.
  question.take(sizeOf(sets))
  for (const set of sets)
    for (const list of [set.noneOf, ...set.allOf]) for (const one of list) question.take(excess(one, box))
  // Most boxes have room around what is taken from them: one string of theirs, looked up, ends most questions.
  const literal = !box.wild
  if ((literal || !shortest) && !sets.some((set) => setMatches(set, box.sample))) return box.sample.join(':')
  if (literal) return null
  const relevant = narrowed(box, sets, question)
  if (relevant === null) return null
  if (shortest) {
    const least = leastOf(box, relevant).find((text) => {
      question.take(sizeOf(relevant))
      return !relevant.some((set) => setMatches(set, text))
    })
    if (least !== undefined) return least.join(':')
  }
  return new Search(box, relevant, question.steps, shortest).run()
}

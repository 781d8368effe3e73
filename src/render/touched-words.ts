/** Whom a way out touches beside those it is for, and what else it takes from whom. */
import type { SeenLoss } from '../audit/losers.ts'
import { countWords, listWords, type Name } from './words.ts'

export interface Touched {
  /** Principals beside those of the cause who lose something audited. */
  readonly others: number
  /** What else goes; null: nobody worked it out. */
  readonly ordinary: SeenLoss | null
}

/** `touches 2 other holders; 3 others lose obs and ecs permissions with it`. */
export function touchedWords({ others, ordinary }: Touched, name: Name): string {
  const audited = others === 0 ? 'touches no other holder' : `touches ${countWords(others, 'other holder')}`
  if (ordinary === null) return `${audited}; what else goes with it was not worked out`
  const unread = unreadWords(ordinary, name)
  if (others === 0 && ordinary.others === 0 && ordinary.own.length === 0 && unread.length === 0)
    return 'takes nothing else from anybody'
  return [
    others === 0 && ordinary.others === 0 ? 'takes nothing from anybody else' : audited,
    ...(ordinary.others === 0 ? [] : [`${losersWords(ordinary, name)} with it`]),
    ...(ordinary.own.length === 0 ? [] : [`also takes their own ${servicesWords(ordinary.own, name)}`]),
    ...unread,
  ].join('; ')
}

/** The same in a cell: `2 other holders; 3 others lose obs permissions`. */
export function touchedCell({ others, ordinary }: Touched, name: Name): string {
  const audited = others === 0 ? 'none' : countWords(others, 'other holder')
  if (ordinary === null) return audited
  const lose = ordinary.others === 0 ? [] : [losersWords(ordinary, name)]
  const isUnread = ordinary.unread.length + ordinary.unlisted.length > 0
  const words = [
    ...(others === 0 && lose.length > 0 ? [] : [audited]),
    ...lose,
    ...(isUnread ? ['not all was read'] : []),
  ]
  return words.join('; ')
}

function losersWords({ others, services }: SeenLoss, name: Name): string {
  return `${others === 1 ? '1 other loses' : `${others} others lose`} ${servicesWords(services, name)}`
}

/** `obs and ecs permissions`. */
function servicesWords(services: readonly string[], name: Name): string {
  return services.includes('*')
    ? 'permissions of all services'
    : `${listWords(services.map(name), 4)} permissions`
}

function unreadWords({ unread, unlisted }: SeenLoss, name: Name): readonly string[] {
  return [
    ...(unread.length === 0
      ? []
      : [
          `${unread.length === 1 ? 'policy' : 'policies'} ${listWords(unread.map(name), 3)} could not be read`,
        ]),
    ...(unlisted.length === 0
      ? []
      : [
          `what else ${listWords(
            unlisted.map((one) => `${one.kind} ${name(one.name)}`),
            3,
          )} ${unlisted.length === 1 ? 'gives' : 'give'} was not read`,
        ]),
  ]
}

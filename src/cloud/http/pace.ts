/** As fast as the cloud allows and no faster: evenly spread, half as fast after a refusal, slowly recovering. */

import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Waits; a signal cuts it short. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>
  /** 0 to 1, for jitter, and for an order that nobody can predict. */
  readonly random: () => number
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: Date.now,
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }).catch(() => {}),
  random: () => randomInt(2 ** 47) / 2 ** 47,
}

/** Slowest pace after repeated refusals, requests a second. */
const FLOOR = 0.5
/** Each answered request wins back this part of the permitted rate. */
const RECOVERY = 0.02

/** Refusals within so many milliseconds were earned together. */
const TOGETHER = 1000

/** Whether a number can be a rate: requests a second. */
export function isRate(value: number): boolean {
  return value > 0 && value <= 1000
}

export class Pace {
  readonly #clock: Clock
  readonly #permitted: number
  #rate: number
  #next = 0
  #refusedAt = Number.NEGATIVE_INFINITY

  /** @param permitted requests a second, at most */
  constructor(permitted: number, clock: Clock) {
    this.#permitted = permitted
    this.#rate = permitted
    this.#clock = clock
  }

  get rate(): number {
    return this.#rate
  }

  /** Takes the next free slot. Milliseconds until it comes. */
  next(): number {
    const now = this.#clock.now()
    const slot = Math.max(now, this.#next)
    this.#next = slot + 1000 / this.#rate
    return slot - now
  }

  /** The cloud refused for being asked too often. Refusals that come together are one. */
  refused(): void {
    const now = this.#clock.now()
    if (now - this.#refusedAt < TOGETHER) return
    this.#refusedAt = now
    this.#rate = Math.max(Math.min(FLOOR, this.#permitted), this.#rate / 2)
  }

  answered(): void {
    this.#rate = Math.min(this.#permitted, this.#rate + this.#permitted * RECOVERY)
  }
}

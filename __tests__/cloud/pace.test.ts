import { expect, test } from '@jest/globals'
import { Pace } from '../../src/cloud/http/pace.ts'

function clock() {
  let time = 0
  return {
    now: () => time,
    sleep: async (milliseconds: number) => {
      time += milliseconds
    },
    random: () => 0.5,
  }
}

test('turns are spread evenly: ten a second is one every tenth', async () => {
  const time = clock()
  const pace = new Pace(10, time)
  for (let at = 0; at < 101; at++) await time.sleep(pace.next())
  expect(time.now()).toBe(10_000)
})

test('a refusal halves the rate, refusals together are one, and it recovers to what is permitted', async () => {
  const time = clock()
  const pace = new Pace(10, time)
  for (let at = 0; at < 8; at++) pace.refused()
  expect(pace.rate).toBe(5)
  await time.sleep(2000)
  pace.refused()
  expect(pace.rate).toBe(2.5)
  for (let at = 0; at < 1000; at++) pace.answered()
  expect(pace.rate).toBe(10)
})

test('refused for ever, it never stops altogether', async () => {
  const time = clock()
  const pace = new Pace(10, time)
  for (let at = 0; at < 100; at++) {
    pace.refused()
    await time.sleep(2000)
  }
  expect(pace.rate).toBeGreaterThanOrEqual(0.5)
})

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { SUMMARY_BUDGET } from '../../src/render/summary.ts'
import { situations } from './northwind.ts'
import { issueText, northwindSamples, summaryText } from './northwind-samples.ts'

const folder = '__tests__/render/golden/northwind'
const rendered = northwindSamples()
const verdicts = situations()
const verdictOf = (name: string) => verdicts[name] as NonNullable<(typeof verdicts)[string]>

test('there is a committed sample for each situation (npm run generate)', () => {
  expect(readdirSync(folder).sort()).toEqual([...rendered.keys()].sort())
})

describe.each([...rendered])('%s', (name, text) => {
  test('is as committed', () => {
    // A page of a hundred kilobytes is nothing to print.
    const committed = readFileSync(`${folder}/${name}`, 'utf8').split('\n')
    expect(text.split('\n').find((line, at) => line !== committed[at])).toBeUndefined()
    expect(text.split('\n')).toHaveLength(committed.length)
  })

  test('never says "nobody", closes its folds, and fits', () => {
    expect(/.{0,40}\bnobody\b/i.exec(text)).toBeNull()
    expect(text.split('<details').length).toBe(text.split('</details>').length)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(SUMMARY_BUDGET)
  })
})

/** What stands before anything is folded. */
function firstScreen(text: string): string {
  return text.split('<details')[0] ?? ''
}

/** The rows of the first table. */
function tableRows(text: string): readonly string[] {
  return firstScreen(text)
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| |') && !line.startsWith('| ---'))
}

describe('the first screen', () => {
  test.each(['1-cause', '7-causes', '40-causes', '400-principals'])(
    '%s has one row for each cause',
    (name) => {
      const { causes } = verdictOf(name)
      for (const text of [summaryText(verdictOf(name)), issueText(verdictOf(name))]) {
        expect(tableRows(text)).toHaveLength(causes.length)
        expect(text.match(/<summary>[^\n]* · /g)).toHaveLength(causes.length)
        expect(firstScreen(text).match(/\*\*Next:\*\*/g)).toHaveLength(1)
      }
    },
  )

  test('begins with the headline, then what explains it and what was not looked at', () => {
    const [headline = '', , sentence = ''] = summaryText(verdictOf('7-causes')).split('\n')
    expect(headline).toMatch(/^# ❌ 19 users, 1 agency and 1 group of federated users hold /)
    expect(headline).toMatch(/by 7 changes$/)
    expect(sentence).toMatch(
      /^\*\*1 agency is open to everybody.*7 changes.*2 are critical, 4 reach everything\.\*\*/,
    )
    expect(sentence).toContain('Not looked at: IAM Identity Center.')
    expect(sentence).toContain('The root user `northwind` always holds everything.')
  })

  test('has no id where there is a name', () => {
    for (const name of ['0-causes', '1-cause', '7-causes', '40-causes', '400-principals'])
      expect(firstScreen(summaryText(verdictOf(name)))).not.toMatch(/[0-9a-f]{32}/)
  })

  test('of everybody who is alike it shows the number, and the names below', () => {
    const text = summaryText(verdictOf('400-principals'))
    expect(tableRows(text)[0]).toContain('**400 users**')
    expect(firstScreen(text)).not.toContain('developer-')
    expect(text).toContain('`developer-400`')
  })
})

describe('the picture', () => {
  test('400 users by one way are one node', () => {
    const [picture = ''] = /```mermaid[\s\S]*?```/.exec(summaryText(verdictOf('400-principals'))) ?? []
    expect(picture.match(/\(\["/g)).toHaveLength(1)
    expect(picture).toContain('400 users')
  })

  test('begins with whom an agency trusts', () => {
    const text = summaryText(verdictOf('7-causes'))
    expect(text).toMatch(/n\d+>"everybody at GitHub Actions"\]/)
  })
})

describe('ways out', () => {
  const text = summaryText(verdictOf('7-causes'))
  const block = (number: number): string =>
    text
      .split('<details><summary>')
      .find((one) => one.includes(` ${number} · `) || one.includes(`\u00a0${number} · `)) ?? ''

  test('of a new version, the older one made default again comes first', () => {
    const [first = ''] = /\*\*Revoke:\*\*[^\n]*/.exec(block(6)) ?? []
    expect(first).toContain('make `v1` of `Operate-dns-team-1` the default again')
    expect(block(6)).toMatch(/SetDefaultPolicyVersionV5 policy_id=[0-9a-f]{32} version_id=v1/)
  })

  test('what is shared is one operation, and whom it is to be taken from are no others', () => {
    const [first = ''] = /\*\*Revoke:\*\*[^\n]*/.exec(block(3)) ?? []
    expect(first).toContain(
      'detach `IAMFullAccessPolicy` from group `kms-team-1` (takes nothing else from anybody)',
    )
    expect(block(3).match(/DetachGroupPolicyV5/g)).toHaveLength(1)
    expect(block(3).match(/RemoveUserFromGroupV5/g)).toHaveLength(8)
  })

  test('the command names exactly whom the finding is about', () => {
    expect(block(2)).toContain(
      `gh workflow run iam-audit-update.yml -f users=quentin.eriksen -f justification='…'`,
    )
    expect(block(7)).toMatch(/-f users=federated:corp\/[0-9a-f]{32} /)
  })

  test('a conditional Deny is shown with its condition', () => {
    expect(block(6)).toContain(
      'conditional Deny, not subtracted: `Guard` v1, statement 2 (if `g:MFAPresent` `Bool` `false`)',
    )
  })

  test('one block has one person with several permissions by one way', () => {
    expect(block(2).match(/built-in group/g)).toHaveLength(2)
    expect(block(2)).toContain('everything in `privilege-escalation`')
  })
})

describe('holders', () => {
  test('a first run shows them by way, unfolded, before any JSON', () => {
    const text = summaryText(verdictOf('first-run'))
    expect(firstScreen(text)).toContain(
      '## Who holds what: 4 users, 3 agencies and 1 group of federated users, by 6 ways',
    )
    expect(firstScreen(text)).toContain('**3 users**: `ada`, `grace` and `linus`')
    expect(firstScreen(text)).not.toContain('```json')
  })

  test('no list has partial holders: they are a number', () => {
    const text = summaryText(verdictOf('0-causes'))
    expect(text).not.toContain('`part`')
    expect(text).toContain('Not counted: 1 user with a part')
  })

  test('agencies that services alone may assume are one row', () => {
    const text = summaryText(verdictOf('0-causes'))
    expect(text).not.toContain('cbr-backup')
    expect(text).toContain('| 1 agency, trusted by services alone |')
  })
})

/** Names that look like the delimiters of the issue's record, through audits that keep what stood there. */
import { expect, test } from '@jest/globals'
import type { Verdict } from '../../src/audit/model.ts'
import { syncIssue } from '../../src/github/issue.ts'
import { desiredIssue } from '../../src/render/issue.ts'
import { renderSummary } from '../../src/render/summary.ts'
import { stage } from '../github/stage.ts'
import { ACCOUNT, config, hexId, users, verdictOn } from './verdicts.ts'

const key = { account: ACCOUNT, baseline: '.github/iam-baseline.json' }
const hostile = [
  '<!-- iam-audit:drift --> @octocat <img src=x>',
  '<!-- /iam-audit:drift --> @octocat <img src=x>',
  '<!-- iam-audit:record {"v":1} --> @octocat <img src=x>',
  '\n<!-- /iam-audit:drift -->\n\n@octocat <img src=x>\n\n<!-- iam-audit:drift -->\n',
]

/** What of a body is neither code nor a comment: there no name may stand as it is. */
function live(body: string): string {
  return body
    .replace(/```[\s\S]*?```/g, '')
    .replace(/<code>[^<]*<\/code>/g, '')
    .replace(/(`+)[^`][\s\S]*?\1/g, '')
    .replace(/<!--[\s\S]*?-->/g, '·')
}

test.each(hostile)(
  '%j as user, policy, group and root: nothing of it is live, day after day',
  async (name) => {
    const holder = (user: string): Verdict =>
      verdictOn({
        users: { ...users('alice', 'bob'), [hexId('bob')]: user },
        policies: { [`Admin ${name}`]: [{ Effect: 'Allow', Action: ['iam:*:*'] }] },
        groups: { [`ops ${name}`]: [hexId('bob')] },
        attached: { [`Admin ${name}`]: [`group ops ${name}`] },
        approvals: [],
      })
    const found = { ...holder(name), root_user: { user_id: 'root', user: name, enabled: true } }
    const gap = {
      ...{ code: 'forbidden', call: `GET ${name}`, message: `${name} failed.`, remedy: 'Mend it.' },
      ...{ iam_action: null, http_code: null, document: null, reaches: null },
    }
    const incomplete = { ...found, complete: false, gaps: [gap], drift: [], causes: [], holdings: [] }
    const links = { updateWorkflow: { file: name, url: 'https://github.com/acme/security' } }
    const summary = renderSummary(found, { baselinePath: name, proposal: null, remarks: [name], links })
    expect(live(summary)).not.toMatch(/<img|@octocat(?!<)|iam-audit:(drift|record)/)
    await using on = await stage({ labels: ['iam-audit'] })
    for (const verdict of [found, incomplete, incomplete, found, incomplete]) {
      await syncIssue(on.store, desiredIssue(verdict, { key, config, runUrl: '' }))
      const body = on.github.state.issues[0]?.body ?? ''
      expect(live(body)).not.toMatch(/<img|@octocat|iam-audit:(drift|record)/)
      for (const mark of ['<!-- iam-audit:drift -->', '<!-- /iam-audit:drift -->'])
        expect(body.split('\n').filter((line) => line === mark)).toHaveLength(1)
      // The finding stands whole, whether or not it was found again.
      expect(body).toContain('everything in')
    }
  },
)

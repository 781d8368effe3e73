/** What happens in the demo: an approved company, four changes, of which three are revoked and one is approved. */
import { readBaseline } from '../src/baseline/read-baseline.ts'
import { writeBaseline } from '../src/baseline/write-baseline.ts'
import { type Company, companyWithEverything } from './company.ts'
import { Operations } from './iam/account.ts'
import { trustOidc } from './iam/statements.ts'

const HOUR = 3_600_000

/** Whom the team decides to keep. */
export const APPROVED = 'viktor.dimitrov'

export interface Story extends Pick<Company, 'account' | 'config'> {
  /** What people put into the proposed baseline in review. */
  readonly review: (proposed: string) => string
  /** Somebody gains administration, four times. What happened, a line each. */
  readonly changes: () => string[]
  /** Three of the four are taken back, an hour after the audit. What happened, a line each. */
  readonly revocations: () => string[]
}

/** @param now milliseconds since the epoch; the changes happen in the day before */
export function story(now: number): Story {
  const { account, config, review } = companyWithEverything(now)
  const github = `iam::${account.account_id}:oidcProvider:github`
  const before = (hours: number, actor: ConstructorParameters<typeof Operations>[1]): Operations =>
    new Operations(account, actor, () => now - hours * HOUR)
  return {
    account,
    config: `${config.replace('require: [justification]', 'require: [justification, review]')}traces: 72\n`,
    review: (proposed) => lasting(review(proposed), now),
    changes: () => {
      const terraform = before(20, { user: 'terraform', via: 'api' })
      terraform.attachPolicy('IAMFullAccessPolicy', { group: 'kms-team-1' })
      const amara = before(16, { user: 'amara.adeyemi' })
      amara.createAgency('release-bot', trustOidc(github))
      amara.attachPolicy('IAMFullAccessPolicy', { agency: 'release-bot' })
      amara.at(now - 9 * HOUR).grantRole('Security Administrator', { group: 'contractors' })
      const visitor = before(2, { agency: 'ops-admin', session: 'bao.adeyemi' })
      visitor.attachPolicy('IAMFullAccessPolicy', { user: APPROVED })
      return [
        'terraform attaches IAMFullAccessPolicy to group kms-team-1, which was meant for one key.',
        'amara.adeyemi makes the agency release-bot for GitHub Actions, and forgets to name the repository.',
        'amara.adeyemi grants the legacy role Security Administrator to group contractors.',
        `Somebody who assumed the agency ops-admin attaches IAMFullAccessPolicy to ${APPROVED}.`,
      ]
    },
    revocations: () => {
      // Nobody waits an hour: what was recorded until now is an hour older.
      account.traces = account.traces.map((one) => ({ ...one, time: one.time - HOUR }))
      const amara = before(0.5, { user: 'amara.adeyemi' })
      amara.detachPolicy('IAMFullAccessPolicy', { group: 'kms-team-1' })
      amara.detachPolicy('IAMFullAccessPolicy', { agency: 'release-bot' })
      amara.deleteAgency('release-bot')
      amara.revokeRole('Security Administrator', { group: 'contractors' })
      return [
        'The policy is detached from kms-team-1, release-bot is deleted, contractors have lost the role.',
        `${APPROVED} does the migration for two months: that was approved, in review.`,
      ]
    },
  }
}

/** Nothing ends soon, since the story has one subject; written as an update writes it, so that its diff is small. */
function lasting(reviewed: string, now: number): string {
  const baseline = JSON.parse(reviewed)
  const day = new Date(now + 200 * 24 * HOUR).toISOString().slice(0, 10)
  for (const entry of baseline.approvals) if (entry.expires) entry.expires = day
  return writeBaseline(readBaseline(JSON.stringify(baseline), 'baseline').baseline)
}

import { type GateAnswers, judge } from '../../src/gate/decide.ts'
import type { GateInput, GateTexts, GateVerdict } from '../../src/gate/model.ts'
import type { ReviewFacts } from '../../src/gate/review-decision.ts'

// Texts of both files as people would have them, and the judgement on a change of them.

export const paths = { config: '.github/iam-audit.yml', baseline: '.github/iam-baseline.json' }
export const today = '2026-11-24'
export const account = 'd78cbac186b744899480f25bd022aaaa'

export type Json = Record<string, unknown>

const definition = { actions: ['iam:*:*'], except: ['iam:*:get*', 'iam:*:list*'] }

export function configJson(over: Json = {}): Json {
  return {
    version: 1,
    account,
    'audited-permissions': [
      { name: 'iam', actions: definition.actions, except: definition.except },
      { name: 'org', severity: 'high', actions: ['organizations:*:*'] },
    ],
    approvals: { require: ['justification'] },
    ...over,
  }
}

export function entry(over: Json = {}): Json {
  return {
    user: 'ana',
    user_id: 'id-ana',
    permission: 'iam',
    grants: [{ actions: ['iam:users:*'] }],
    justification: 'On-call',
    ...over,
  }
}

export function agencyEntry(over: Json = {}): Json {
  return {
    agency: 'ci-deploy',
    agency_id: 'id-ci',
    permission: 'iam',
    trusted: [{ account: 'fedc0000fedc0000fedc0000fedc0000' }],
    grants: [{ actions: ['iam:users:*'] }],
    justification: 'Pipeline',
    ...over,
  }
}

export function federatedEntry(over: Json = {}): Json {
  return {
    ...{ provider: 'corp', group: 'ops', group_id: 'id-ops', permission: 'iam' },
    ...{ issuer: 'https://idp.example/saml', keys: ['a'.repeat(64)] },
    when: [[{ type: 'Groups', any_one_of: ['cloud-ops'] }]],
    grants: [{ actions: ['iam:users:*'] }],
    justification: 'Single sign-on',
    ...over,
  }
}

export function baselineJson(approvals: readonly Json[] = [entry()], over: Json = {}): Json {
  return {
    version: 1,
    account,
    audited_permissions: { iam: definition, org: { actions: ['organizations:*:*'] } },
    approvals,
    ...over,
  }
}

/** JSON is YAML. Every value on a line of its own. */
export function text(json: Json): string {
  return `${JSON.stringify(json, null, 2)}\n`
}

export function texts(config: Json | null, baseline: Json | null): GateTexts {
  return { config: config && text(config), baseline: baseline && text(baseline) }
}

export const plain = texts(configJson(), baselineJson())

export function judged(
  base: GateTexts,
  head: GateTexts,
  over: Partial<GateInput> = {},
  answers: Partial<GateAnswers> = {},
): GateVerdict {
  return judge({ base, head, paths, today, event: 'pull_request', ...over }, answers)
}

/** Ana opened the pull request and made its commits; Rita approved the head commit and may write. */
export const approvedByRita: ReviewFacts = {
  ...{ opener: { login: 'ana', isApp: false }, makers: ['ana', 'web-flow'], headSha: 'c2' },
  reviews: [{ login: 'rita', kind: 'User', state: 'APPROVED', commitId: 'c2' }],
  ...{ unreadable: null, permissions: new Map([['rita', 'write']]) },
}

/** The judgement on a change of the approvals alone. */
export function judgedEntries(
  before: readonly Json[],
  after: readonly Json[],
  approvals: Json = { require: ['justification'] },
): GateVerdict {
  const config = configJson({ approvals })
  return judged(texts(config, baselineJson(before)), texts(config, baselineJson(after)))
}

export const codes = (verdict: GateVerdict): string[] => verdict.failures.map((one) => one.code)
export const changes = (verdict: GateVerdict): string[] => verdict.entries.map((one) => one.change)
export const kinds = (verdict: GateVerdict): string[] => verdict.scope_changes.map((one) => one.kind)

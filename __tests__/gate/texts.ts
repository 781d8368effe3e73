import { type JudgeInput, judge } from '../../src/gate/judge.ts'
import type { GateTexts, GateVerdict } from '../../src/gate/model.ts'

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

export function judged(base: GateTexts, head: GateTexts, over: Partial<JudgeInput> = {}): GateVerdict {
  return judge({ base, head, paths, today, event: 'pull_request', ...over })
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

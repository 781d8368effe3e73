/** Legacy and v5 grants side by side, a second time: sets of names of both catalogues, statement by statement. */
import fc from 'fast-check'
import { createEvaluator, grantsInclude, legacyTwins, userIdentity } from '../../src/policy/index.ts'
import type { ParsedDocument, Permission, Statement } from '../../src/policy/types.ts'
import { matches } from './slow-model.ts'

type Bare = Omit<Statement, 'number'>

/** Every legacy action that has a twin, and every twin. */
const names = [...new Set(legacyTwins.flatMap(({ original, twin }) => [original, twin]))]

const pattern = fc.oneof(
  fc.constantFrom(...names),
  fc.constantFrom(
    ...['*:*:*', 'iam:*:*', 'iam:users:*', 'iam:*:create*', 'iam:*:*V5', 'iam:permissions:*', 'sts:*:*'],
    ...['iam:*:*User*', 'iam::*', 'iam:agencies:*', 'iam:roles:*', 'iam:*:?reate*'],
  ),
)
const patterns = fc.array(pattern, { minLength: 1, maxLength: 3 })

const legacyAllow = fc
  .tuple(patterns, fc.boolean(), fc.option(patterns, { nil: undefined }), fc.boolean())
  .map(
    ([list, not, except, twins]): Bare => ({
      ...{ effect: 'Allow', [not ? 'notAction' : 'action']: list },
      ...(except === undefined ? {} : { except }),
      ...(twins ? { twins: true } : {}),
    }),
  )
const deny = fc
  .tuple(patterns, fc.boolean())
  .map(([list, not]): Bare => ({ effect: 'Deny', [not ? 'notAction' : 'action']: list }))

export const sources = fc.array(
  fc.array(fc.oneof({ weight: 2, arbitrary: legacyAllow }, { weight: 1, arbitrary: deny }), {
    minLength: 1,
    maxLength: 3,
  }),
  { minLength: 1, maxLength: 3 },
)

export const permission: fc.Arbitrary<Permission> = fc
  .tuple(patterns, fc.array(pattern, { maxLength: 2 }))
  .map(([actions, except]) => ({ name: 'p', severity: 'high', holds: 'any', actions, except }))

const covers = ({ action, notAction, except = [] }: Bare, name: string): boolean =>
  (action?.some((one) => matches(one, name)) ?? !notAction?.some((one) => matches(one, name))) &&
  !except.some((one) => matches(one, name))

/** Names that a source grants: what is allowed and not denied, and the twins of that. */
function granted(statements: readonly Bare[]): ReadonlySet<string> {
  const denied = (name: string): boolean =>
    statements.some((one) => one.effect === 'Deny' && covers(one, name))
  const held = new Set<string>()
  for (const one of statements) {
    if (one.effect === 'Deny') continue
    for (const name of names) if (covers(one, name) && !denied(name)) held.add(name)
    if (one.twins === true)
      for (const { original, twin } of legacyTwins)
        if (covers(one, original) && !denied(original)) held.add(twin)
  }
  return held
}

/** The first name about which the evaluator and the second model disagree; null where they agree. */
export function disagreementAbout(
  ofSources: readonly (readonly Bare[])[],
  permission: Permission,
): string | null {
  const documents = new Map(
    ofSources.map((statements, at): [string, ParsedDocument] => [
      `s${at}`,
      { ok: true, statements: statements.map((one, index) => ({ number: index + 1, ...one })) },
    ]),
  )
  const identity = userIdentity({ user_id: 'u', user_name: 'u', urn: null }, { account: '1' })
  const held = createEvaluator({ documents, permissions: [permission], account: '1' }).held(
    [...documents.keys()].map((id) => ({ policies: [id], identity })),
    'p',
  )
  if ('undetermined' in held) throw new Error(held.undetermined)
  const expected = ofSources.map(granted)
  const isAudited = (name: string): boolean =>
    permission.actions.some((one) => matches(one, name)) &&
    !permission.except.some((one) => matches(one, name))
  const wrong = names.find(
    (name) =>
      grantsInclude(held.grants, name) !== (isAudited(name) && expected.some((source) => source.has(name))),
  )
  return wrong ?? null
}

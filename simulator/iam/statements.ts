/** Documents in few words: statements, identity policies, legacy policies and trust policies. */

export type Document = { readonly Version?: string; readonly Statement: unknown } | string

/** A statement that allows. */
export const allow = (action: string | readonly string[], rest: object = {}) => ({
  Effect: 'Allow',
  Action: typeof action === 'string' ? [action] : action,
  ...rest,
})

/** A statement that denies. */
export const deny = (action: string | readonly string[], rest: object = {}) => ({
  ...allow(action, rest),
  Effect: 'Deny',
})

/** An identity policy of these statements. */
export const document = (...Statement: readonly object[]): Document => ({ Version: '5.0', Statement })

/** A legacy policy of these statements. */
export const legacyPolicy = (...Statement: readonly object[]): Document => ({ Version: '1.1', Statement })

/** A legacy role of these statements. */
export const legacyRole = (...Statement: readonly object[]): Document => ({ Version: '1.0', Statement })

/** Trust in principals of IAM: account ids, URNs, `*`. */
export const trustIam = (principals: string | readonly string[], rest: object = {}): Document =>
  document(allow('sts:agencies:assume', { Principal: { IAM: [principals].flat() }, ...rest }))

/** Trust in a cloud service, such as `service.ECS`. */
export const trustService = (service: string): Document =>
  document(allow('sts:agencies:assume', { Principal: { Service: [service] } }))

/** Trust in what an OIDC provider says of these subjects; without subjects, in everybody it knows. */
export const trustOidc = (provider: string, subjects: readonly string[] = [], rest: object = {}): Document =>
  document(
    allow('sts:agencies:assumeWithOIDC', {
      Principal: { Federated: [provider] },
      Condition: {
        StringEquals: { 'oidc:aud': ['sts.huaweicloud.com'] },
        ...(subjects.length === 0 ? {} : { StringMatch: { 'oidc:sub': subjects } }),
      },
      ...rest,
    }),
  )

/** Keys that somebody gave, in the inputs or in the environment. */
import { UserError } from '../../text/problem.ts'
import type { KeySource } from '../http/key-source.ts'
import type { Keys } from '../http/signer.ts'

/** Key families of the environment, each taken whole: half of one never joins half of another. */
export const keyFamilies = [
  ['HUAWEICLOUD_SDK_AK', 'HUAWEICLOUD_SDK_SK', 'HUAWEICLOUD_SDK_SECURITY_TOKEN'],
  ['HW_ACCESS_KEY', 'HW_SECRET_KEY', 'HW_SECURITY_TOKEN'],
  ['HUAWEI_CLOUD_ACCESS_KEY_ID', 'HUAWEI_CLOUD_SECRET_ACCESS_KEY', null],
] as const

/** Whether a key or token can stand in a header: it has no blank, line break or letter that none of them has. */
export function isHeaderText(secret: string): boolean {
  return /^[\x21-\x7e]*$/.test(secret)
}

/** What to say of a key or token that cannot; never what is in it. */
export const notHeaderText =
  'holds a blank, a line break or another character that no key or token has. Store it again, without what was copied along with it.'

/** Keys of the environment; null when no family is complete. @throws UserError when they cannot be sent */
export function keysFromEnvironment(environment: NodeJS.ProcessEnv): Keys | null {
  for (const [access, secret, token] of keyFamilies) {
    const [accessKeyId, secretAccessKey] = [environment[access]?.trim(), environment[secret]?.trim()]
    const securityToken = token === null ? undefined : environment[token]?.trim()
    if (!accessKeyId || !secretAccessKey) continue
    const wrong = [access, secret, token].filter(
      (name) => name !== null && !isHeaderText(environment[name]?.trim() ?? ''),
    )
    if (wrong.length > 0)
      throw new UserError(wrong.map((name) => ({ where: `variable ${name}`, message: notHeaderText })))
    const names = token === null ? `${access} and ${secret}` : `${access}, ${secret} and ${token}`
    const origin = `the variables ${names}`
    return { accessKeyId, secretAccessKey, ...(securityToken ? { securityToken } : {}), origin }
  }
  return null
}

/** Sentences about families of which only one half is set: neither half is used. */
export function halfFamilies(environment: NodeJS.ProcessEnv): string[] {
  return keyFamilies.flatMap(([access, secret]) => {
    const [hasAccess, hasSecret] = [environment[access]?.trim(), environment[secret]?.trim()].map(Boolean)
    if (hasAccess === hasSecret) return []
    return [`${hasAccess ? access : secret} is set and ${hasAccess ? secret : access} is not.`]
  })
}

/** Keys that somebody gave: they cannot be renewed. */
export function givenKeys(keys: Keys): KeySource {
  return {
    keys: async () => keys,
    renew: async () => false,
    staticSecret: keys.securityToken === undefined ? keys.secretAccessKey : null,
  }
}

/** The one place where secrets register: from then on no text of ours has them, nor the log of whoever was asked to hide them. */
import { keyFamilies } from '../cloud/keys/given-keys.ts'
import { Secrets } from '../text/scrub.ts'
import { type InputName, rawInput, secretInputs } from './inputs.ts'

/** Of this process, as the runner's own mask is: whoever obtains a secret adds it, whoever lets a text out asks it. */
const secrets = new Secrets()

/** Whoever else must know of every secret, such as the runner, whose log has other writers too. */
let announce: (secret: string) => void = () => {}

/** Tells of every secret from now on. */
export function onMask(listener: (secret: string) => void): void {
  announce = listener
}

/** Registers a secret, before anything else is done with it. */
export function mask(secret: string): void {
  if (secret.trim() === '') return
  secrets.add(secret)
  announce(secret)
}

/** The text without any secret in play. */
export function scrub(text: string): string {
  return secrets.scrub(text)
}

/** The value with every text in it scrubbed. */
export function scrubAll<T>(value: T): T {
  return secrets.scrubAll(value)
}

/** Variables of the runner and of proxies that hold a secret, in whole or within an address. */
const requestToken = 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'
const proxies = ['http_proxy', 'https_proxy', 'all_proxy']

/** Inputs that are a word of ours, a number or an address: a key in them was pasted into the wrong line. */
const words = [
  ...['mode', 'region', 'trace-region', 'max-rate', 'fail-on', 'fail-on-severity', 'dry-run', 'update'],
  ...['allow-public', 'allow-custom-endpoint', 'expires', 'iam-endpoint', 'sts-endpoint', 'trace-endpoint'],
] as readonly InputName[]
const paths = ['config', 'baseline', 'cache', 'snapshot', 'save-snapshot', 'sarif'] as const

/** Registers everything secret that a run starts with, and tells the runner. */
export function maskEnvironment(environment: NodeJS.ProcessEnv): void {
  for (const value of secretsOf(environment)) mask(value)
}

/** Registers it in a thread that another one has masked it for. */
export function registerSecrets(environment: NodeJS.ProcessEnv): void {
  for (const value of secretsOf(environment)) secrets.add(value)
}

function secretsOf(environment: NodeJS.ProcessEnv): ReadonlySet<string> {
  const given = [
    ...secretInputs.map((name) => rawInput(environment, name)),
    ...keyFamilies.flatMap(([, secret, token]) => [environment[secret], token && environment[token]]),
    environment[requestToken],
    ...Object.entries(environment)
      .filter(([name]) => proxies.includes(name.toLowerCase()))
      .flatMap(([, address]) => passwordOf(address ?? '')),
    ...words.flatMap((name) => partsOf(rawInput(environment, name)).filter(isKeyLike)),
    ...paths.flatMap((name) => partsOf(rawInput(environment, name)).filter(isSurelyKey)),
    // The two halves of a key, exchanged.
    ...[
      rawInput(environment, 'access-key-id'),
      ...keyFamilies.map(([access]) => environment[access] ?? ''),
    ].filter(isKeyLike),
  ]
  return new Set(given.flatMap((value) => value || []))
}

/** The password in the address of a proxy, as written and as meant. */
function passwordOf(address: string): string[] {
  const password = /^(?:[a-z]+:\/\/)?[^/@]*?:(.*)@/i.exec(address)?.[1] ?? ''
  try {
    return [password, decodeURIComponent(password)]
  } catch {
    return [password]
  }
}

function partsOf(text: string): string[] {
  return text.split(/[\s/\\,]+/)
}

/** Twenty letters of both cases and digits in a row: what secret keys and tokens look like. */
function isKeyLike(text: string): boolean {
  return runsOf(text).length > 0
}

/** Files and folders may have long names of words, with a number: keys are longer, or have numbers all over. */
function isSurelyKey(text: string): boolean {
  return runsOf(text).some(
    (run) => (run.length >= 32 && !text.includes('.')) || (run.match(/[0-9]+/g) ?? []).length >= 3,
  )
}

function runsOf(text: string): string[] {
  return (text.match(/[A-Za-z0-9]{20,}/g) ?? []).filter(
    (run) => /[a-z]/.test(run) && /[A-Z]/.test(run) && /[0-9]/.test(run),
  )
}

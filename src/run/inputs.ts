/** Reads the inputs of `action.yml` in one place into one typed object, and reports everything wrong at once. */

import type { DriftKind } from '../audit/model.ts'
import { type EndpointService, isRegion, parseEndpoint } from '../cloud/http/endpoint.ts'
import { isRate } from '../cloud/http/pace.ts'
import { isHeaderText, notHeaderText } from '../cloud/keys/given-keys.ts'
import type { Severity } from '../policy/types.ts'
import { isDay } from '../text/day.ts'
import { type Problem, UserError } from '../text/problem.ts'

export const modes = ['audit', 'gate', 'update-baseline', 'check'] as const
export type Mode = (typeof modes)[number]

/** What fails the job by default. `was-held` is found only where the config asks for traces. */
export const driftKinds = ['unapproved-holder', 'exceeds-approval', 'approval-expired', 'was-held'] as const
export type FailOn = DriftKind | (typeof driftKinds)[number] | 'no-longer-held'

/** What an update brings up to date by default. */
export const updateDefaults = ['new', 'exceeding', 'expired', 'no-longer-held'] as const
export const updateKinds = [...updateDefaults, 'renew'] as const
export type UpdateKind = (typeof updateKinds)[number]

const severities = ['critical', 'high', 'medium', 'low'] as const

/** Every input with its default, as `action.yml` declares it (a test holds the two together). */
export const inputDefaults = {
  mode: 'auto',
  config: '.github/iam-audit.yml',
  baseline: '.github/iam-baseline.json',
  'access-key-id': '',
  'secret-access-key': '',
  'security-token': '',
  'oidc-provider-urn': '',
  'agency-urn': '',
  'oidc-audience': 'sts.huaweicloud.com',
  region: 'ap-southeast-1',
  'trace-region': '',
  'trace-endpoint': '',
  'iam-endpoint': 'https://iam.myhuaweicloud.com',
  'sts-endpoint': '',
  'allow-custom-endpoint': 'false',
  'allow-public': 'false',
  'max-rate': '10',
  cache: '',
  'cache-secret': '',
  snapshot: '',
  'save-snapshot': '',
  'fail-on': driftKinds.join(','),
  'fail-on-severity': 'low',
  sarif: '',
  'dry-run': 'false',
  update: updateDefaults.join(','),
  users: '',
  justification: '',
  owner: '',
  expires: '',
  'github-token': '',
} as const

export type InputName = keyof typeof inputDefaults

/** Inputs whose value is a secret: masked before anything else happens. */
export const secretInputs = [
  'secret-access-key',
  'security-token',
  'cache-secret',
  'github-token',
] as const satisfies readonly InputName[]

export interface Inputs {
  readonly mode: Mode | 'auto'
  readonly config: string
  readonly baseline: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly securityToken: string
  readonly oidcProviderUrn: string
  readonly agencyUrn: string
  readonly oidcAudience: string
  readonly region: string
  /** Region whose Cloud Trace Service has the account's traces of IAM. */
  readonly traceRegion: string
  /** Empty: the endpoint of `traceRegion`. */
  readonly traceEndpoint: string
  readonly iamEndpoint: string
  /** Empty: the regional endpoint of `region`. */
  readonly stsEndpoint: string
  readonly allowCustomEndpoint: boolean
  readonly allowPublic: boolean
  /** Requests a second. */
  readonly maxRate: number
  readonly cache: string
  readonly cacheSecret: string
  readonly snapshot: string
  readonly saveSnapshot: string
  readonly failOn: ReadonlySet<FailOn>
  readonly failOnSeverity: Severity
  readonly sarif: string
  readonly dryRun: boolean
  readonly update: ReadonlySet<UpdateKind>
  readonly users: readonly string[]
  readonly justification: string
  readonly owner: string
  /** UTC day or empty. */
  readonly expires: string
  readonly githubToken: string
}

/** The raw value of an input as the runner hands it over, trimmed; the default where it is absent or empty. */
export function rawInput(environment: NodeJS.ProcessEnv, name: InputName): string {
  return environment[`INPUT_${name.toUpperCase()}`]?.trim() || inputDefaults[name]
}

/** How an input is named where it is asked for: in the words of whoever can correct it. */
export type InputWords = (name: InputName) => string

/**
 * All inputs of the action, parsed.
 *
 * @throws UserError with one problem for every input that is not what `action.yml` says.
 */
export function readInputs(environment: NodeJS.ProcessEnv): Inputs {
  return parseInputs(
    (name) => rawInput(environment, name),
    (name) => `input ${name}`,
  )
}

/**
 * Inputs by their texts, wherever those come from.
 *
 * @throws UserError with one problem for every input that is not what `action.yml` says.
 */
export function parseInputs(raw: (name: InputName) => string, words: InputWords): Inputs {
  const problems: Problem[] = []
  const wrong = (name: InputName, allowed: string) =>
    problems.push({ where: words(name), message: `found ${quoted(raw(name))}; allowed: ${allowed}.` })

  const oneOf = <T extends string>(name: InputName, allowed: readonly T[]): T => {
    const found = allowed.find((value) => value === raw(name))
    if (found === undefined) wrong(name, allowed.join(', '))
    return found ?? (allowed[0] as T)
  }
  const setOf = <T extends string>(name: InputName, allowed: readonly T[], none = false): ReadonlySet<T> => {
    const values = listOf(raw(name))
    if (none && values.length === 1 && values[0] === 'none') return new Set()
    const known = values.filter((value): value is T => allowed.some((one) => one === value))
    if (known.length !== values.length || values.length === 0)
      wrong(name, `${allowed.join(', ')} separated by commas${none ? '; or none' : ''}`)
    return new Set(known)
  }
  const yesOrNo = (name: InputName): boolean => {
    const value = raw(name).toLowerCase()
    if (value !== 'true' && value !== 'false') wrong(name, 'true, false')
    return value === 'true'
  }
  const rate = Number(raw('max-rate'))
  if (!isRate(rate)) wrong('max-rate', 'a number above 0 and up to 1000 (requests a second)')
  if (raw('expires') !== '' && !isDay(raw('expires'))) wrong('expires', 'a day that exists, as YYYY-MM-DD')
  if (raw('users') !== '' && listOf(raw('users')).length === 0)
    wrong('users', 'names or ids separated by commas or line breaks; or nothing, for everybody')

  const inputs: Inputs = {
    mode: oneOf('mode', ['auto', ...modes]),
    config: raw('config'),
    baseline: raw('baseline'),
    accessKeyId: raw('access-key-id'),
    secretAccessKey: raw('secret-access-key'),
    securityToken: raw('security-token'),
    oidcProviderUrn: raw('oidc-provider-urn'),
    agencyUrn: raw('agency-urn'),
    oidcAudience: raw('oidc-audience'),
    region: raw('region'),
    traceRegion: raw('trace-region') || traceRegionOf(raw('region')),
    traceEndpoint: raw('trace-endpoint'),
    iamEndpoint: raw('iam-endpoint'),
    stsEndpoint: raw('sts-endpoint'),
    allowCustomEndpoint: yesOrNo('allow-custom-endpoint'),
    allowPublic: yesOrNo('allow-public'),
    maxRate: rate,
    cache: raw('cache'),
    cacheSecret: raw('cache-secret'),
    snapshot: raw('snapshot'),
    saveSnapshot: raw('save-snapshot'),
    failOn: setOf('fail-on', [...driftKinds, 'no-longer-held'], true),
    failOnSeverity: oneOf('fail-on-severity', severities),
    sarif: raw('sarif'),
    dryRun: yesOrNo('dry-run'),
    update: setOf('update', updateKinds),
    users: listOf(raw('users')),
    justification: raw('justification'),
    owner: raw('owner'),
    expires: raw('expires'),
    githubToken: raw('github-token'),
  }
  problems.push(...unusable(raw, words), ...endpointProblems(inputs, words), ...contradictions(inputs, words))
  if (problems.length > 0) throw new UserError(problems)
  return inputs
}

/** Keys and tokens that no header can carry, and names that the cloud does not have. Secrets are not quoted. */
function unusable(raw: (name: InputName) => string, words: InputWords): Problem[] {
  const sent = ['access-key-id', 'secret-access-key', 'security-token', 'github-token'] as const
  const urns = [
    ['oidc-provider-urn', 'oidcProvider'],
    ['agency-urn', 'agency'],
  ] as const
  return [
    ...sent
      .filter((name) => !isHeaderText(raw(name)))
      .map((name) => ({ where: words(name), message: notHeaderText })),
    ...urns
      .filter(([name, type]) => raw(name) !== '' && !new RegExp(`^iam::[^:]+:${type}:.`).test(raw(name)))
      .map(([name, type]) => ({
        where: words(name),
        message: `found ${quoted(raw(name))}; allowed: iam::<account id>:${type}:<name>.`,
      })),
  ]
}

/** Endpoints that keys may not be sent to. */
function endpointProblems(inputs: Inputs, words: InputWords): Problem[] {
  const { region, traceRegion, iamEndpoint, stsEndpoint, traceEndpoint, allowCustomEndpoint } = inputs
  const problems: Problem[] = []
  for (const [name, text] of [
    ['region', region],
    ['trace-region', traceRegion],
  ] as const)
    if (!isRegion(text))
      problems.push({
        where: words(name),
        message: `found ${quoted(text)}; allowed: the name of a region, such as ap-southeast-1.`,
      })
  const endpoints: readonly (readonly [InputName, string, EndpointService])[] = [
    ['iam-endpoint', iamEndpoint, 'iam'],
    ['sts-endpoint', stsEndpoint, 'sts'],
    ['trace-endpoint', traceEndpoint, 'cts'],
  ]
  for (const [name, text, service] of endpoints)
    try {
      if (text !== '') parseEndpoint(text, service, allowCustomEndpoint)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      problems.push(...error.problems.map((problem) => ({ ...problem, where: words(name) })))
    }
  return problems
}

/** IAM is a global service: its traces are kept in one region of each of Huawei's partitions. */
function traceRegionOf(region: string): string {
  return region.startsWith('cn-') ? 'cn-north-4' : 'ap-southeast-1'
}

/** Inputs that are right one by one and wrong together. */
function contradictions(inputs: Inputs, words: InputWords): Problem[] {
  const problems: Problem[] = []
  const clash = (name: InputName, message: string, remedy: string) =>
    problems.push({ where: words(name), message, remedy })
  if (inputs.oidcProviderUrn !== '' && inputs.agencyUrn === '')
    clash('agency-urn', 'is empty while oidc-provider-urn is set.', 'Name the agency to act as.')
  if (inputs.oidcProviderUrn !== '' && inputs.accessKeyId !== '')
    clash(
      'oidc-provider-urn',
      'is set together with access-key-id; one way to the cloud is enough.',
      'Remove one of them.',
    )
  if ((inputs.accessKeyId === '') !== (inputs.secretAccessKey === ''))
    clash(
      inputs.accessKeyId === '' ? 'access-key-id' : 'secret-access-key',
      'is empty while its counterpart is set.',
      'Set both or neither; a secret that does not exist, or that a fork may not read, is empty.',
    )
  if (inputs.securityToken !== '' && inputs.accessKeyId === '')
    clash('security-token', 'is set without access-key-id.', 'Set the keys that the token belongs to.')
  if (inputs.snapshot !== '' && inputs.saveSnapshot !== '')
    clash('save-snapshot', 'is set together with snapshot, which crawls nothing.', 'Remove one of them.')
  return problems
}

function listOf(text: string): string[] {
  return text
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** Whether the text is a calendar day that exists, as `YYYY-MM-DD`. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)
}

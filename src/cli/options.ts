/** Options of the commands: the inputs of the action under the same names, from a command line. */
import { type InputName, type Inputs, inputDefaults, parseInputs, rawInput } from '../run/inputs.ts'

/** An option that is an input of the action. */
export interface InputOption {
  readonly name: InputName
  /** What stands for the value; null: the option is a switch. */
  readonly value: string | null
  readonly help: string
}

const option = (name: InputName, value: string | null, help: string): InputOption => ({ name, value, help })

/** Where the account is read from. */
export const accountOptions: readonly InputOption[] = [
  option('snapshot', 'file', 'ask a saved snapshot, and no cloud'),
  option('agency-urn', 'urn', 'assume this agency with the keys of the environment'),
  option('region', 'region', 'region of the STS endpoint'),
  option('iam-endpoint', 'url', 'endpoint of IAM'),
  option('sts-endpoint', 'url', 'endpoint of STS (default: that of the region)'),
  option('trace-region', 'region', 'region whose Cloud Trace Service has the traces of IAM'),
  option('trace-endpoint', 'url', 'endpoint of the Cloud Trace Service'),
  option('allow-custom-endpoint', null, 'send the keys to hosts that are not of Huawei Cloud'),
  option('max-rate', 'number', 'requests a second to the cloud, at most'),
  option('cache', 'folder', 'keep policy documents there, authenticated by the secret key'),
]

export const configOption = option('config', 'file', 'audited-permission list and settings')
export const baselineOption = option('baseline', 'file', 'approvals')
export const saveSnapshotOption = option('save-snapshot', 'file', 'save what was crawled')

export const failOptions: readonly InputOption[] = [
  option('fail-on', 'kinds', 'drift that makes the exit code 1, separated by commas; or none'),
  option('fail-on-severity', 'severity', 'drift below it is reported, and the exit code is 0'),
]

export const updateOptions: readonly InputOption[] = [
  option('update', 'kinds', 'what to bring up to date: new, exceeding, expired, no-longer-held, renew'),
  option('users', 'names', 'for these principals alone, by name, id or kind:id, separated by commas'),
  option('justification', 'text', 'why, in every entry that is written'),
  option('owner', 'name', 'owner of every entry that is written'),
  option('expires', 'day', 'last day of every entry that is written, as YYYY-MM-DD'),
]

/** What a command line gives, as the runner would hand it over: no variable of a runner counts beside it. */
export function inputEnvironment(
  environment: NodeJS.ProcessEnv,
  given: ReadonlyMap<InputName, string>,
): NodeJS.ProcessEnv {
  const own = Object.entries(environment).filter(([name]) => !name.startsWith('INPUT_'))
  const inputs = [...given].map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])
  return Object.fromEntries([...own, ...inputs])
}

/** All inputs; those that no option gives have the defaults of the action. @throws UserError that names the options */
export function optionInputs(environment: NodeJS.ProcessEnv): Inputs {
  return parseInputs(
    (name) => rawInput(environment, name),
    (name) => `--${name}`,
  )
}

/** What stands in the help where nothing is given; null for what is empty. */
export function defaultOf(name: InputName): string | null {
  return inputDefaults[name] === '' || inputDefaults[name] === 'false' ? null : inputDefaults[name]
}

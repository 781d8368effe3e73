/** The command line: what there is to ask, and what was asked. Parses and nothing else. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import type { InputName } from '../run/inputs.ts'
import { VERSION } from '../run/tool.ts'
import { UserError } from '../text/problem.ts'
import { type Format, formats } from './command.ts'
import {
  accountOptions,
  baselineOption,
  configOption,
  defaultOf,
  failOptions,
  type InputOption,
  saveSnapshotOption,
  updateOptions,
} from './options.ts'

export const commandNames = [
  ...(['audit', 'gate', 'update-baseline', 'check', 'snapshot', 'explain', 'who-can', 'init'] as const),
  'completion',
] as const
export type CommandName = (typeof commandNames)[number]

/** What was asked. */
export interface Request {
  readonly command: CommandName
  readonly words: readonly string[]
  /** Options that are inputs of the action. */
  readonly inputs: ReadonlyMap<InputName, string>
  /** The others. */
  readonly own: Readonly<Record<string, string | true>>
  readonly format: Format
  /** `-`: standard output. */
  readonly out: string
}

/** A request, or a text that answers at once, such as the help. */
export type Parsed = Request | { readonly text: string }

/** An option that only the shell has. */
interface OwnOption {
  readonly name: string
  readonly value: string | null
  readonly help: string
}

interface CommandRow {
  readonly name: CommandName
  readonly words: readonly string[]
  readonly about: string
  readonly exitCodes: string
  readonly inputs: readonly InputOption[]
  readonly own: readonly OwnOption[]
  readonly formats: readonly Format[]
}

const ids = { name: 'ids', value: null, help: 'show ids beside names' }
const anyway = { name: 'ask-anyway', value: null, help: 'ask about an action that nothing knows' }

const rows: readonly CommandRow[] = [
  {
    name: 'audit',
    words: [],
    about: 'who holds what is audited, and is each of them approved',
    exitCodes: '0 all approved; 1 drift, incomplete, or no baseline yet; 2 not asked as it can be',
    inputs: [configOption, baselineOption, ...failOptions, ...accountOptions, saveSnapshotOption],
    own: [
      ids,
      { name: 'holders', value: null, help: 'list all holders, not only on a first run' },
      {
        name: 'artifacts',
        value: 'folder',
        help: 'also write every format there, and the proposed baseline',
      },
    ],
    formats,
  },
  {
    name: 'gate',
    words: [],
    about: 'judge what the working tree changes in the approvals, against a branch of this repository',
    exitCodes: '0 passed; 1 failed; 2 not asked as it can be',
    inputs: [configOption, baselineOption, ...accountOptions],
    own: [
      { name: 'base', value: 'ref', help: 'branch or commit that the change is for, such as origin/main' },
    ],
    formats: ['text', 'json', 'markdown'],
  },
  {
    name: 'update-baseline',
    words: [],
    about: 'rewrite the baseline from what is held now',
    exitCodes: '0 written, or nothing to change; 1 incomplete, nothing written; 2 not asked as it can be',
    inputs: [configOption, baselineOption, ...updateOptions, ...accountOptions, saveSnapshotOption],
    own: [],
    formats: ['text', 'json', 'markdown'],
  },
  {
    name: 'check',
    words: [],
    about: 'try every permission that the audit needs, and write nothing',
    exitCodes: '0 nothing is missing; 1 something is; 2 no keys, or wrong ones',
    inputs: [configOption, baselineOption, ...accountOptions.filter(({ name }) => name !== 'snapshot')],
    own: [],
    formats: ['text', 'json', 'markdown'],
  },
  {
    name: 'snapshot',
    words: [],
    about: 'save the account, so that questions can be asked of the file',
    exitCodes: '0 saved; 2 not asked as it can be',
    inputs: accountOptions.filter(({ name }) => name !== 'snapshot'),
    own: [],
    formats: [],
  },
  {
    name: 'explain',
    words: ['<principal>', '[action]'],
    about: 'why somebody holds an action or does not; without one, what of all that is audited',
    exitCodes: '0 yes; 1 no; 2 not asked as it can be; 3 cannot be decided',
    inputs: [configOption, ...accountOptions],
    own: [ids, anyway],
    formats: ['text', 'json'],
  },
  {
    name: 'who-can',
    words: ['<action>'],
    about: 'everybody who holds an action, or some action of a pattern, and how',
    exitCodes: '0 somebody; 1 nobody; 2 not asked as it can be; 3 cannot be decided',
    inputs: accountOptions,
    own: [ids, anyway],
    formats: ['text', 'json'],
  },
  {
    name: 'init',
    words: [],
    about: 'write config, workflows, CODEOWNERS and the policies of the auditor into this repository',
    exitCodes: '0 written; 1 some files were there and were kept; 2 not asked as it can be',
    inputs: [],
    own: [
      { name: 'account', value: 'id', help: 'account id in Huawei Cloud' },
      { name: 'repository', value: 'owner/name', help: 'this repository on GitHub' },
      { name: 'region', value: 'region', help: 'region of the STS endpoint (default: ap-southeast-1)' },
      { name: 'branch', value: 'name', help: 'default branch (default: main)' },
      {
        name: 'reviewers',
        value: 'handle',
        help: 'who owns the approvals (default: the team security of the owner)',
      },
      {
        name: 'action',
        value: 'owner/name@commit',
        help: 'what the workflows run (default: this very version)',
      },
      { name: 'force', value: null, help: 'overwrite files that are there' },
    ],
    formats: [],
  },
  {
    name: 'completion',
    words: ['<shell>'],
    about: 'print completions for bash, zsh or fish',
    exitCodes: '0 printed; 2 not asked as it can be',
    inputs: [],
    own: [],
    formats: [],
  },
]

/** Parses what stands after the name of the program. @throws UserError for what is no command line of it */
export function parseCommandLine(args: readonly string[]): Parsed {
  let parsed: Parsed | null = null
  let shown = ''
  const program = programOf({
    show: (text) => {
      shown += text
    },
    onRequest: (request) => {
      parsed = request
    },
  })
  try {
    program.parse(args.length === 0 ? ['--help'] : [...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return { text: shown }
    throw new UserError(
      `${error.message.replace(/^error: /, '').replaceAll('\n', ' ')}. See iam-audit ${commandOf(args)}--help`,
    )
  }
  return parsed ?? { text: shown }
}

function commandOf([first = '']: readonly string[]): string {
  return commandNames.some((name) => name === first) ? `${first} ` : ''
}

interface Doors {
  readonly show: (text: string) => void
  readonly onRequest: (request: Request) => void
}

/** The whole program, of which each command hands over its request. */
export function programOf({ show, onRequest }: Doors): Command {
  const program = new Command('iam-audit')
  const setUp = (command: Command): Command =>
    command
      .exitOverride()
      .configureOutput({ writeOut: show, writeErr: () => {}, getOutHelpWidth: () => 100 })
      .showSuggestionAfterError()
  setUp(program)
    .description('Who can administer IAM in a Huawei Cloud account, and was each of them approved in review?')
    .version(VERSION)
    .helpCommand(false)
    .addHelpText(
      'after',
      `
Keys are read from the environment: HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK (and
HUAWEICLOUD_SDK_SECURITY_TOKEN), HW_ACCESS_KEY and HW_SECRET_KEY (and HW_SECURITY_TOKEN), or
HUAWEI_CLOUD_ACCESS_KEY_ID and HUAWEI_CLOUD_SECRET_ACCESS_KEY.`,
    )
  for (const row of rows) {
    const command = setUp(program.command(row.name)).description(row.about)
    for (const word of row.words) command.argument(word)
    for (const { name, value, help } of row.inputs) command.addOption(inputOption(name, value, help))
    for (const { name, value, help } of row.own) command.addOption(new Option(flags(name, value), help))
    addOutput(command, row)
    command.addHelpText('after', `\nExit codes: ${row.exitCodes}`)
    command.action(() => onRequest(requestOf(command, row)))
  }
  return program
}

function flags(name: string, value: string | null): string {
  return value === null ? `--${name}` : `--${name} <${value}>`
}

function inputOption(name: InputName, value: string | null, help: string): Option {
  const fallback = defaultOf(name)
  return new Option(flags(name, value), fallback === null ? help : `${help} (default: ${fallback})`)
}

function addOutput(command: Command, { formats: possible, name }: CommandRow): void {
  if (possible.length > 0)
    command
      .addOption(
        new Option('--format <format>', `${possible.join(', ')} (default: text)`).argParser(
          (text: string) => {
            if (possible.some((one) => one === text)) return text
            throw new InvalidArgumentError(`Allowed: ${possible.join(', ')}.`)
          },
        ),
      )
      .addOption(new Option('--json', 'the same as --format json'))
  if (!['init', 'completion'].includes(name))
    command.addOption(new Option('--out <file>', 'write the answer there (default: standard output)'))
}

function requestOf(command: Command, row: CommandRow): Request {
  const given = command.opts<Record<string, string | true | undefined>>()
  const textOf = (name: string): string | true | undefined => given[camelCase(name)]
  const inputs = new Map<InputName, string>()
  for (const { name } of row.inputs) {
    const value = textOf(name)
    if (value !== undefined) inputs.set(name, String(value))
  }
  const own = row.own.flatMap(({ name }) => {
    const value = textOf(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  const format = given.json === true ? 'json' : (given.format as Format | undefined)
  if (given.json === true && given.format !== undefined && given.format !== 'json')
    throw new UserError(`--json and --format ${String(given.format)} contradict each other.`)
  return {
    ...{ command: row.name, words: command.args, inputs, own: Object.fromEntries(own) },
    format: format ?? 'text',
    out: typeof given.out === 'string' ? given.out : '-',
  }
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** The process of `iam-audit`: one request, one answer, one exit code. */
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CloudError } from '../cloud/http/cloud-error.ts'
import { visible } from '../render/escape.ts'
import { registerSecrets, scrub } from '../run/secrets.ts'
import { UserError } from '../text/problem.ts'
import { auditCommand } from './audit.ts'
import { checkCommand } from './check.ts'
import { endQuietlyWhenClosed, goOnWhenClosed } from './closed-pipe.ts'
import type { Answer, CommandRun, ExitCode } from './command.ts'
import { completionCommand } from './completion.ts'
import { explainCommand } from './explain.ts'
import { gateCommand } from './gate.ts'
import { harmless } from './harmless.ts'
import { initCommand } from './init/init.ts'
import { inputEnvironment, optionInputs } from './options.ts'
import { type CommandName, parseCommandLine, type Request } from './program.ts'
import { snapshotCommand } from './snapshot.ts'
import { updateCommand } from './update-baseline.ts'
import { whoCanCommand } from './who-can.ts'

const commands: Readonly<Record<CommandName, (run: CommandRun) => Promise<Answer>>> = {
  audit: auditCommand,
  gate: gateCommand,
  'update-baseline': updateCommand,
  check: checkCommand,
  snapshot: snapshotCommand,
  explain: explainCommand,
  'who-can': whoCanCommand,
  init: initCommand,
  completion: completionCommand,
}

/** Runs one command as the process it is. Never throws; sets the exit code. */
export async function main(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<void> {
  endQuietlyWhenClosed(process.stdout)
  goOnWhenClosed(process.stderr)
  // Before anything else: whatever is printed or written from here on, the secrets are not in it.
  registerSecrets(inputEnvironment(environment, new Map()))
  process.exitCode = await answered(args, environment).catch(failed)
}

async function answered(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<ExitCode> {
  const request = parseCommandLine(args)
  if ('text' in request) {
    process.stdout.write(request.text)
    return 0
  }
  const run = runOf(request, environment)
  const { output, notes, exitCode } = await commands[request.command](run)
  process.exitCode = exitCode
  for (const note of notes) say(note)
  await write(typeof output === 'string' ? scrub(output) : output, request)
  return exitCode
}

function runOf({ command, words, inputs, own, format, out }: Request, given: NodeJS.ProcessEnv): CommandRun {
  const environment = inputEnvironment(given, inputs)
  registerSecrets(environment)
  return {
    ...{ inputs: optionInputs(environment), environment, words, format, now: Date.now() },
    own: { ...own, ...(command === 'snapshot' ? { out } : {}) },
    folder: process.cwd(),
    log: { info: progress, warning: say },
    sessionName: 'iam-audit-shell',
    idToken: null,
    withoutKeys: {
      lookedAt: 'the option --snapshot',
      hint: 'In a pipeline, a variable that is protected or masked away is empty.',
    },
  }
}

async function write(output: string | Uint8Array, { out, format }: Request): Promise<void> {
  if (out === '-') {
    process.stdout.write(typeof output === 'string' ? harmless(output, format) : output)
    return
  }
  try {
    // For its owner alone: it names everybody and what they may do.
    await writeFile(resolve(out), output, { mode: 0o600 })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new UserError(
      [{ where: out, message: `cannot be written (${code}).`, remedy: 'Name a file that can.' }],
      { cause },
    )
  }
}

/** What goes on, for somebody who watches. */
function progress(line: string): void {
  if (process.stderr.isTTY) say(line)
}

function say(line: string): void {
  process.stderr.write(`${harmless(scrub(visible(line)), 'text')}\n`)
}

/** What is wrong, a line for each problem. Mistakes and refusals show no stack. */
function failed(error: unknown): ExitCode {
  const isExpected = error instanceof UserError || error instanceof CloudError
  const message = error instanceof Error ? error.message : String(error)
  if (isExpected) for (const line of message.split('\n')) say(`iam-audit: ${line}`)
  else {
    say(`iam-audit: failed unexpectedly: ${message}. Report it with what IAM_AUDIT_DEBUG=1 shows.`)
    if (process.env.IAM_AUDIT_DEBUG && error instanceof Error)
      for (const line of (error.stack ?? '').split('\n')) say(line)
  }
  return 2
}

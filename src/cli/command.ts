/** What the shell commands share: their arguments, the snapshot they read, and how they end. */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { UserError } from '../problem.ts'
import { visible } from '../render/escape.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { readSnapshot } from '../snapshot/snapshot-file.ts'

export interface Command {
  readonly usage: string
  /** How many words may follow the options, at least and at most. */
  readonly words: readonly [least: number, most: number]
  /** Answers in lines of text; names of the cloud must have been made visible. @throws UserError */
  readonly answer: (question: Question) => readonly string[]
}

export interface Question {
  readonly snapshot: Snapshot
  readonly words: readonly string[]
  /** Text and path of the file that `--config` names; null without it. */
  readonly config: { readonly text: string; readonly path: string } | null
}

/** What a command has to say, and to which end: 0 answered, 2 not asked as it can be. */
export interface Answer {
  readonly output: string
  readonly errors: string
  readonly exitCode: 0 | 2
}

/**
 * Runs a command.
 *
 * @param now milliseconds since the epoch, to tell how old the snapshot is
 */
export function answerCommand(command: Command, args: readonly string[], now: number): Answer {
  try {
    const { snapshotPath, configPath, words } = readArguments(command, args)
    const { snapshot, warning } = readSnapshot(readFile(snapshotPath), snapshotPath, now)
    const config =
      configPath === undefined
        ? null
        : { text: new TextDecoder().decode(readFile(configPath)), path: configPath }
    const output = `${command.answer({ snapshot, words, config }).join('\n')}\n`
    return { output, errors: warning === null ? '' : `${visible(warning)}\n`, exitCode: 0 }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const lines = error.message.split('\n').map(visible)
    return { output: '', errors: `${lines.join('\n')}\n`, exitCode: 2 }
  }
}

/** Runs a command as the process it is: answers on the output, errors beside it. */
export function runCommand(command: Command): void {
  const { output, errors, exitCode } = answerCommand(command, process.argv.slice(2), Date.now())
  process.stderr.write(errors)
  process.stdout.write(output)
  process.exitCode = exitCode
}

function readArguments(
  { usage, words: [least, most] }: Command,
  args: readonly string[],
): {
  readonly snapshotPath: string
  readonly configPath: string | undefined
  readonly words: readonly string[]
} {
  const wrong = (why: string): never => {
    throw new UserError(`${why}\nUsage: ${usage}`)
  }
  const { values, positionals } = (() => {
    try {
      return parseArgs({
        args: [...args],
        options: { snapshot: { type: 'string' }, config: { type: 'string' } },
        allowPositionals: true,
      })
    } catch (error) {
      return wrong((error as Error).message)
    }
  })()
  if (values.snapshot === undefined)
    return wrong(
      'No snapshot is named; save-snapshot of the action writes one, and so does npm run snapshot.',
    )
  if (positionals.length < least || positionals.length > most)
    return wrong(
      `${positionals.length} words follow the options, where ${least === most ? least : `${least} to ${most}`} may.`,
    )
  return { snapshotPath: values.snapshot, configPath: values.config, words: positionals }
}

function readFile(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UserError(
      [
        {
          where: path,
          message: `cannot be read (${code ?? 'unknown error'}).`,
          remedy: 'Name a file that can.',
        },
      ],
      { cause: error },
    )
  }
}

/** What a command is given, and what it comes to. */
import type { AccountRun } from '../run/account-run.ts'

/** Yes or green, no or red, not asked as it can be, undecided. */
export type ExitCode = 0 | 1 | 2 | 3

export const formats = ['text', 'json', 'markdown', 'html', 'sarif'] as const
export type Format = (typeof formats)[number]

export interface CommandRun extends AccountRun {
  /** Where relative paths begin. */
  readonly folder: string
  readonly format: Format
  /** Words after the options. */
  readonly words: readonly string[]
  /** Values of options that are no input of the action, by their names; a switch is `true`. */
  readonly own: Readonly<Record<string, string | true>>
  /** Milliseconds since the epoch. */
  readonly now: number
}

export interface Answer {
  /** Written to standard output, or to the file of `--out`. */
  readonly output: string | Uint8Array
  /** Said beside it, a line each. */
  readonly notes: readonly string[]
  readonly exitCode: ExitCode
}

/** The value of an option that takes one; null where it is not given. */
export function optionValue({ own }: CommandRun, name: string): string | null {
  const value = own[name]
  return typeof value === 'string' ? value : null
}

/** Lines as a text that ends with a line break. */
export function textOf(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`
}

/** JSON as people can read it too. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

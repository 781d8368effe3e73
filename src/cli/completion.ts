/** `iam-audit completion SHELL`: the names of commands and options, for a shell that completes them. */
import { UserError } from '../text/problem.ts'
import { quoteText } from '../text/quote.ts'
import type { Answer, CommandRun } from './command.ts'
import { programOf } from './program.ts'

/** Options of each command. */
type Names = ReadonlyMap<string, readonly string[]>

const shells: Readonly<Record<string, (names: Names) => string>> = { bash, zsh, fish }

/** Prints. @throws UserError for a shell that nothing is known of */
export async function completionCommand({ words: [shell = ''] }: CommandRun): Promise<Answer> {
  const script = shells[shell]
  if (script === undefined)
    throw new UserError(
      `${quoteText(shell)} is no shell known here; there are ${Object.keys(shells).join(', ')}.`,
    )
  return { output: script(names()), notes: [], exitCode: 0 }
}

function names(): Names {
  const program = programOf({ show: () => {}, onRequest: () => {} })
  return new Map(
    program.commands.map((command) => [
      command.name(),
      [...command.options.map((option) => option.long ?? ''), '--help'],
    ]),
  )
}

function bash(all: Names): string {
  const cases = [...all].map(([command, options]) => `    ${command}) words="${options.join(' ')}" ;;`)
  return `# Put it into ~/.bashrc: eval "$(iam-audit completion bash)"
_iam_audit() {
  local word="\${COMP_WORDS[COMP_CWORD]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${[...all.keys()].join(' ')} --help --version" -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$words" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _iam_audit iam-audit
`
}

function zsh(all: Names): string {
  const cases = [...all].map(([command, options]) => `    ${command}) compadd -- ${options.join(' ')} ;;`)
  return `#compdef iam-audit
# Put it into ~/.zshrc: eval "$(iam-audit completion zsh)"
_iam_audit() {
  if (( CURRENT == 2 )); then
    compadd -- ${[...all.keys()].join(' ')} --help --version
    return
  fi
  if [[ $PREFIX != -* ]]; then
    _files
    return
  fi
  case $words[2] in
${cases.join('\n')}
  esac
}
compdef _iam_audit iam-audit
`
}

function fish(all: Names): string {
  const commands = [...all.keys()].join(' ')
  const options = [...all].flatMap(([command, list]) =>
    list.map(
      (option) =>
        `complete -c iam-audit -n "__fish_seen_subcommand_from ${command}" -l ${option.replace(/^--/, '')}`,
    ),
  )
  return `# Put it into ~/.config/fish/completions/iam-audit.fish
complete -c iam-audit -n "not __fish_seen_subcommand_from ${commands}" -f -a "${commands}"
${options.join('\n')}
`
}

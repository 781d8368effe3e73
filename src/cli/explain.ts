/** `iam-audit explain PRINCIPAL [ACTION]`: why somebody holds an action or does not, or what of all that is audited. */
import { resolve } from 'node:path'
import { readConfig } from '../config/read-config.ts'
import { expandAliases, newestPresetNames, presetPermission } from '../policy/index.ts'
import type { Permission } from '../policy/types.ts'
import { visible } from '../render/escape.ts'
import { inputDefaults } from '../run/inputs.ts'
import { scrubAll } from '../run/secrets.ts'
import { UserError } from '../text/problem.ts'
import { quoteText } from '../text/quote.ts'
import { answerJson } from './answer-json.ts'
import { askedPermission, doubtsAbout, isLiteral } from './asked-action.ts'
import { type Answer, type CommandRun, jsonText, textOf } from './command.ts'
import { explanationOf, statementLines } from './explanation.ts'
import { readTextFile } from './files.ts'
import { findPrincipal, type Meant } from './find-principal.ts'
import { holderLines, nameOf } from './holder-lines.ts'
import {
  type Asked,
  doubtLines,
  doubtsOf,
  findingsOf,
  hasDoubts,
  readAccount,
  scopeLine,
} from './question.ts'

/** Answers: 0 yes, 1 no, 3 not as far as could be read and decided. @throws UserError, CloudError */
export async function explainCommand(run: CommandRun): Promise<Answer> {
  const [who = '', action = null] = run.words
  const permissions = action === null ? await auditedPermissions(run) : [literalPermission(action)]
  if (action !== null && run.inputs.snapshot === '') doubtsAbout(action, { catalogue: null }, run)
  const { snapshot, warnings } = scrubAll(await readAccount(run, permissions))
  if (action !== null) doubtsAbout(action, snapshot, run)
  const asked = { snapshot, warnings, found: findingsOf(snapshot, permissions, run.now) }
  const meant = findPrincipal(asked.found, who)
  return meant.kind === 'principal'
    ? explained(run, asked, permissions, meant, action)
    : toldAtOnce(run, asked, meant, action)
}

function literalPermission(action: string): Permission {
  if (!isLiteral(action))
    throw new UserError(
      `${quoteText(action)} is no action, which has three parts such as iam:users:createUserV5. For a pattern, ask who-can.`,
    )
  return askedPermission(action)
}

/** What the config audits; without one, the newest presets. @throws UserError */
async function auditedPermissions({
  folder,
  inputs: { config },
}: CommandRun): Promise<readonly Permission[]> {
  const text = await readTextFile(resolve(folder, config), config)
  if (text !== null) return readConfig(text, config).permissions
  if (config !== inputDefaults.config)
    throw new UserError([{ where: config, message: 'is not there.', remedy: 'Name a config that is.' }])
  return newestPresetNames.flatMap((name) => {
    const preset = presetPermission(name)
    // As a config that names it audits it: with the aliases of its actions.
    return preset === null ? [] : [{ ...preset, actions: expandAliases(preset.actions) }]
  })
}

function explained(
  run: CommandRun,
  { snapshot, warnings, found }: Asked,
  permissions: readonly Permission[],
  { principal }: Extract<Meant, { kind: 'principal' }>,
  action: string | null,
): Answer {
  const theirs = found.holdings.filter(
    (one) => one.principal.kind === principal.kind && one.principal.id === principal.id,
  )
  // As the audit has it: of a permission that counts only as a whole, a part makes nobody its holder.
  const [holdings, parts] = [theirs.filter((one) => one.counts), theirs.filter((one) => !one.counts)]
  const doubts = doubtsOf(found, permissions, principal)
  const answer = holdings.length > 0 ? 'yes' : hasDoubts(doubts) ? 'undecided' : 'no'
  const told = action === null ? null : explanationOf(found, principal, action)
  const about = nameOf({ principal, enabled: principal.enabled }, run.own.ids === true)
  const headline =
    action === null
      ? auditedHeadline(about, answer, permissions, holdings.length)
      : actionHeadline(about, visible(action), answer, told?.isTakenAway === true)
  const output =
    run.format === 'json'
      ? jsonText(
          answerJson({ kind: 'explain', action, principal, answer }, found, doubts, holdings, {
            denied: told?.deniedBy ?? [],
            ruledOut: told?.ruledOut ?? [],
          }),
        )
      : textOf([
          headline,
          ...holderLines(holdings, { ids: run.own.ids === true, permission: action === null }),
          ...parts.map(
            ({ permission }) =>
              `Not counted: a part of ${visible(permission)}, which counts only as a whole.`,
          ),
          ...(told === null ? [] : statementLines(told, answer === 'yes')),
          ...doubtLines(doubts),
          scopeLine(snapshot),
        ])
  return { output, notes: warnings.map(visible), exitCode: exitCodes[answer] }
}

const exitCodes = { yes: 0, no: 1, undecided: 3 } as const

function actionHeadline(
  about: string,
  action: string,
  answer: keyof typeof exitCodes,
  isTakenAway: boolean,
): string {
  if (answer === 'yes') return `Yes: ${about} holds ${action}.`
  if (answer === 'undecided')
    return `Undetermined: nothing that was read and decided gives ${action} to ${about}, and not everything was.`
  return isTakenAway
    ? `No: a Deny takes ${action} away from ${about}.`
    : `No: nothing gives ${action} to ${about}.`
}

function auditedHeadline(
  about: string,
  answer: keyof typeof exitCodes,
  permissions: readonly Permission[],
  count: number,
): string {
  const names = permissions.map((one) => visible(one.name)).join(', ')
  if (answer === 'yes')
    return `${about} holds something of ${count} of ${permissions.length} audited permissions:`
  return answer === 'no'
    ? `${about} holds nothing of ${names}.`
    : `${about}: nothing of ${names} was found, and not everything could be read or decided.`
}

/** The root user, and agencies that nobody can assume. */
function toldAtOnce(
  run: CommandRun,
  { snapshot, found, warnings }: Asked,
  meant: Exclude<Meant, { kind: 'principal' }>,
  action: string | null,
): Answer {
  const isRoot = meant.kind === 'root'
  const answer = isRoot ? 'yes' : 'no'
  const headline = isRoot
    ? `Yes: ${visible(meant.root.user)} is the root user and can do everything.`
    : `No: nobody can act as the agency ${visible(meant.agency.agency)}, which ${meant.agency.why === 'expired' ? 'has expired' : 'trusts nobody'}.`
  const nothing = { gaps: [], others: [] }
  const output =
    run.format === 'json'
      ? jsonText(answerJson({ kind: 'explain', action, principal: null, answer }, found, nothing, []))
      : textOf([headline, scopeLine(snapshot)])
  return { output, notes: warnings.map(visible), exitCode: exitCodes[answer] }
}

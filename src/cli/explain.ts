/**
 * `npm run explain -- --snapshot FILE [--config FILE] USER [ACTION]`: why a user holds an action or does not; without
 * one, all that the user holds of what is audited (of the presets, unless a config is named).
 */
import { findHoldings, type HoldingsWithContext } from '../audit/holdings.ts'
import { takeInventory } from '../audit/inventory.ts'
import type { Holding } from '../audit/model.ts'
import { readConfig } from '../config/read-config.ts'
import {
  expandAliases,
  mergeCatalogue,
  presetNames,
  presetPermission,
  shippedCatalogue,
} from '../policy/index.ts'
import type { Permission } from '../policy/types.ts'
import { UserError } from '../problem.ts'
import { visible } from '../render/escape.ts'
import { actionsWords, denyWords, holdingWords } from '../render/words.ts'
import type { Snapshot, User } from '../snapshot/snapshot.ts'
import { type Command, type Question, runCommand } from './command.ts'
import { gapLines, scopeLine } from './doubts.ts'
import { explainForUser } from './explain-action.ts'
import { limitWords, pathLine } from './lines.ts'

export const explain: Command = {
  usage: 'npm run explain -- --snapshot FILE [--config FILE] USER [ACTION]',
  words: [1, 2],
  answer: (question) => {
    const { snapshot, words } = question
    const [name = '', action] = words
    const user = findUser(snapshot, name)
    const about = `${visible(user.user_name)} (${visible(user.user_id)})${user.enabled ? '' : ', disabled'}`
    const lines =
      action === undefined
        ? holdingsOf(user, about, question)
        : explainForUser(user, about, action, snapshot, takeInventory(snapshot))
    return [...lines, scopeLine(snapshot)]
  },
}

/** The user with this id, or else with this name. @throws UserError when nobody or several are meant */
function findUser(snapshot: Snapshot, text: string): User {
  const byId = snapshot.users.find((user) => user.user_id === text)
  const named = byId === undefined ? snapshot.users.filter((user) => user.user_name === text) : [byId]
  const [user] = named
  if (user === undefined)
    throw new UserError(
      `The snapshot has no user whose id or name is ${JSON.stringify(text)}. Names have their letter case.`,
    )
  if (named.length > 1)
    throw new UserError(
      `${named.length} users are called ${JSON.stringify(text)}: ${named.map((one) => one.user_id).join(', ')}. Give an id.`,
    )
  return user
}

/** A preset as a config that names it audits it: with the aliases of its actions. */
function asAudited(preset: Permission | null): Permission[] {
  return preset === null ? [] : [{ ...preset, actions: expandAliases(preset.actions) }]
}

function holdingsOf(user: User, about: string, { snapshot, config }: Question): string[] {
  if (user.is_root_user) return [`${about} is the root user and can do everything.`]
  const permissions: readonly Permission[] =
    config === null
      ? presetNames.flatMap((name) => asAudited(presetPermission(name)))
      : readConfig(config.text, config.path).permissions
  const found = findHoldings({
    ...{ snapshot, permissions, baseline: null, today: snapshot.taken_at.slice(0, 10) },
    catalogue: snapshot.catalogue === null ? shippedCatalogue() : mergeCatalogue(snapshot.catalogue),
    // Only known gaps need digests, and without a baseline there are none.
    sha256: () => '',
  })
  const own = found.holdings.filter((holding) => holding.user_id === user.user_id)
  const gaps = gapLines(found.gaps.filter((gap) => gap.user_ids?.includes(user.user_id) ?? true))
  const asked = permissions.map((permission) => permission.name).join(', ')
  return [
    own.length === 0 && gaps.length > 0
      ? `${about}: nothing of ${asked} was found, and not everything could be told.`
      : `${about} holds ${own.length === 0 ? `nothing of ${asked}.` : `something of ${own.length} of ${permissions.length} audited permissions:`}`,
    ...own.flatMap((holding) => [...holdingLines(holding), ...takenLines(user, holding, found)]),
    ...(gaps.length > 0 ? ['Not determined:', ...gaps] : []),
  ]
}

function holdingLines(holding: Holding): string[] {
  const denies = denyWords(holding.conditional_denies, visible)
  return [
    `  ${holdingWords(holding, visible)}: ${actionsWords(holding, visible)}${limitWords(holding)}`,
    ...holding.paths.map((path) => `    ${pathLine(holding, path)}`),
    ...(denies === null ? [] : [`    ${denies}`]),
  ]
}

/** Deny statements that took a part of the permission away; none binds a member of the built-in group. */
function takenLines(user: User, { permission }: Holding, found: HoldingsWithContext): string[] {
  if (found.adminMembers.has(user.user_id)) return []
  const routes = found.inventory.routes(user.user_id)
  const held = found.heldBy(user, routes, false, permission)
  return (held?.deniedBy ?? []).map(({ policy, statement, pattern }) => {
    const row = found.inventory.policies.get(policy)
    const version = row?.version?.version_id ?? row?.default_version_id ?? ''
    return `    but for what a Deny takes away: ${visible(row?.policy_name ?? policy)} ${visible(version)}, statement ${statement}, ${visible(pattern)}`
  })
}

if (import.meta.main) runCommand(explain)

/** Presets: versioned lists of audited actions, each pattern with its reason. A preset never changes; it gets a new version. */

import type { Permission, Severity } from '../types.ts'
import data from './presets.json' with { type: 'json' }

interface Row {
  readonly pattern: string
  readonly reason: string
}

export interface Preset {
  readonly description: string
  readonly severity: Severity
  readonly holds: Permission['holds']
  readonly actions: readonly Row[]
  readonly except: readonly Row[]
}

/** Every preset by its name with version, such as `iam-administration@1`. */
export const presets: Readonly<Record<string, Preset>> = data as Record<string, Preset>

export const presetNames: readonly string[] = Object.keys(presets)

/** Of each preset the newest version, which is the last. */
export const newestPresetNames: readonly string[] = [
  ...new Map(presetNames.map((name) => [name.slice(0, name.indexOf('@')), name])).values(),
]

/**
 * The permission that a preset stands for, named like the preset without its version; null for a name that is not
 * known.
 */
export function presetPermission(id: string): Permission | null {
  const preset = Object.hasOwn(presets, id) ? presets[id] : undefined
  if (preset === undefined) return null
  return {
    name: id.slice(0, id.indexOf('@')),
    description: preset.description,
    severity: preset.severity,
    holds: preset.holds,
    actions: preset.actions.map((row) => row.pattern),
    except: preset.except.map((row) => row.pattern),
  }
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Draft } from './config-folder.ts'
import type { Diagnostic } from './diagnostic.ts'
import { type LoadOptions, readFolder } from './read-folder.ts'
import { isSettingsFile } from './settings-list.ts'
import { SETTINGS_FILES, type SettingsFile, settingsSchema } from './settings-schema.ts'
import { setInYaml, type YamlPath } from './set-in-yaml.ts'

/** One value that is to be written. */
export interface SettingWish {
  /** `rules.max_contracts.limit`, `accounts[0].enabled` */
  readonly path: string
  /** As it would be written in YAML. */
  readonly value: string
  /** Name or id of the account whose `config_overrides` get it; `null`: it is for all. */
  readonly account: string | null
}

/** What would be written, or why nothing can be. */
export type SettingDraft =
  | { readonly kind: 'draft'; readonly draft: Draft; readonly file: SettingsFile }
  /** The folder as it is has mistakes. */
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] }
  /** `message` says what of the wish cannot be. */
  | { readonly kind: 'impossible'; readonly message: string }

/** Puts a value into the text of its file. Nothing is written, and the value is not judged: load the folder with the draft for that. */
export function draftSetting(options: LoadOptions, { path, value, account }: SettingWish): SettingDraft {
  const keys = keysOf(path)
  const home = fileOf(keys[0])
  if (home === null) return { kind: 'impossible', message: `no file has a key ${path}` }
  if (account === null) return drafted(options, home, keys, value)
  if (home !== 'risk') return { kind: 'impossible', message: `${path} is the same for every account` }
  const { checked, report } = readFolder(options)
  if (report.hasErrors) return { kind: 'refused', diagnostics: report.all() }
  const entry = checked.find(
    ({ layers }) => layers.entry !== null && (layers.entry.name === account || String(layers.entry.id) === account),
  )
  if (entry === undefined) return { kind: 'impossible', message: `no account ${account} in accounts.yaml` }
  const way = entry.layers.path.map((key) => (typeof key === 'number' ? key : String(key)))
  return drafted(options, 'accounts', [...way, 'config_overrides', ...keys], value)
}

function drafted({ directory }: LoadOptions, file: SettingsFile, path: YamlPath, value: string): SettingDraft {
  const name = SETTINGS_FILES[file]
  const place = join(directory, name)
  let before: string
  try {
    before = readFileSync(place, 'utf8')
  } catch (error) {
    return { kind: 'impossible', message: `${place} cannot be read: ${String(error)}` }
  }
  const text = setInYaml(before, path, value)
  if (text !== null) return { kind: 'draft', draft: { name, text }, file }
  return {
    kind: 'impossible',
    message: `the value cannot be put into ${place}: one of the two is no YAML, or a key on the way is no map`,
  }
}

/** `accounts[0].enabled` → `accounts`, 0, `enabled`. */
function keysOf(path: string): readonly (string | number)[] {
  return path
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.')
    .map((key) => (/^\d+$/.test(key) ? Number(key) : key))
}

function fileOf(head: string | number | undefined): SettingsFile | null {
  const files = Object.keys(SETTINGS_FILES).filter(isSettingsFile)
  return files.find((file) => Object.hasOwn(settingsSchema(file).properties ?? {}, String(head))) ?? null
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AccountType } from './firm-plans.ts'
import type { SettingDraft } from './draft-setting.ts'
import { appendInYaml, removeInYaml } from './edit-yaml-list.ts'
import type { PlanSize } from './firm-plans.ts'
import { type LoadOptions, readFolder } from './read-folder.ts'
import { SETTINGS_FILES } from './settings-schema.ts'

/** An entry of `accounts.yaml` that is to be written. */
export interface AccountWish {
  /** The gateway's number. */
  readonly id: number
  readonly name: string
  readonly type: AccountType
  /** Name in `profiles/`; `null`: the one that risk_config.yaml names. */
  readonly profile: string | null
  /** `null`: the limits are compared with no plan. */
  readonly plan: PlanSize | null
}

/** Puts an account at the end of `accounts.yaml`. Nothing is written, and the entry is not judged: load the folder with the draft for that. */
export function draftAccount(options: LoadOptions, { id, name, type, profile, plan }: AccountWish): SettingDraft {
  const entry = {
    id,
    name,
    account_type: type,
    enabled: true,
    ...(plan === null ? {} : { plan: { size: plan } }),
    ...(profile === null ? {} : { profile }),
  }
  return edited(options, (text) => appendInYaml(text, ['accounts'], entry))
}

/** Takes an account out of `accounts.yaml`. Nothing is written, and what is left is not judged. */
export function draftWithoutAccount(options: LoadOptions, account: string): SettingDraft {
  const { checked, report } = readFolder(options)
  if (report.hasErrors) return { kind: 'refused', diagnostics: report.all() }
  const found = checked.find(({ layers: { entry } }) => entry?.name === account || String(entry?.id) === account)
  const index = found?.layers.path.at(-1)
  if (found === undefined) return { kind: 'impossible', message: `no account ${account} in ${FILE}` }
  return edited(options, (text) => (typeof index === 'number' ? removeInYaml(text, ['accounts'], index) : null))
}

const FILE = SETTINGS_FILES.accounts

function edited({ directory }: LoadOptions, edit: (text: string) => string | null): SettingDraft {
  const place = join(directory, FILE)
  let before: string
  try {
    before = readFileSync(place, 'utf8')
  } catch (error) {
    return { kind: 'impossible', message: `${place} cannot be read: ${String(error)}` }
  }
  const text = edit(before)
  if (text !== null) return { kind: 'draft', draft: { name: FILE, text }, file: 'accounts' }
  return { kind: 'impossible', message: `${place} has no list below accounts:; write the accounts as one first` }
}

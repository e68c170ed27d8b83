import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { rules } from '@rm/rules'
import { type Document, parseDocument } from 'yaml'

type Section = Readonly<Record<string, unknown>>

/** An account that is there for the check alone, and the only rules that are on for it. */
export interface StagedAccount {
  readonly id: number
  readonly rules: Section
}

/** Far from the numbers of any firm. */
const FIRST_STAGED_ACCOUNT = 9_100_001

/** The number of a staged account by its place in the list. */
export function stagedId(index: number): number {
  return FIRST_STAGED_ACCOUNT + index
}

/**
 * Replaces in a copy of the configuration who is watched and what is forbidden, so that what is asked happens and nothing else does. How the
 * gateway is asked, how fast, and every other setting stay as they will be deployed.
 */
export function stageAccounts(configDirectory: string, accounts: readonly StagedAccount[]): void {
  const watched = read(path.join(configDirectory, 'accounts.yaml'))
  watched.set(
    'accounts',
    accounts.map(({ id, rules: own }) => ({
      id,
      name: `PRAC-STAGED-${id}`,
      account_type: 'practice',
      config_overrides: { rules: own },
    })),
  )
  write(path.join(configDirectory, 'accounts.yaml'), watched)
  const risk = read(path.join(configDirectory, 'risk_config.yaml'))
  risk.delete('profile')
  risk.set('rules', Object.fromEntries(Object.keys(rules).map((rule) => [rule, { enabled: false }])))
  // Limits are taken away on purpose, and only here.
  risk.setIn(['general', 'allow_unprotected'], true)
  risk.deleteIn(['general', 'instruments'])
  write(path.join(configDirectory, 'risk_config.yaml'), risk)
}

function read(file: string): Document {
  return parseDocument(existsSync(file) ? readFileSync(file, 'utf8') : '')
}

function write(file: string, document: Document): void {
  writeFileSync(file, document.toString())
}

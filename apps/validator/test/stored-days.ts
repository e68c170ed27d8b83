import { cpSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Instant, instantOf } from '@rm/domain'
import Sqlite from 'better-sqlite3'
import { SIMULATOR_CONFIG } from '../src/program-files.ts'
import { writeHistory } from '../src/stored-data/history-of-days.ts'
import { openAsDaemon } from '../src/stored-data/new-store.ts'

/** The end of the stored days. */
export const NOON: Instant = instantOf('2026-11-20T18:00:00Z')
/** As the practice day's configuration calls it. */
export const DATABASE = 'practice-day.db'

/** A data folder with three days of two accounts, as a daemon leaves it behind, and what somebody did to its database since. */
export async function storedDays(
  data: string,
  tamper: (database: Sqlite.Database) => void = () => {},
): Promise<string> {
  const file = path.join(data, DATABASE)
  {
    using store = await openAsDaemon(file)
    writeHistory(store, { accounts: 2, days: 3, tradesADay: 20, breachesADay: 2, until: NOON })
  }
  const database = new Sqlite(file)
  tamper(database)
  database.close()
  return data
}

/** The practice day's configuration with another section of general settings. */
export function configWith(directory: string, general: string): string {
  cpSync(SIMULATOR_CONFIG, directory, { recursive: true })
  const rules = `schema_version: 1
general:
  timezone: America/Chicago
${general}
rules:
  max_contracts: { enabled: true, limit: 5 }
  max_contracts_per_instrument: { enabled: true, instrument_limits: { MNQ: 5 }, unknown_symbol_action: block }
  daily_realized_loss: { enabled: true, limit: -500 }
`
  writeFileSync(path.join(directory, 'risk_config.yaml'), rules)
  return directory
}

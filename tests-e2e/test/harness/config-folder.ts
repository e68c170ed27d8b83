import { writeFileSync } from 'node:fs'
import path from 'node:path'

/** A configuration must name these. */
type RuleKey =
  | 'max_contracts'
  | 'max_contracts_per_instrument'
  | 'daily_realized_loss'
  | 'trade_frequency_limit'
  | 'no_stop_loss_grace'
  | 'session_block_outside'
  | 'trade_management'

type Section = Readonly<Record<string, unknown>>
export type RuleSections = Partial<Readonly<Record<RuleKey | 'auth_loss_guard' | 'trade_management', Section>>>

interface WatchedAccount {
  readonly id: number
  readonly rules?: RuleSections
}

/** What a configuration folder of a test says; every rule that is not named is off. */
export interface ConfigSettings {
  readonly rules: RuleSections
  readonly accounts: readonly WatchedAccount[]
  readonly general?: Section
  readonly timers?: Section
  readonly api?: Section
}

export interface GatewayAddresses {
  readonly url: string
  readonly userHub: string
  readonly marketHub: string
}

const OFF: Readonly<Record<RuleKey, Section>> = {
  max_contracts: { enabled: false },
  max_contracts_per_instrument: { enabled: false },
  daily_realized_loss: { enabled: false },
  trade_frequency_limit: { enabled: false },
  no_stop_loss_grace: { enabled: false },
  session_block_outside: { enabled: false },
  trade_management: { enabled: false },
}

/** Holidays of every year in which this test could run: the calendar has to know the machine's year and the simulated one. */
const CHRISTMAS = Object.fromEntries(
  Array.from({ length: 20 }, (_, index) => 2026 + index).map((year) => [String(year), [`${year}-12-25`]]),
)

/** Writes the YAML files of a configuration; JSON is YAML. */
export function writeConfig(directory: string, settings: ConfigSettings, gateway: GatewayAddresses): void {
  write(directory, 'risk_config.yaml', {
    general: { allow_unprotected: true, ...settings.general },
    rules: { ...OFF, ...settings.rules },
  })
  write(directory, 'timers_config.yaml', {
    daily_reset: { time: '17:00', timezone: 'America/Chicago' },
    session_hours: {
      start: '08:30',
      end: '15:00',
      timezone: 'America/Chicago',
      allowed_days: ['mon', 'tue', 'wed', 'thu', 'fri'],
    },
    holidays: { enabled: true, dates: CHRISTMAS },
    ...settings.timers,
  })
  write(directory, 'accounts.yaml', {
    topstepx: { username: '${PROJECTX_USERNAME}', api_key: '${PROJECTX_API_KEY}' },
    accounts: settings.accounts.map(({ id, rules }) => ({
      id,
      name: `account ${id}`,
      account_type: 'practice',
      ...(rules === undefined ? {} : { config_overrides: { rules } }),
    })),
  })
  write(directory, 'api_config.yaml', {
    environment: 'simulator',
    api_url: gateway.url,
    user_hub_url: gateway.userHub,
    market_hub_url: gateway.marketHub,
    ...settings.api,
  })
}

function write(directory: string, name: string, content: unknown): void {
  writeFileSync(path.join(directory, name), `${JSON.stringify(content, null, 2)}\n`)
}

import { createHash } from 'node:crypto'
import { sourceOf } from './account-settings.ts'
import { effectiveSnapshot } from './effective-snapshot.ts'
import { lintConfig } from './lint/lint-config.ts'
import { type LoadedConfig, type RefusedConfig, ruleCountOf } from './loaded-config.ts'
import { type LoadOptions, readFolder } from './read-folder.ts'
import { storedConfigOf } from './stored-config.ts'

/** Loads the configuration folder (risk rules, section 4). Pure apart from reading the files. No content throws. */
export function loadConfig(options: LoadOptions): LoadedConfig | RefusedConfig {
  const { report, folder, api, accounts, accountsTree, timers, checked, base } = readFolder(options)
  const credentials = accounts?.credentials ?? null
  const general = base?.general ?? null
  if (report.hasErrors || api === null || credentials === null || timers === null || base === null || general === null)
    return { ok: false, diagnostics: report.all(), credentials, variable: (name) => folder.variable(name) }
  const { timers: terms, reset, weeklyReset, holidays } = timers.settings
  const configured = checked.flatMap(({ layers: { entry }, settings }) =>
    entry === null
      ? []
      : [
          {
            ...entry,
            rules: settings.rules,
            general: settings.general ?? general,
            source: sourceOf(settings.tree, timers.tree),
          },
        ],
  )
  const stored = storedConfigOf(
    { api: api.tree, login: accountsTree, base: base.tree, timers: timers.tree },
    configured,
  )
  const effective = effectiveSnapshot({
    api: api.settings,
    accounts: configured,
    timers: terms,
    reset,
    weeklyReset,
    holidays,
    general,
  })
  return {
    ok: true,
    api: api.settings,
    credentials,
    accounts: configured,
    timers: terms,
    reset,
    weeklyReset,
    holidays,
    general,
    warnings: report.of('warning'),
    notices: report.of('notice'),
    lint: lintConfig({
      accounts: checked,
      timers,
      today: options.today,
    }),
    hash: createHash('sha256').update(JSON.stringify(effective)).digest('hex'),
    ruleCount: ruleCountOf(configured),
    files: folder.files,
    variable: (name) => folder.variable(name),
    effective,
    stored,
  }
}

export { type AccountSettings, readSettings, type SettingsSource } from './account-settings.ts'
export type { AccountPlan, AccountType, Credentials } from './accounts-file.ts'
export type { ApiSettings } from './api-file.ts'
export type { Environment, ReadFile } from './config-folder.ts'
export type { Diagnostic, Severity } from './diagnostic.ts'
export { editorSchema } from './editor-schema.ts'
export { explainConfig, type ExplainedAccount, type ExplainedSetting, type Explanation } from './explain-config.ts'
export type { PlanSize } from './firm-plans.ts'
export { diagnosticsToJson, type DiagnosticStyle, formatDiagnostics } from './format-diagnostics.ts'
export type { GeneralSettings, LogFileSettings, LoggingSettings, LogLevel } from './general-settings.ts'
export type { Json, Snapshot } from './json.ts'
export type {
  ChannelName,
  ChannelSettings,
  HeartbeatSettings,
  NotificationSettings,
} from './notification-settings.ts'
export { loadConfig } from './load-config.ts'
export type { ConfiguredAccount, LoadedConfig, RefusedConfig } from './loaded-config.ts'
export type { LoadOptions } from './read-folder.ts'
export { Secret } from './secret.ts'
export { idleUntil } from './idle-settings.ts'
export { allSettings, isSettingsFile, type Setting } from './settings-list.ts'
export { settingsPage, yamlText } from './settings-page.ts'
export { SETTINGS_FILES, type SettingsFile } from './settings-schema.ts'
export { readStoredConfig, type StoredConfig } from './stored-config.ts'
export type { WeeklyReset } from './timers-file.ts'

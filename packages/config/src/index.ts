export { type AccountSettings, readSettings, type SettingsSource } from './account-settings.ts'
export type { AccountPlan, Credentials } from './accounts-file.ts'
export type { ApiSettings } from './api-file.ts'
export type { Environment, ReadFile } from './config-folder.ts'
export { askPassphrase } from './credentials/ask-passphrase.ts'
export { CredentialSources, type OpenedCredentials } from './credentials/credential-sources.ts'
export { environmentSecrets, type FolderSecrets, sealedSecrets } from './credentials/folder-secrets.ts'
export { SEALED_FILE } from './credentials/open-sealed.ts'
export { readPassphrase } from './credentials/passphrase.ts'
export { seal } from './credentials/sealed-file.ts'
export { readCriteria, type ReadCriteria, type ValidationCriteria } from './criteria-file.ts'
export type { Diagnostic, Severity } from './diagnostic.ts'
export { type AccountWish, draftAccount, draftWithoutAccount } from './draft-account.ts'
export { draftSetting, type SettingDraft, type SettingWish } from './draft-setting.ts'
export { editorSchema } from './editor-schema.ts'
export { explainConfig, type ExplainedAccount, type ExplainedSetting, type Explanation } from './explain-config.ts'
export { type AccountType, type PlanLimits, PLANS, type PlanSize } from './firm-plans.ts'
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
export { isLoopback } from './loopback.ts'
export {
  type NamingAccount,
  namesInstruments,
  refusalOfInstruments,
  unknownProductsOfRules,
} from './named-products.ts'
export type { ConfiguredAccount, LoadedConfig, RefusedConfig } from './loaded-config.ts'
export type { LoadOptions } from './read-folder.ts'
export { Secret } from './secret.ts'
export { allSettings, isSettingsFile, type Setting } from './settings-list.ts'
export { settingsPage, yamlText } from './settings-page.ts'
export { SETTINGS_FILES, type SettingsFile } from './settings-schema.ts'
export { readStoredConfig, type StoredConfig } from './stored-config.ts'
export { type TakesEffect, takesEffect } from './takes-effect.ts'

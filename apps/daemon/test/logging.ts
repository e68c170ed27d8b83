/** What the log of a test is opened with. */
export const LOGGING = {
  level: 'INFO',
  directory: 'logs',
  maxSizeMb: 1,
  retentionDays: 1,
  json: true,
  console: false,
  files: { daemon: { level: 'INFO' }, enforcement: { level: 'INFO' }, api: null, error: null },
  slowMs: 100,
  maskAccounts: false,
} as const

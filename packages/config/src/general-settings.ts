import { TimeZone } from '@rm/rules'
import { z } from 'zod'
import { isLoopback } from './loopback.ts'
import {
  HeartbeatSchema,
  type HeartbeatSettings,
  heartbeatSettingsOf,
  type NotificationSettings,
  notificationSettingsOf,
  NotificationsSchema,
} from './notification-settings.ts'
import { choice, flag, objectTo, readBy, text, whole } from './setting-types.ts'

const LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR'] as const
export type LogLevel = (typeof LEVELS)[number]

const logLevel = choice(LEVELS, 'the level decides what a log keeps')
const levelOfFile = logLevel.optional().describe('Least level that the file keeps; that of the log when absent.')

const Instrument = readBy((value) =>
  typeof value === 'string' && /^[A-Z0-9]{1,5}$/.test(value)
    ? { value }
    : {
        expected: 'an exchange root such as MNQ or ES',
        why: 'products are named as the exchange names them, in capitals and without month',
        fix: typeof value === 'number' ? 'put the root in quotes' : 'write for example `MNQ`',
      },
).meta({ title: 'an exchange root', type: 'string', pattern: '^[A-Z0-9]{1,5}$' })

const alwaysOn = (file: string): z.ZodType<boolean> =>
  readBy((value) =>
    value === true
      ? { value: true }
      : {
          expected: 'true',
          why: `${file} is the record of what was enforced and why`,
          fix: 'remove the key; only api and error can be turned off',
        },
  ).meta({ type: 'boolean', const: true })

const optionalLog = z
  .strictObject({
    enabled: flag('a log is written or not').default(true).describe('Whether the file is written.'),
    level: levelOfFile,
  })
  .prefault({})

const requiredLog = (file: string) =>
  z
    .strictObject({
      enabled: alwaysOn(file)
        .default(true)
        .describe('Always `true`: the file is the record of what was enforced and why.'),
      level: levelOfFile,
    })
    .prefault({})

const LoggingSchema = z.strictObject({
  level: logLevel.default('INFO').describe('Least level that is logged.'),
  directory: text('a folder', 'the log files need a folder')
    .default('logs')
    .describe('Folder of the log files, relative to the data folder.'),
  max_size_mb: whole(1, 10_000, 'a log file is rotated when it reaches this size')
    .default(100)
    .describe('A larger file is rotated, in MiB.'),
  retention_days: whole(1, 3_650, 'older log files are removed')
    .default(30)
    .describe('Older rotated files are removed, in days.'),
  json: flag('the log files hold JSON lines or text').default(true).describe('JSON lines or text in the files.'),
  console: flag('the log is also written to the terminal or not')
    .default(true)
    .describe('Whether the terminal is told as well.'),
  files: z
    .strictObject({
      daemon: requiredLog('risk_manager.log').describe('`risk_manager.log`: everything.'),
      enforcement: requiredLog('enforcement.log').describe('`enforcement.log`: breaches, goals, requests.'),
      api: optionalLog.describe('`api.log`: requests to the gateway.'),
      error: optionalLog.describe('`error.log`: errors, unless `level` says otherwise.'),
    })
    .prefault({})
    .describe('The log files.'),
  slow_ms: whole(1, 600_000, 'slower work is logged')
    .default(100)
    .describe('Work of the daemon that takes as long or longer is a warning, in milliseconds.'),
  mask_accounts: flag('account names are shortened in the logs or not')
    .default(false)
    .describe(
      'Whether names and numbers of accounts are shortened in the logs; not in the database and the local API.',
    ),
})

const positive = (why: string): z.ZodType<number> => whole(1, 1_000_000, why)

const DatabaseSchema = z.strictObject({
  path: text('a file path', 'decisions are written there before they are carried out')
    .default('state.db')
    .describe('The database file, relative to the data folder.'),
  backup_interval_minutes: positive('backups are made at this interval')
    .default(5)
    .describe('Minutes between backups.'),
  backup_keep: z
    .strictObject({
      recent: positive('that many of the newest backups are kept')
        .default(12)
        .describe('How many of the newest are kept.'),
      hourly: positive('that many hourly backups are kept').default(24).describe('How many hourly ones are kept.'),
      daily: positive('that many daily backups are kept').default(7).describe('How many daily ones are kept.'),
    })
    .prefault({})
    .describe('Which backups are kept.'),
  second_folder: text('a folder', 'a copy of the locks survives there when the data folder is lost')
    .optional()
    .describe(
      'Folder on another disk that gets a copy of each lock snapshot, relative to the data folder. Without it a data folder that is deleted takes along what the gateway cannot tell again.',
    ),
  emergency_journal: text('a file path', 'decisions are kept there while the database cannot be written')
    .optional()
    .describe(
      'File that takes decisions while the disk of the database is full, read-only or slow, relative to the data folder; best on another disk. Default: `emergency.jsonl` in `second_folder`, or beside the data folder under its name.',
    ),
  carry_copies: z
    .array(text('a program or an argument', 'it is run as it is, without a shell'))
    .default([])
    .describe('Program and arguments run after each backup and snapshot; the new file is its last argument.')
    .meta({ examples: [['rclone', 'copyto']] }),
})

const ANCHOR_URL = 'an https URL (without encryption only on this machine)'

/** Where heads are posted to. Nothing secret belongs into it: it stands in the settings, which the store keeps. */
const AnchorUrl = readBy<string>((value) => {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : null
  if (url !== null && (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== ''))
    return {
      expected: ANCHOR_URL,
      why: 'a credential in a URL ends up in logs and in the store',
      fix: 'remove what stands before @ and what follows ? or #; name a variable in anchor_bearer_from',
    }
  if (url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))))
    return { value: url.href }
  return {
    expected: ANCHOR_URL,
    why: 'without encryption anybody on the way could answer in its place',
    fix: 'write for example `https://anchors.example/risk-manager`',
  }
}).meta({
  title: ANCHOR_URL,
  type: 'string',
  pattern: '^https?://',
  examples: ['https://anchors.example/risk-manager'],
})

const AuditSchema = z.strictObject({
  anchor_file: text('a file path', 'the head of the audit trail is written there')
    .optional()
    .describe(
      'A file that the head of the audit trail is appended to at most once a minute, relative to the data folder. Best on another machine: `audit verify --anchor` compares with it.',
    ),
  anchor_url: AnchorUrl.optional().describe(
    'An address that the head of the audit trail is posted to as JSON, at most once a minute. Best on another machine.',
  ),
  anchor_bearer_from: text('the name of a variable', 'the address asks who posts')
    .optional()
    .describe('The variable whose value is sent to `anchor_url` as a bearer token.')
    .meta({ examples: ['AUDIT_ANCHOR_BEARER'] }),
})

const ControlSchema = z.strictObject({
  folder: text('a folder', 'the sockets of the local API are there')
    .default('control')
    .describe(
      "Folder with the sockets of the local API, relative to the data folder. `admin.sock` is for the daemon's user alone, `trader.sock` reads only and is for everybody who may enter the folder: put it outside of the data folder when the trader is another user.",
    ),
  monitoring_port: whole(1_024, 65_535, 'Prometheus asks there')
    .optional()
    .describe(
      'Port on this machine for `/metrics`, `/healthz` and `/readyz`; nothing can be ordered there. Without it they are on the sockets only.',
    ),
})

const PublicKey = readBy<string>((value) =>
  typeof value === 'string' && /^[A-Za-z0-9+/]{58,60}={0,2}$/.test(value)
    ? { value }
    : {
        expected: 'the public key of the validator',
        why: 'a certificate that anybody may have signed says nothing',
        fix: 'write what `validate certificate key` prints',
      },
).meta({
  title: 'a public key in base64',
  type: 'string',
  pattern: '^[A-Za-z0-9+/]{58,60}={0,2}$',
  examples: ['MCowBQYDK2VwAyEA1tQ0mC5m0xW9gT5yq7n8mJ2bHc0rVq3l1dXk4y6Zs8E='],
})

const CertificateSchema = z
  .strictObject({
    required: flag('without a valid certificate no rule enforces')
      .default(false)
      .describe(
        'Enforces only while a valid certificate of the validator is there; otherwise all rules are in shadow and a human is called. Lockouts stay in force.',
      ),
    file: text('a file path', 'the certificate is read from it')
      .default('certificate.json')
      .describe('The certificate, relative to the data folder.'),
    public_key: PublicKey.optional().describe('Whose certificates are believed; needed when one is required.'),
  })
  .superRefine(({ required, public_key: key }, context) => {
    if (!required || key !== undefined) return
    objectTo(context, ['public_key'], key, {
      expected: 'the public key of the validator',
      why: 'a certificate is required, and one that anybody may have signed says nothing',
      fix: 'write what `validate certificate key` prints',
    })
  })

const seconds = whole(1, 600, 'an open position is only as safe as the price it is judged by')

/** The section `general` of the risk file (risk rules, 4.4). */
export const GeneralSchema = z
  .strictObject({
    instruments: z
      .array(Instrument)
      .default([])
      .describe(
        'Exchange roots that the accounts trade; one that the gateway does not know is refused at the start. Empty: whatever is held.',
      )
      .meta({ examples: [['MNQ', 'ES']] }),
    timezone: TimeZone.default('America/Chicago').describe('Times in texts for people. It decides nothing.'),
    pnl_basis: choice(['net', 'gross'], 'P&L counts with costs or without')
      .default('net')
      .describe('P&L with fees and commissions, or without.'),
    stale_after_seconds: seconds.default(10).describe('An older price is no value while the exchange is open.'),
    stale_critical_seconds: seconds.default(60).describe('From this age on a missing price is critical.'),
    on_stale_quotes: choice(['alert', 'close'], 'a position without prices is reported or closed')
      .default('alert')
      .describe('What happens to a position whose price is critically old.'),
    on_unvalued_position: choice(['close', 'alert'], 'a position of unknown value is closed or reported')
      .default('close')
      .describe('What happens to a position that cannot be valued, after the grace.'),
    unvalued_grace_seconds: whole(0, 600, 'so long a position may be of unknown value')
      .default(30)
      .describe('Seconds that a position may be of unknown value.'),
    evaluation_interval_ms: whole(10, 1_000, 'so long a quote may wait under load')
      .default(100)
      .describe('Longest wait of a quote under backlog, in milliseconds.'),
    enforcement_deadline_seconds: whole(2, 120, 'after it an unfinished enforcement is escalated')
      .default(10)
      .describe('Seconds after which an unfinished enforcement is escalated.'),
    loosening: choice(['next_reset', 'immediate'], 'it decides when a looser setting takes effect')
      .default('next_reset')
      .describe('When a looser setting takes effect after a reload.'),
    allow_unprotected: flag('running without any limit of loss or size has to be said in so many words')
      .default(false)
      .describe('Allows a configuration without any limit of size or loss.'),
    database: DatabaseSchema.prefault({}).describe('The store of decisions and trades.'),
    audit: AuditSchema.prefault({}).describe('The audit trail.'),
    control: ControlSchema.prefault({}).describe('The local API of the daemon.'),
    certificate: CertificateSchema.prefault({}).describe('What the validator says of this build and configuration.'),
    notifications: NotificationsSchema,
    heartbeat: HeartbeatSchema,
    logging: LoggingSchema.prefault({}).describe('The logs; a file `logging.yaml` with these keys wins.'),
  })
  .superRefine((general, context) => {
    if (general.stale_after_seconds < general.stale_critical_seconds) return
    objectTo(context, ['stale_critical_seconds'], general.stale_critical_seconds, {
      expected: `more than stale_after_seconds (${general.stale_after_seconds})`,
      why: 'quotes become stale before they become critically stale',
      fix: `write a number above ${general.stale_after_seconds}`,
    })
  })

type General = z.infer<typeof GeneralSchema>

/** What every rule and the daemon read beside the rules themselves. */
export interface GeneralSettings {
  readonly instruments: readonly string[]
  /** For display only. */
  readonly timeZone: string
  readonly pnlBasis: 'net' | 'gross'
  readonly staleAfterMs: number
  readonly staleCriticalMs: number
  readonly onStaleQuotes: 'alert' | 'close'
  readonly onUnvaluedPosition: 'close' | 'alert'
  readonly unvaluedGraceMs: number
  /** Longest wait of a coalesced quote under backlog. */
  readonly evaluationIntervalMs: number
  /** After it an unfinished enforcement is escalated. */
  readonly enforcementDeadlineMs: number
  readonly loosening: 'next_reset' | 'immediate'
  readonly allowUnprotected: boolean
  readonly database: {
    /** Relative to the data folder unless absolute. */
    readonly path: string
    readonly backupIntervalMs: number
    readonly backupKeep: { readonly recent: number; readonly hourly: number; readonly daily: number }
    /** Relative to the data folder unless absolute. */
    readonly secondFolder: string | null
    /** Relative to the data folder unless absolute; `null`: where the daemon chooses. */
    readonly emergencyJournal: string | null
    readonly carryCopies: readonly string[]
  }
  readonly audit: {
    /** Relative to the data folder unless absolute; `null`: the log alone tells the head. */
    readonly anchorFile: string | null
    /** `null`: heads are posted nowhere. */
    readonly anchorUrl: string | null
    /** Name of the variable with the bearer token; `null`: none is sent. */
    readonly anchorBearerFrom: string | null
  }
  readonly control: {
    /** Relative to the data folder unless absolute. */
    readonly folder: string
    /** `null`: monitoring is on the sockets only. */
    readonly monitoringPort: number | null
  }
  /** `null`: none is required. */
  readonly certificate: CertificateSettings | null
  readonly logging: LoggingSettings
  readonly notifications: NotificationSettings
  readonly heartbeat: HeartbeatSettings
}

interface CertificateSettings {
  /** Relative to the data folder unless absolute. */
  readonly file: string
  /** SPKI, base64. */
  readonly publicKey: string
}

export interface LoggingSettings {
  readonly level: LogLevel
  /** Relative to the data folder unless absolute. */
  readonly directory: string
  readonly maxSizeMb: number
  readonly retentionDays: number
  readonly json: boolean
  readonly console: boolean
  /** `null`: the file is not written. */
  readonly files: {
    readonly daemon: LogFileSettings
    readonly enforcement: LogFileSettings
    readonly api: LogFileSettings | null
    readonly error: LogFileSettings | null
  }
  readonly slowMs: number
  readonly maskAccounts: boolean
}

export interface LogFileSettings {
  readonly level: LogLevel
}

export function generalSettingsOf(general: General): GeneralSettings {
  const { database, logging, certificate } = general
  const { file, public_key: publicKey } = certificate
  return {
    instruments: general.instruments,
    timeZone: general.timezone,
    pnlBasis: general.pnl_basis,
    staleAfterMs: general.stale_after_seconds * 1_000,
    staleCriticalMs: general.stale_critical_seconds * 1_000,
    onStaleQuotes: general.on_stale_quotes,
    onUnvaluedPosition: general.on_unvalued_position,
    unvaluedGraceMs: general.unvalued_grace_seconds * 1_000,
    evaluationIntervalMs: general.evaluation_interval_ms,
    enforcementDeadlineMs: general.enforcement_deadline_seconds * 1_000,
    loosening: general.loosening,
    allowUnprotected: general.allow_unprotected,
    database: {
      path: database.path,
      backupIntervalMs: database.backup_interval_minutes * 60_000,
      backupKeep: database.backup_keep,
      secondFolder: database.second_folder ?? null,
      emergencyJournal: database.emergency_journal ?? null,
      carryCopies: database.carry_copies,
    },
    audit: {
      anchorFile: general.audit.anchor_file ?? null,
      anchorUrl: general.audit.anchor_url ?? null,
      anchorBearerFrom: general.audit.anchor_bearer_from ?? null,
    },
    control: { folder: general.control.folder, monitoringPort: general.control.monitoring_port ?? null },
    certificate: certificate.required && publicKey !== undefined ? { file, publicKey } : null,
    logging: loggingSettingsOf(logging),
    notifications: notificationSettingsOf(general.notifications),
    heartbeat: heartbeatSettingsOf(general.heartbeat),
  }
}

function loggingSettingsOf(logging: General['logging']): LoggingSettings {
  const { daemon, enforcement, api, error } = logging.files
  return {
    level: logging.level,
    directory: logging.directory,
    maxSizeMb: logging.max_size_mb,
    retentionDays: logging.retention_days,
    json: logging.json,
    console: logging.console,
    files: {
      daemon: { level: daemon.level ?? logging.level },
      enforcement: { level: enforcement.level ?? logging.level },
      api: api.enabled ? { level: api.level ?? logging.level } : null,
      error: error.enabled ? { level: error.level ?? 'ERROR' } : null,
    },
    slowMs: logging.slow_ms,
    maskAccounts: logging.mask_accounts,
  }
}

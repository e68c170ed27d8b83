/** What failed, as the process tells its caller by the exit code (`@rm/runtime-pack`). */
export type Failure = 'exception' | 'stalled' | 'configuration' | 'gateway' | 'environment' | 'usage'

/** Every error the program raises on purpose, with who failed and what the reader can do. */
export const ERROR_CODES = {
  CONFIG_INVALID: { failure: 'configuration', remedy: 'Correct the listed keys; nothing was started.' },
  GATEWAY_AUTH_REJECTED: {
    failure: 'gateway',
    remedy: 'Check PROJECTX_USERNAME and PROJECTX_API_KEY; renew the key on the ProjectX dashboard.',
  },
  GATEWAY_UNREACHABLE: { failure: 'gateway', remedy: 'Check the URLs in api_config.yaml and the network.' },
  GATEWAY_PROTOCOL: { failure: 'gateway', remedy: 'The gateway answered something unexpected; see the details.' },
  ACCOUNT_NOT_FOUND: { failure: 'gateway', remedy: 'Correct accounts[].id in accounts.yaml.' },
  ACCOUNT_NOT_ENFORCEABLE: {
    failure: 'gateway',
    remedy: 'The gateway refuses cancels and closes on this account; monitor a simulated, non-follower account.',
  },
  STORE_LOCKED: { failure: 'exception', remedy: 'Stop the other daemon, or give this one its own --data folder.' },
  STORE_NEWER_SCHEMA: { failure: 'configuration', remedy: 'Start the newer program that wrote this database.' },
  STORE_UNSAFE: { failure: 'environment', remedy: 'Put the data folder on a local disk that honours sync.' },
  STORE_UNWRITABLE: {
    failure: 'environment',
    remedy: 'Free room on the disk of the data folder, or mend it; what is locked stays locked.',
  },
  STORE_CORRUPT: { failure: 'exception', remedy: 'Restore the newest good backup.' },
  DAEMON_UNREACHABLE: {
    failure: 'exception',
    remedy: 'Start the daemon, or name the folder of its sockets with --control.',
  },
  CALL_REFUSED: { failure: 'exception', remedy: 'Do what the message says; nothing was changed.' },
  ACCOUNT_LEASED: {
    failure: 'exception',
    remedy: 'Stop the other daemon: two that enforce one account would reduce the same position twice.',
  },
  LEASE_UNSAFE: {
    failure: 'environment',
    remedy:
      'Give the daemon a user with a home that only this user may write; remove what is named while no daemon runs.',
  },
  ENVIRONMENT_UNSUITABLE: { failure: 'environment', remedy: 'Install what is named and start again.' },
} as const satisfies Record<string, { readonly failure: Failure; readonly remedy: string }>

export type ErrorCode = keyof typeof ERROR_CODES

/** Facts beside the message, for the log. Never a secret. */
export type ErrorDetails = Readonly<Record<string, unknown>>

/** The world failed: thrown to the one place that decides. The message states what was found; the remedy stands in {@link ERROR_CODES}. */
export class RmError extends Error {
  override readonly name = 'RmError'
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.details = details
  }

  get failure(): Failure {
    return ERROR_CODES[this.code].failure
  }

  get remedy(): string {
    return ERROR_CODES[this.code].remedy
  }
}

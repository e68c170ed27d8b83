import { EXIT_CODES, type ExitCode } from './exit-code.ts'

export type Outcome = keyof typeof EXIT_CODES

/** What to do about each way in which a program can end. */
export const EXIT_ADVICE: { readonly [Name in Outcome]: string } = {
  success: 'Nothing: it did what it was asked to.',
  exception:
    'Read the error and the last lines of the log. STORE_LOCKED or ACCOUNT_LEASED: another daemon runs. STORE_CORRUPT: restore a backup. Otherwise start again, and report it if it comes back.',
  stalled: 'Nothing came within the time. Look at what the last checkpoint says, keep the log, start again.',
  configuration: 'Correct what is listed; "risk-manager config check --config DIR" tells it without a start.',
  gateway:
    'Check PROJECTX_USERNAME and PROJECTX_API_KEY, the URLs in api_config.yaml and the ids in accounts.yaml; "risk-manager env" tells whether the gateway answers.',
  environment:
    'Put the data folder on a local disk of the daemon\'s user, unset what is named, install what is missing; "risk-manager env" lists what is there.',
  usage: 'The command was called wrongly; --help has examples.',
}

/** How a program ended by its exit code; a signal or a code that is none of ours is an exception. */
export function outcomeOf(exitCode: number): Outcome {
  return OUTCOMES.find((name) => EXIT_CODES[name] === exitCode) ?? 'exception'
}

/** The exit code of an outcome. */
export function codeOf(outcome: Outcome): ExitCode {
  return EXIT_CODES[outcome]
}

const OUTCOMES: readonly Outcome[] = [
  'success',
  'exception',
  'stalled',
  'configuration',
  'gateway',
  'environment',
  'usage',
]

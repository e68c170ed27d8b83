import type { CheckpointId } from './checkpoint.ts'

/** What to look at when a program got as far as a checkpoint and no further: the causes of what should have come next. */
export const CHECKPOINT_ADVICE: { readonly [Id in CheckpointId]: string } = {
  starting:
    'The configuration is read and checked next: run "risk-manager config check --config DIR", and look for a folder on a network share that does not answer.',
  'config-loaded':
    'The store is opened and the login follows: look for a large store that is being checked, a full or slow disk, and a gateway that does not answer ("risk-manager env" measures it).',
  'sdk-connected':
    'The rules are initialized next: look at the last lines of the log for a rule or a stored state that throws.',
  'rules-initialized':
    'The streams are connected next, for up to 5 s: look at user_hub_url in api_config.yaml, a proxy or firewall that holds back WebSockets, and lines with "hub" in api.log.',
  'event-loop-running':
    'The program runs and the gateway told it nothing: look whether the user hub is silent (lines with "hub" in api.log, the status page of the firm), and whether another program logs in with the same user.',
  'event-received':
    'Events arrive and no rule was evaluated: look at the word of the account in the log. UNTRUSTED or RECONCILING: the account could not be read by REST. HALTED: the login is gone.',
  'rule-evaluated':
    'Rules are evaluated and nothing had to be enforced. If something should have been: "risk-manager config explain rules --account NAME" tells the limits in force.',
  'enforcement-triggered':
    'Requests leave. If positions stay open: look for "Gateway answered" and the alerts enforcement-refused, market-closed and enforcement-overdue in enforcement.log.',
}

/** The same for a program that passed none. */
export const NO_CHECKPOINT_ADVICE =
  'Not even the first line was seen: look at standard error, whether apps/daemon/dist/main.js was built, and whether general.logging has console: true and a level of INFO or DEBUG.'

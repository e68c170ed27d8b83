/**
 * Holds the closed unions: a switch that lacks an arm hands its default something that is not `never`, and does not compile. Checked by
 * `typecheck`; nothing here runs.
 */
// oxlint-disable typescript/switch-exhaustiveness-check -- an arm is missing on purpose
import { type Command, type DomainEvent, type Goal, unreachable } from '@rm/domain'

declare const event: DomainEvent
declare const goal: Goal
declare const command: Command

switch (event.kind) {
  case 'account-changed':
  case 'position-changed':
  case 'order-changed':
  case 'snapshot-read':
  case 'snapshot-failed':
  case 'command-settled':
  case 'payload-faulted':
  case 'quote-changed':
  case 'contract-learned':
  case 'stream-restored':
  case 'stream-lost':
  case 'authentication-lost':
    break
  default:
    // @ts-expect-error the arm for `trade-reported` is missing
    unreachable(event)
}

switch (goal.kind) {
  case 'flat-account':
  case 'flat-product':
  case 'cap':
  case 'reduce-only':
  case 'order-cancelled':
    break
  default:
    // @ts-expect-error the arm for `flat-contract` is missing
    unreachable(goal)
}

switch (command.kind) {
  case 'close-position':
  case 'cancel-order':
  case 'place-order':
  case 'modify-order':
    break
  default:
    // @ts-expect-error the arm for `reduce-position` is missing
    unreachable(command)
}

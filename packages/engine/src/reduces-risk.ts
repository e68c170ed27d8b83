import { type Command, unreachable } from '@rm/domain'
import { type Book, workingOrder } from '@rm/state/book'

/**
 * Whether a request reduces a risk, so that it leaves although nothing can be written (reliability S-01). A target is no protection, and a
 * stop that only follows the market stands where it was: both wait for the disk.
 */
export function reducesRisk(command: Command, book: Book): boolean {
  switch (command.kind) {
    case 'close-position':
    case 'reduce-position':
    case 'cancel-order':
      return true
    case 'place-order':
      return command.protection === 'stop'
    case 'modify-order':
      // An order that became too large could turn its position over.
      return command.contracts < (workingOrder(book, command.orderId)?.size ?? 0)
    default:
      return unreachable(command)
  }
}

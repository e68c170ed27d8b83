import { type ContractId, type Instant } from '@rm/domain'
import { type Book, hasFilled } from './book.ts'
import type { BookContext } from './book-step.ts'
import { type ContractBook, UNSEEN_CONTRACT } from './positions.ts'
import { isProtected, measured, type ProtectionInputs, protectedSince, withMeter } from './protection.ts'

export function contractBook(book: Book, contractId: ContractId): ContractBook {
  return book.contracts.get(contractId) ?? UNSEEN_CONTRACT
}

export function withContract(book: Book, contractId: ContractId, contract: ContractBook): Book {
  if (contractBook(book, contractId) === contract) return book
  return { ...book, contracts: new Map(book.contracts).set(contractId, contract) }
}

/**
 * The book with the contract's meter of unprotected time brought up to the stops and the position that it now holds.
 *
 * @param before - the book before the event: a cycle that it lacks has just begun
 * @param causedAt - the gateway's stamp of what changed
 */
export function withProtectionMeasured(
  book: Book,
  before: Book,
  contractId: ContractId,
  causedAt: Instant,
  context: BookContext,
): Book {
  const contract = contractBook(book, contractId)
  const { cycle, position } = contract
  if (cycle === null || position === null) return book
  // Before a gap ends nobody knows what covered the position in it.
  if (book.gapFrom !== null && cycle.openedAt <= book.gapFrom) return book
  const inputs: ProtectionInputs = {
    position,
    orders: book.orders.working,
    contract: context.contract(contractId),
    criteria: context.stopCriteria,
    hasFilled: (orderId) => hasFilled(book, orderId),
  }
  const isNew = before.contracts.get(contractId)?.cycle?.id !== cycle.id
  const since = (isNew ? protectedSince(inputs) : null) ?? causedAt
  const at = since > context.now ? context.now : since
  const meter = measured(cycle.protection, isProtected(inputs), at)
  if (meter === cycle.protection) return book
  return withContract(book, contractId, { ...contract, cycle: withMeter(cycle, meter) })
}

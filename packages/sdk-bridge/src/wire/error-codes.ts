/**
 * What a reply code permits the caller to conclude about a request:
 * - `done`: accepted; the effect still has to be seen on the stream or by REST;
 * - `probably-met`: the goal seems to be reached already; one look at the account decides;
 * - `refused`: the gateway did not act and will not;
 * - `ambiguous`: it may have acted; look before any second attempt.
 */
export type ReplyClass = 'done' | 'probably-met' | 'refused' | 'ambiguous'

/** One row of an error table: the name that the gateway's own documentation gives the code, and what it means for the caller. */
export interface ErrorCode {
  readonly name: string
  readonly class: ReplyClass
}

/** The gateway has no global list of codes: 2 is a rejected order on place, an unknown order on cancel, an absent position on close. */
export type ErrorTable =
  | 'successOnly'
  | 'login'
  | 'validate'
  | 'logout'
  | 'place'
  | 'modify'
  | 'cancel'
  | 'close'
  | 'partialClose'
  | 'bars'
  | 'accountSearch'
  | 'contractById'
  | 'orderById'

const success: ErrorCode = { name: 'Success', class: 'done' }
const met = (name: string): ErrorCode => ({ name, class: 'probably-met' })
const refused = (name: string): ErrorCode => ({ name, class: 'refused' })
const ambiguous = (name: string): ErrorCode => ({ name, class: 'ambiguous' })

/** Every documented code per table, indexed by code. */
export const errorTables: { readonly [Table in ErrorTable]: readonly ErrorCode[] } = {
  successOnly: [success],
  login: [
    success,
    refused('UserNotFound'),
    refused('PasswordVerificationFailed'),
    refused('InvalidCredentials'),
    refused('AppNotFound'),
    refused('AppVerificationFailed'),
    refused('InvalidDevice'),
    refused('AgreementsNotSigned'),
    ambiguous('UnknownError'),
    refused('ApiSubscriptionNotFound'),
    refused('ApiKeyAuthenticationDisabled'),
  ],
  validate: [
    success,
    refused('InvalidSession'),
    refused('SessionNotFound'),
    refused('ExpiredToken'),
    ambiguous('UnknownError'),
  ],
  logout: [success, refused('InvalidSession'), ambiguous('UnknownError')],
  place: [
    success,
    refused('AccountNotFound'),
    refused('OrderRejected'),
    refused('InsufficientFunds'),
    refused('AccountViolation'),
    refused('OutsideTradingHours'),
    ambiguous('OrderPending'),
    ambiguous('UnknownError'),
    refused('ContractNotFound'),
    refused('ContractNotActive'),
    refused('AccountRejected'),
  ],
  modify: [
    success,
    refused('AccountNotFound'),
    refused('OrderNotFound'),
    refused('Rejected'),
    ambiguous('Pending'),
    ambiguous('UnknownError'),
    refused('AccountRejected'),
    refused('ContractNotFound'),
  ],
  cancel: [
    success,
    refused('AccountNotFound'),
    met('OrderNotFound'),
    refused('Rejected'),
    ambiguous('Pending'),
    ambiguous('UnknownError'),
    refused('AccountRejected'),
  ],
  close: [
    success,
    refused('AccountNotFound'),
    met('PositionNotFound'),
    refused('ContractNotFound'),
    refused('ContractNotActive'),
    refused('OrderRejected'),
    ambiguous('OrderPending'),
    ambiguous('UnknownError'),
    refused('AccountRejected'),
  ],
  partialClose: [
    success,
    refused('AccountNotFound'),
    met('PositionNotFound'),
    refused('ContractNotFound'),
    refused('ContractNotActive'),
    refused('InvalidCloseSize'),
    refused('OrderRejected'),
    ambiguous('OrderPending'),
    ambiguous('UnknownError'),
    refused('AccountRejected'),
  ],
  bars: [
    success,
    refused('ContractNotFound'),
    refused('UnitInvalid'),
    refused('UnitNumberInvalid'),
    refused('LimitInvalid'),
  ],
  accountSearch: [success, refused('AccountNotFound')],
  contractById: [success, refused('ContractNotFound')],
  orderById: [success, refused('OrderNotFound')],
}

/** Looks a code up. A code that the table does not know is `unknown(n)` and ambiguous: it must never stop the caller from looking. */
export function errorCode(table: ErrorTable, code: number): ErrorCode {
  return errorTables[table][code] ?? ambiguous(`unknown(${code})`)
}

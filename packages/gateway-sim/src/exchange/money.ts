/** A whole number of 1/10 000 dollars, the finest step in which a tick value occurs (ZN: $15.625, ZF: $7.8125). */
export type Money = number & { readonly [unit]: 'ten-thousandths of a dollar' }
declare const unit: unique symbol

/** @throws RangeError when the amount is not a safe integer: then the simulated accounts no longer add up */
export function money(tenThousandths: number): Money {
  if (!Number.isSafeInteger(tenThousandths)) throw new RangeError(`money must be a safe integer, was ${tenThousandths}`)
  return (tenThousandths || 0) as Money
}

export const noMoney: Money = money(0)

export function sum(...amounts: readonly Money[]): Money {
  return money(amounts.reduce((total, amount) => total + amount, 0))
}

export function negative(amount: Money): Money {
  return money(-amount)
}

/** @param count - a number of contracts */
export function multiple(amount: Money, count: number): Money {
  return money(amount * count)
}

/** The JSON number of an amount: the double nearest to its decimal text. */
export function dollars(amount: Money): number {
  return amount / 10_000
}

/**
 * An amount given in dollars, e.g. the starting balance of an account.
 *
 * @throws RangeError when it has more than four decimals
 */
export function moneyFromDollars(amount: number): Money {
  const tenThousandths = Math.round(amount * 10_000)
  if (Math.abs(tenThousandths - amount * 10_000) > 1e-3) {
    throw new RangeError(`dollars must have at most four decimals, was ${amount}`)
  }
  return money(tenThousandths)
}

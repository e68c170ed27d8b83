import type { WireContract } from '@rm/sdk-bridge/wire'
import {
  type ContractMonth,
  frontMonth,
  isListed,
  lastFrontDay,
  monthLetter,
  monthOfLetter,
  tradeDate,
} from './contract-months.ts'
import { dollars } from './money.ts'
import { priceOf } from './price-grid.ts'
import { type Product, productByCode, productByRoot, products } from './products.ts'

/** One listed future with its month. */
export interface ListedContract {
  /** `CON.F.US.MNQ.Z26` */
  readonly id: string
  /** `MNQZ6` */
  readonly name: string
  /** `MNQZ26`, as position events show it. */
  readonly displayName: string
  /** `F.US.MNQ` */
  readonly symbolId: string
  readonly product: Product
  readonly month: ContractMonth
}

/** The front month of every product at an instant in wire form, in the order of the product table. */
export function frontContracts(epochMs: number): WireContract[] {
  return products.map((product) => wireForm(frontContract(product, epochMs), true))
}

function frontContract(product: Product, epochMs: number): ListedContract {
  return contractOf(product, frontMonth(product, tradeDate(epochMs)))
}

/** The contract with exactly this id, expired ones included, or `undefined` when no such month is ever listed. */
export function contractById(id: string): ListedContract | undefined {
  const parts = /^CON\.F\.US\.([A-Z0-9]+)\.([A-Z])(\d\d)$/.exec(id)
  const product = productByCode(parts?.[1] ?? '')
  const month = monthOfLetter(parts?.[2] ?? '')
  if (product === undefined || month === undefined) return undefined
  const contractMonth = { year: 2_000 + Number(parts?.[3]), month }
  return isListed(product, contractMonth) ? contractOf(product, contractMonth) : undefined
}

/**
 * The contract that a person means: a contract id, an exchange root (`MNQ`: its front month) or a name with month and one-digit year (`MNQZ6`).
 */
export function contractByName(name: string, epochMs: number): ListedContract | undefined {
  const front = productByRoot(name)
  if (front !== undefined) return frontContract(front, epochMs)
  const parts = /^([A-Z0-9]+)([A-Z])(\d)$/.exec(name)
  const product = productByRoot(parts?.[1] ?? '')
  const month = monthOfLetter(parts?.[2] ?? '')
  if (product === undefined || month === undefined) return contractById(name)
  const year = yearEndingIn(Number(parts?.[3]), tradeDate(epochMs).year)
  return isListed(product, { year, month }) ? contractOf(product, { year, month }) : undefined
}

/** Whether the month is past. The simulator stops trading a month when it ceases to be the front month, some days before it really ends. */
export function isExpired(contract: ListedContract, epochMs: number): boolean {
  return Temporal.PlainDate.compare(tradeDate(epochMs), lastFrontDay(contract.product.roll, contract.month)) > 0
}

/** @param epochMs - decides whether the contract is the active one */
export function wireContract(contract: ListedContract, epochMs: number): WireContract {
  return wireForm(contract, frontContract(contract.product, epochMs).id === contract.id)
}

function wireForm(contract: ListedContract, activeContract: boolean): WireContract {
  const { product, month } = contract
  const monthName = Temporal.PlainDate.from({ ...month, day: 1 }).toLocaleString('en-US', { month: 'long' })
  return {
    id: contract.id,
    name: contract.name,
    description: `${product.title}: ${monthName} ${month.year}`,
    tickSize: priceOf(product.grid, 1),
    tickValue: dollars(product.tickValue),
    activeContract,
    symbolId: contract.symbolId,
  }
}

function contractOf(product: Product, month: ContractMonth): ListedContract {
  const letter = monthLetter(month.month)
  const year = String(month.year % 100).padStart(2, '0')
  return {
    id: `CON.F.US.${product.code}.${letter}${year}`,
    name: `${product.root}${letter}${month.year % 10}`,
    displayName: `${product.root}${letter}${year}`,
    symbolId: `F.US.${product.code}`,
    product,
    month,
  }
}

/** The year with that last digit which lies nearest, so that a file of last December still names last December's contract. */
function yearEndingIn(digit: number, around: number): number {
  const offsets = [0, 1, -1, 2, -2, 3, -3, 4, -4, 5]
  return around + (offsets.find((offset) => (around + offset) % 10 === digit) ?? 0)
}

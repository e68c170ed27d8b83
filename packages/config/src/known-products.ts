import { productOf, type Usd, usd } from '@rm/domain'

/** What lint texts know of a product. Never for a decision about money: tick values at run time come from the gateway. */
export interface KnownProduct {
  /** Exchange root, `NQ`. */
  readonly root: string
  /** The gateway's product code, `ENQ`. */
  readonly code: string
  /** Money per tick and contract. */
  readonly tickValue: Usd
  /** Ticks between high and low of an ordinary minute; `null` where we have no idea. */
  readonly minuteTicks: number | null
}

/** A product by its exchange root, the gateway's code or a contract id; `null` for one that nobody has recorded. */
export function knownProduct(name: string): KnownProduct | null {
  const named = productOf(name)
  return KNOWN_PRODUCTS.find(({ root, code }) => root === named || code === named) ?? null
}

// Tick values: gateway contract, section 8 (recorded 2026-08), in 1/10 000 dollars. The ticks of an ordinary minute are a guess, rounded, from
// day sessions of 2025 and 2026; they make a sentence, not a decision.
const ROWS: readonly (readonly [root: string, code: string, tickValue: number, minuteTicks: number | null])[] = [
  ['ES', 'EP', 125_000, 8],
  ['MES', 'MES', 12_500, 8],
  ['NQ', 'ENQ', 50_000, 40],
  ['MNQ', 'MNQ', 5_000, 40],
  ['RTY', 'RTY', 50_000, 12],
  ['M2K', 'M2K', 5_000, 12],
  ['YM', 'YM', 50_000, 12],
  ['MYM', 'MYM', 5_000, 12],
  ['EMD', 'EMD', 100_000, null],
  ['NKD', 'NKD', 250_000, null],
  ['CL', 'CLE', 100_000, 6],
  ['MCL', 'MCLE', 10_000, 6],
  ['QM', 'NQM', 125_000, null],
  ['NG', 'NGE', 100_000, 6],
  ['QG', 'NQG', 125_000, null],
  ['MNG', 'MNG', 10_000, 6],
  ['HO', 'HOE', 42_000, null],
  ['RB', 'RBE', 42_000, null],
  ['GC', 'GCE', 100_000, 20],
  ['MGC', 'MGC', 10_000, 20],
  ['SI', 'SIE', 250_000, 10],
  ['SIL', 'SIL', 50_000, 10],
  ['HG', 'CPE', 125_000, 6],
  ['MHG', 'MHG', 12_500, 6],
  ['PL', 'PLE', 50_000, null],
  ['ZT', 'TUA', 78_125, null],
  ['ZF', 'FVA', 78_125, null],
  ['ZN', 'TYA', 156_250, 2],
  ['TN', 'TNA', 156_250, null],
  ['ZB', 'USA', 312_500, 2],
  ['UB', 'ULA', 312_500, null],
  ['SR3', 'SR3', 125_000, null],
  ['6E', 'EU6', 62_500, null],
  ['M6E', 'M6E', 12_500, null],
  ['6B', 'BP6', 62_500, null],
  ['M6B', 'M6B', 6_250, null],
  ['6A', 'DA6', 50_000, null],
  ['M6A', 'M6A', 10_000, null],
  ['6C', 'CA6', 50_000, null],
  ['MCD', 'GMCD', 10_000, null],
  ['6J', 'JY6', 62_500, null],
  ['6S', 'SF6', 62_500, null],
  ['6N', 'NE6', 50_000, null],
  ['6M', 'MX6', 50_000, null],
  ['E7', 'EEU', 62_500, null],
  ['MBT', 'MBT', 5_000, null],
  ['MET', 'GMET', 500, null],
  ['ZC', 'ZCE', 125_000, null],
  ['ZS', 'ZSE', 125_000, null],
  ['ZW', 'ZWA', 125_000, null],
  ['ZL', 'ZLE', 60_000, null],
  ['ZM', 'ZME', 100_000, null],
  ['LE', 'GLE', 100_000, null],
  ['HE', 'HE', 100_000, null],
  ['GF', 'GF', 125_000, null],
]

/**
 * The products of the gateway. Only for advice: what is enforced uses the contract records of the gateway alone.
 */
export const KNOWN_PRODUCTS: readonly KnownProduct[] = ROWS.map(([root, code, tickValue, minuteTicks]) => ({
  root,
  code,
  tickValue: usd(tickValue),
  minuteTicks,
}))

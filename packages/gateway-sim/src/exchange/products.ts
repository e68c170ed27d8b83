import { type Money, money } from './money.ts'
import { type PriceGrid, priceGrid } from './price-grid.ts'

/** What trades at the same hours. */
export type TradingHours = 'globex' | 'grains' | 'livestock'

/** How the last day of a month as front month is found; see `contract-months.ts`. */
export type RollRule =
  | 'third-friday'
  | 'third-wednesday'
  | 'first-notice'
  | 'crude'
  | 'natural-gas'
  | 'prior-month-end'
  | 'last-friday'
  | 'tenth-business-day'

/** All months of one future. */
export interface Product {
  /** The exchange's name, which people and settings use: `ES`. */
  readonly root: string
  /** The gateway's name, which stands in contract ids: `EP`. */
  readonly code: string
  readonly title: string
  readonly grid: PriceGrid
  /** Of one tick and contract. */
  readonly tickValue: Money
  /** Listed delivery months as month letters, in the order of the year. */
  readonly months: string
  readonly roll: RollRule
  readonly hours: TradingHours
  /** Exchange and clearing cost of one contract and side. */
  readonly fee: Money
  /** The firm's commission of one contract and side. */
  readonly commission: Money
  /** Money that a position of one contract binds. */
  readonly margin: Money
  /** Where the generated market starts, in ticks. */
  readonly openingTicks: number
  /** Mean rate of the generated market in a calm phase. */
  readonly quotesPerSecond: number
}

interface Family {
  readonly months: string
  readonly roll: RollRule
  readonly hours: TradingHours
  readonly commission: Money
  readonly margin: Money
}

const everyMonth = 'FGHJKMNQUVXZ'
const quarterly = 'HMUZ'
// Commissions: 0.25 for micros and 0.50 for the rest were recorded (gateway contract, 6.4). The margins are a guess of the size that
// firms ask intraday: they only have to stop an absurd order.
const standard = { hours: 'globex', commission: money(5_000), margin: money(5_000_000) } as const
const micro = { hours: 'globex', commission: money(2_500), margin: money(500_000) } as const

const equity: Family = { ...standard, months: quarterly, roll: 'third-friday' }
const microEquity: Family = { ...micro, months: quarterly, roll: 'third-friday' }
const crude: Family = { ...standard, months: everyMonth, roll: 'crude' }
const microCrude: Family = { ...micro, months: everyMonth, roll: 'crude' }
const gas: Family = { ...standard, months: everyMonth, roll: 'natural-gas' }
const microGas: Family = { ...micro, months: everyMonth, roll: 'natural-gas' }
const refined: Family = { ...standard, months: everyMonth, roll: 'prior-month-end' }
const gold: Family = { ...standard, months: 'GJMQVZ', roll: 'first-notice' }
const microGold: Family = { ...micro, months: 'GJMQVZ', roll: 'first-notice' }
const silver: Family = { ...standard, months: 'HKNUZ', roll: 'first-notice' }
const microSilver: Family = { ...micro, months: 'HKNUZ', roll: 'first-notice' }
const platinum: Family = { ...standard, months: 'FJNV', roll: 'first-notice' }
const treasury: Family = { ...standard, months: quarterly, roll: 'first-notice' }
const currency: Family = { ...standard, months: quarterly, roll: 'third-wednesday' }
const microCurrency: Family = { ...micro, months: quarterly, roll: 'third-wednesday' }
const crypto: Family = { ...micro, months: everyMonth, roll: 'last-friday' }
const grains = { ...standard, hours: 'grains', roll: 'first-notice' } as const
const livestock = { ...standard, hours: 'livestock' } as const

/**
 * The products of the gateway (gateway contract, section 8) with what the simulator needs beside: opening price, fee in 1/10 000 $ of a side
 * and quotes per second. Fees of MNQ, MES, MCL, MYM and ZB are recorded (6.4), MNQ's quote rate too (section 5); the others are guesses of
 * the same order.
 */
const table: readonly Product[] = [
  product('ES', 'EP', 'E-mini S&P 500', '0.25', 125_000, equity, 6_500, 14_000, 35),
  product('NQ', 'ENQ', 'E-mini Nasdaq-100', '0.25', 50_000, equity, 25_000, 14_000, 35),
  product('RTY', 'RTY', 'E-mini Russell 2000', '0.1', 50_000, equity, 2_400, 14_000, 15),
  product('YM', 'YM', 'E-mini Dow', '1', 50_000, equity, 46_000, 14_000, 15),
  product('EMD', 'EMD', 'E-mini S&P MidCap 400', '0.1', 100_000, equity, 3_300, 14_000, 3),
  product('MES', 'MES', 'Micro E-mini S&P 500', '0.25', 12_500, microEquity, 6_500, 3_600, 30),
  product('MNQ', 'MNQ', 'Micro E-mini Nasdaq-100', '0.25', 5_000, microEquity, 25_000, 3_600, 40),
  product('M2K', 'M2K', 'Micro E-mini Russell 2000', '0.1', 5_000, microEquity, 2_400, 3_600, 12),
  product('MYM', 'MYM', 'Micro E-mini Dow', '1', 5_000, microEquity, 46_000, 3_700, 12),
  product('NKD', 'NKD', 'Nikkei 225 (USD)', '5', 250_000, equity, 50_000, 21_900, 3),
  product('CL', 'CLE', 'Crude Oil', '0.01', 100_000, crude, 60, 15_200, 25),
  product('MCL', 'MCLE', 'Micro Crude Oil', '0.01', 10_000, microCrude, 60, 5_100, 15),
  product('QM', 'NQM', 'E-mini Crude Oil', '0.025', 125_000, crude, 60, 12_200, 5),
  product('NG', 'NGE', 'Natural Gas', '0.001', 100_000, gas, 4.2, 16_000, 15),
  product('QG', 'NQG', 'E-mini Natural Gas', '0.005', 125_000, gas, 4.2, 5_200, 3),
  product('MNG', 'MNG', 'Micro Henry Hub Natural Gas', '0.001', 10_000, microGas, 4.2, 6_000, 5),
  product('HO', 'HOE', 'NY Harbor ULSD', '0.0001', 42_000, refined, 2.3, 15_200, 8),
  product('RB', 'RBE', 'RBOB Gasoline', '0.0001', 42_000, refined, 1.95, 15_200, 8),
  product('GC', 'GCE', 'Gold', '0.1', 100_000, gold, 4_100, 16_200, 25),
  product('MGC', 'MGC', 'Micro Gold', '0.1', 10_000, microGold, 4_100, 6_200, 15),
  product('SI', 'SIE', 'Silver', '0.005', 250_000, silver, 50, 16_200, 12),
  product('SIL', 'SIL', 'Micro Silver', '0.005', 50_000, microSilver, 50, 10_200, 8),
  product('HG', 'CPE', 'Copper', '0.0005', 125_000, silver, 5.1, 16_200, 10),
  product('MHG', 'MHG', 'Micro Copper', '0.0005', 12_500, microSilver, 5.1, 6_200, 5),
  product('PL', 'PLE', 'Platinum', '0.1', 50_000, platinum, 1_550, 16_200, 5),
  product('ZT', 'TUA', '2-Year T-Note', '0.00390625', 78_125, treasury, 104, 6_700, 8),
  product('ZF', 'FVA', '5-Year T-Note', '0.0078125', 78_125, treasury, 109, 6_700, 12),
  product('ZN', 'TYA', '10-Year T-Note', '0.015625', 156_250, treasury, 112.5, 8_000, 15),
  product('TN', 'TNA', 'Ultra 10-Year T-Note', '0.015625', 156_250, treasury, 115, 8_200, 10),
  product('ZB', 'USA', 'U.S. Treasury Bond', '0.03125', 312_500, treasury, 117, 8_900, 12),
  product('UB', 'ULA', 'Ultra U.S. Treasury Bond', '0.03125', 312_500, treasury, 121, 9_700, 10),
  product('SR3', 'SR3', 'Three-Month SOFR', '0.005', 125_000, currency, 96.3, 12_000, 5),
  product('6E', 'EU6', 'Euro FX', '0.00005', 62_500, currency, 1.16, 16_200, 20),
  product('M6E', 'M6E', 'Micro EUR/USD', '0.0001', 12_500, microCurrency, 1.16, 2_600, 8),
  product('6B', 'BP6', 'British Pound', '0.0001', 62_500, currency, 1.31, 16_200, 15),
  product('M6B', 'M6B', 'Micro GBP/USD', '0.0001', 6_250, microCurrency, 1.31, 2_600, 5),
  product('6A', 'DA6', 'Australian Dollar', '0.00005', 50_000, currency, 0.65, 16_200, 12),
  product('M6A', 'M6A', 'Micro AUD/USD', '0.0001', 10_000, microCurrency, 0.65, 2_600, 5),
  product('6C', 'CA6', 'Canadian Dollar', '0.00005', 50_000, currency, 0.71, 16_200, 10),
  product('MCD', 'GMCD', 'Micro CAD/USD', '0.0001', 10_000, microCurrency, 0.71, 2_600, 3),
  product('6J', 'JY6', 'Japanese Yen', '0.0000005', 62_500, currency, 0.0065, 16_200, 15),
  product('6S', 'SF6', 'Swiss Franc', '0.00005', 62_500, currency, 1.25, 16_200, 8),
  product('6N', 'NE6', 'New Zealand Dollar', '0.00005', 50_000, currency, 0.565, 16_200, 8),
  product('6M', 'MX6', 'Mexican Peso', '0.00001', 50_000, currency, 0.0545, 16_200, 5),
  product('E7', 'EEU', 'E-mini Euro FX', '0.0001', 62_500, currency, 1.16, 8_500, 3),
  product('MBT', 'MBT', 'Micro Bitcoin', '5', 5_000, crypto, 92_000, 21_200, 8),
  product('MET', 'GMET', 'Micro Ether', '0.5', 500, crypto, 3_000, 2_200, 8),
  product('ZC', 'ZCE', 'Corn', '0.25', 125_000, { ...grains, months: 'HKNUZ' }, 430, 21_900, 8),
  product('ZS', 'ZSE', 'Soybeans', '0.25', 125_000, { ...grains, months: 'FHKNQUX' }, 1_120, 21_900, 8),
  product('ZW', 'ZWA', 'Chicago Wheat', '0.25', 125_000, { ...grains, months: 'HKNUZ' }, 540, 21_900, 8),
  product('ZL', 'ZLE', 'Soybean Oil', '0.01', 60_000, { ...grains, months: 'FHKNQUVZ' }, 50, 21_900, 6),
  product('ZM', 'ZME', 'Soybean Meal', '0.1', 100_000, { ...grains, months: 'FHKNQUVZ' }, 320, 21_900, 6),
  product('LE', 'GLE', 'Live Cattle', '0.025', 100_000, cattle('GJMQVZ', 'first-notice'), 220, 21_900, 4),
  product('HE', 'HE', 'Lean Hogs', '0.025', 100_000, cattle('GJKMNQVZ', 'tenth-business-day'), 82, 21_900, 4),
  product('GF', 'GF', 'Feeder Cattle', '0.025', 125_000, cattle('FHJKQUVX', 'last-friday'), 330, 21_900, 3),
]

const byRoot: ReadonlyMap<string, Product> = new Map(table.map((row) => [row.root, row]))
const byCode: ReadonlyMap<string, Product> = new Map(table.map((row) => [row.code, row]))

export const products: readonly Product[] = table

/** @param code - the gateway's product code, `EP` */
export function productByCode(code: string): Product | undefined {
  return byCode.get(code)
}

/** @param root - the exchange root, `ES` */
export function productByRoot(root: string): Product | undefined {
  return byRoot.get(root)
}

function cattle(months: string, roll: RollRule): Family {
  return { ...livestock, months, roll }
}

function product(
  root: string,
  code: string,
  title: string,
  tickSize: string,
  tickValue: number,
  family: Family,
  openingPrice: number,
  fee: number,
  quotesPerSecond: number,
): Product {
  const grid = priceGrid(tickSize)
  const openingTicks = Math.round((openingPrice * grid.scale) / grid.step)
  return {
    root,
    code,
    title,
    grid,
    tickValue: money(tickValue),
    openingTicks,
    fee: money(fee),
    quotesPerSecond,
    ...family,
  }
}

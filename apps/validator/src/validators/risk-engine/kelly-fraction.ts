/** A position from flat to flat. */
export interface RoundTrip {
  /** Net, in ten-thousandths of a dollar. */
  readonly net: number
  /** The most contracts that were held at once. */
  readonly contracts: number
}

/** What a history of round trips says of the size that it bears. */
export interface Edge {
  readonly trips: number
  /** From 0 to 1. */
  readonly winRate: number
  /** Both positive, in ten-thousandths of a dollar; `averageLoss` of 0: nothing was lost yet. */
  readonly averageWin: number
  readonly averageLoss: number
  /** Of a losing round trip, for each contract. */
  readonly lossPerContract: number
  /** Share of the capital that grows it fastest: win rate − loss rate ÷ (average win ÷ average loss). Negative: the history loses. */
  readonly kelly: number
}

/** Fewer say nothing. */
export const TRIPS_MIN = 30
/** The full fraction supposes that the history is the truth, and it never is. */
export const KELLY_SHARE = 0.25

/** @param trips - at least one */
export function edgeOf(trips: readonly RoundTrip[]): Edge {
  const wins = trips.filter(({ net }) => net > 0)
  const losses = trips.filter(({ net }) => net < 0)
  const averageWin = mean(wins.map(({ net }) => net))
  const averageLoss = -mean(losses.map(({ net }) => net))
  const winRate = wins.length / trips.length
  // Round trips that won nothing and lost nothing count as losses of nothing: they make the edge smaller.
  const kelly =
    averageWin === 0 ? -1 : averageLoss === 0 ? winRate : winRate - (1 - winRate) / (averageWin / averageLoss)
  const lostContracts = sum(losses.map(({ contracts }) => contracts))
  const lossPerContract = lostContracts === 0 ? 0 : -sum(losses.map(({ net }) => net)) / lostContracts
  return { trips: trips.length, winRate, averageWin, averageLoss, lossPerContract, kelly }
}

export interface SizeCaps {
  /** In ten-thousandths of a dollar. */
  readonly capital: number
  /** By RULE-001 and RULE-002; `null`: neither bounds it. */
  readonly contracts: number | null
  /** Of a day, positive; `null`: there is none. */
  readonly dailyLoss: number | null
}

/** Contracts that a quarter of the Kelly fraction allows to lose on, within the limits of the account. 0 where the history loses. */
export function advisedContracts(
  { kelly, lossPerContract }: Edge,
  { capital, contracts, dailyLoss }: SizeCaps,
): number {
  if (kelly <= 0 || lossPerContract <= 0) return 0
  const risked = Math.min(kelly * KELLY_SHARE * capital, dailyLoss ?? Number.POSITIVE_INFINITY)
  return Math.floor(Math.min(risked / lossPerContract, contracts ?? Number.POSITIVE_INFINITY))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length
}

import { formatUsd, type Usd } from '@rm/domain'

/** An amount, or that nobody knows it: never 0 for what is unknown. */
export function amount(usd: Usd | null): string {
  return usd === null ? 'unknown' : formatUsd(usd)
}

/** `6 h 12 min`, `41 s`. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days ${hours % 24} h`
}

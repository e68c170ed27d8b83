import type { PositionView } from '@rm/domain'

/** `MNQZ6 +2`: the position in sentences for people. */
export function namedPosition({ contract, contractId, signedSize }: PositionView): string {
  return `${contract?.name ?? contractId} ${signedSize > 0 ? '+' : ''}${signedSize}`
}

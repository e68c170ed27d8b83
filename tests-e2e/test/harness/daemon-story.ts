import type { LogLine, LogReader } from './log-reader.ts'

/** The line of the breach of a rule on an account, as soon as it is told. */
export function breachOf(log: LogReader, accountId: number, rule: string, withinMs?: number): Promise<LogLine> {
  return log.awaitLine(
    `breach of ${rule} on ${accountId}`,
    (line) => line.event === 'breach-begun' && line.accountId === accountId && line['rule'] === rule,
    withinMs,
  )
}

/**
 * Until something was done about the breach of a rule and all of it has been verified: every goal of the breach or of its lockout
 * is over. Gives the lines of these ends.
 */
export async function enforcementOf(
  log: LogReader,
  accountId: number,
  rule: string,
  withinMs?: number,
): Promise<readonly LogLine[]> {
  await breachOf(log, accountId, rule, withinMs)
  await log.awaitLine(`verified enforcement of ${rule} on ${accountId}`, () => {
    const { begun, ended } = goalsOf(log, accountId, rule)
    return begun.length > 0 && begun.length === ended.length
  })
  return goalsOf(log, accountId, rule).ended
}

function goalsOf(
  log: LogReader,
  accountId: number,
  rule: string,
): { readonly begun: readonly LogLine[]; readonly ended: readonly LogLine[] } {
  const lines = log.lines().filter((line) => line.accountId === accountId)
  const origins = lines
    .filter((line) => line['rule'] === rule)
    .map((line) => line['breachId'] ?? line['lockoutId'])
    .filter((id) => id !== undefined && id !== null)
  const ofRule = lines.filter((line) => origins.some((id) => id === line['origin']))
  return {
    begun: ofRule.filter((line) => line.event === 'goal-begun'),
    ended: ofRule.filter((line) => line.event === 'goal-ended'),
  }
}

/** Until the account carries that state word. */
export function wordOf(log: LogReader, accountId: number, word: string, withinMs?: number): Promise<LogLine> {
  return log.awaitLine(`account ${accountId} is ${word}`, () => currentWord(log, accountId) === word, withinMs)
}

export function currentWord(log: LogReader, accountId: number): unknown {
  return log.lines().findLast((line) => line.event === 'word-changed' && line.accountId === accountId)?.['to']
}

/** Until the daemon has read every account and trusts its book of it. */
export async function trusted(log: LogReader, accountIds: readonly number[]): Promise<void> {
  for (const id of accountIds) {
    await log.awaitLine(`account ${id} is trusted`, () => {
      const word = currentWord(log, id)
      return word !== undefined && word !== 'UNTRUSTED' && word !== 'RECONCILING'
    })
  }
}

import { expect, test } from 'vitest'
import { enforcementsOf, playedDay, type Told } from './played-day.ts'

/** The last trader acts 84 s into the day. */
const DAY = '87s'
const LIMIT_MS = 150_000

/** Whose trader breaks it. RULE-012 keeps orders in place; nothing of it is a breach. */
const BROKEN = {
  'RULE-001': 7001001,
  'RULE-002': 7001002,
  'RULE-003': 7001003,
  'RULE-004': 7001001,
  'RULE-005': 7001002,
  'RULE-006': 7001004,
  'RULE-007': 7001008,
  'RULE-008': 7001005,
  'RULE-009': 7001007,
  'RULE-010': 7001004,
  'RULE-011': 7001005,
  'RULE-013': 7001007,
}

test(
  'each of the thirteen rules is broken by a trader of the scenario all-rules, enforced or alerted, verified and explained',
  async () => {
    const { exitCode, lines, ended } = await playedDay('--scenario', 'all-rules', '--duration', DAY)
    expect(exitCode).toBe(0)

    const breaches = lines.filter(({ event }) => event === 'breach-begun')
    expect(accountsByRule(breaches.map((line) => [line.rule, line.accountId]))).toEqual(BROKEN)
    const enforcements = enforcementsOf(lines)
    expect(accountsByRule(enforcements.map((line) => [line.owedTo, line.accountId]))).toEqual(BROKEN)
    for (const rule of Object.keys(BROKEN)) expect(enforcements.some((line) => isExplained(line, rule))).toBe(true)

    expect(lockoutsOf(lines, 'lockout-set')).toEqual([
      'RULE-003 account',
      'RULE-006 account',
      'RULE-007 account', // after more than 100 dollars
      'RULE-007 account', // after more than 200
      'RULE-009 product:MCL',
      'RULE-010 account',
      'RULE-011 product:NG',
      'RULE-013 account',
    ])
    expect(lockoutsOf(lines, 'lockout-ended')).toEqual([
      'RULE-006 account',
      'RULE-007 account',
      'RULE-007 account',
      'RULE-010 account',
    ])
    const alerts = lines.filter((line) => line.accountId === 7001004 && line.alert !== undefined)
    expect(alerts.map(({ event, alert }) => `${event} ${alert}`)).toEqual([
      'alert stream-down',
      'alert-over stream-down',
      'alert cannot-trade',
      'alert-over cannot-trade',
    ])

    expect(managedOrders(lines)).toEqual([
      'place-order sell 2 CON.F.US.M2K.Z26 stop at 2398.1',
      'place-order sell 2 CON.F.US.M2K.Z26 target at 2406.1',
      'modify-order to 2, stop at 2400.2', // break-even
      'modify-order to 2, stop at 2400.2', // the trader had moved it away
      'modify-order to 2, stop at 2401.6', // behind the market
      'modify-order to 1, stop at 2401.6', // half of the position was closed
      'modify-order to 1, target at 2406.1',
      'place-order buy 1 CON.F.US.MYM.Z26 stop at 46020',
      'place-order buy 1 CON.F.US.MYM.Z26 target at 45940',
      'cancel-order', // that position is gone
      'cancel-order',
    ])

    expect(ended.rules.map(({ rule }) => rule)).toEqual([...Object.keys(BROKEN), 'RULE-012'].toSorted())
    expect(Object.fromEntries(ended.ledger.map(({ id, holds, orders }) => [id, [holds, ...orders]]))).toEqual({
      7001001: ['1 CON.F.US.MES.Z26'], // gold was closed, this was left
      7001002: ['2 CON.F.US.MNQ.Z26'], // limit 2; oil was closed, this was left
      7001003: ['flat'], // locked by its daily loss
      7001004: ['1 CON.F.US.MES.Z26'], // bought when the firm allowed trading again
      7001005: [
        '1 CON.F.US.MNQ.Z26, 1 CON.F.US.MNG.Z26', // no NG
        'sell 1 CON.F.US.MNQ.Z26 stop 24900',
        'sell 1 CON.F.US.MNG.Z26 stop 4.101',
      ],
      7001006: [
        '1 CON.F.US.MNQ.Z26', // behaved
        'sell 1 CON.F.US.MNQ.Z26 stop 24900.25',
        'sell 1 CON.F.US.MNQ.Z26 limit 25200.25',
      ],
      7001007: ['flat'], // its session is over, and the target of the day is reached
      7001008: ['1 CON.F.US.YM.Z26'], // bought after the second cooldown
      7001009: ['1 CON.F.US.M2K.Z26', 'sell 1 CON.F.US.M2K.Z26 stop 2401.6', 'sell 1 CON.F.US.M2K.Z26 limit 2406.1'],
    })
  },
  LIMIT_MS,
)

/** The one account of each rule; more than one stand as a list. */
function accountsByRule(
  pairs: readonly (readonly [string | undefined, number | undefined])[],
): Record<string, number | undefined | (number | undefined)[]> {
  const groups = Object.entries(Object.groupBy(pairs, ([rule]) => rule ?? 'none'))
  return Object.fromEntries(
    groups.map(([rule, group = []]) => {
      const accounts = [...new Set(group.map(([, account]) => account))]
      return [rule, accounts.length === 1 ? accounts[0] : accounts]
    }),
  )
}

/** It says why, what was sent, what the gateway answered and how it is known to be done. */
function isExplained({ explanation = [] }: Told, rule: string): boolean {
  const hasSentence = (start: string, word: string): boolean =>
    explanation.some((sentence) => sentence.startsWith(start) && sentence.includes(word))
  return (
    explanation[0]?.startsWith(rule) === true &&
    hasSentence('sent: ', 'the gateway answered accepted') &&
    hasSentence('reached', 'proved by')
  )
}

function lockoutsOf(lines: readonly Told[], event: string): string[] {
  const ended = /^Lockout ended: RULE-\d+ /
  const set = /^Lockout set: (\S+) .*$/
  return lines
    .filter((line) => line.event === event)
    .map(({ rule, msg }) => `${rule} ${msg.replace(ended, '').replace(set, '$1')}`)
    .toSorted()
}

/** What was sent for RULE-012, without ids of orders. */
function managedOrders(lines: readonly Told[]): string[] {
  return lines
    .filter(({ event, goalId }) => event === 'command-sent' && goalId === null)
    .map(({ msg }) => msg.replace('Trade management: ', '').replace(/-order \d+/, '-order'))
}

import type { Scenario } from '../trader-script.ts'
import { practiceDay } from './practice-day.ts'

/** More rounds than a day has room for. */
const ALL_DAY = 10_000

/**
 * The accounts of the practice day, traded for hours by three who never tire: one holds a position, one trades within the limits, one breaks
 * them in every round. Something always happens, so that a daemon can be watched for what grows.
 */
export const longDay: Scenario = {
  name: 'long-day',
  title: 'Hours of trading, with a breach every few seconds',
  startsAt: '2026-11-18T08:35:00-06:00',
  regimes: ['calm', 'trend'],
  accounts: practiceDay.accounts,
  traders: [
    {
      account: 7_001_005,
      story: 'holds crude oil with a stop far away',
      steps: [{ do: 'market', after: '1s', contract: 'MCL', side: 'buy', size: 1, stopLossTicks: 400 }],
    },
    {
      account: 7_001_006,
      story: 'enters and leaves within the limits',
      steps: [
        {
          do: 'repeat',
          times: ALL_DAY,
          steps: [
            { do: 'market', after: '20s', contract: 'MES', side: 'buy', size: 1, stopLossTicks: 200 },
            { do: 'close', after: '20s', contract: 'MES' },
          ],
        },
      ],
    },
    {
      account: 7_001_002,
      story: 'buys more than allowed, again and again',
      breaks: 'RULE-002',
      steps: [
        {
          do: 'repeat',
          times: ALL_DAY,
          steps: [
            { do: 'market', after: '3s', contract: 'MNQ', side: 'buy', size: 3 },
            { do: 'close', after: '3s', contract: 'MNQ' },
          ],
        },
      ],
    },
  ],
}

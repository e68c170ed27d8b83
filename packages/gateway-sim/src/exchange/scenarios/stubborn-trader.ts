import type { Scenario } from '../trader-script.ts'

/** One account that loses 600 dollars at once and then re-enters twice a second for a quarter of a minute, whatever happens to it. */
export const stubbornTrader: Scenario = {
  name: 'stubborn-trader',
  title: 'A locked trader who keeps re-entering',
  startsAt: '2026-11-18T09:40:00-06:00',
  regimes: ['still'],
  accounts: [{ id: 7001011, name: 'PRAC-V2-100200-7001011', balance: 50_000 }],
  traders: [
    {
      account: 7001011,
      story: 'loses 600 dollars and re-enters thirty times',
      breaks: 'RULE-003',
      steps: [
        { do: 'market', at: '2s', contract: 'ES', side: 'buy', size: 1 },
        { do: 'move', after: '500ms', contract: 'ES', ticks: -48 },
        {
          do: 'repeat',
          times: 30,
          steps: [{ do: 'market', after: '500ms', contract: 'MES', side: 'buy', size: 1 }],
        },
      ],
    },
  ],
}

import type { Scenario } from '../trader-script.ts'

/** Two accounts, no traders, prices that only move when told to: the stage for a test that brings its own action. */
export const quietMorning: Scenario = {
  name: 'quiet-morning',
  title: 'Nobody trades',
  startsAt: '2026-11-18T09:45:00-06:00',
  regimes: ['still'],
  accounts: [
    { id: 7001021, name: 'PRAC-V2-100200-7001021', balance: 50_000 },
    { id: 7001022, name: 'PRAC-V2-100200-7001022', balance: 150_000 },
  ],
  traders: [],
}

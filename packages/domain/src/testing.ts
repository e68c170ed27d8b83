export { anAccount, anOrder, aPosition, aTrade, CONNECTED, contracts, TEST_ACCOUNT } from './testing/builders.ts'
export { ManualClock } from './testing/manual-clock.ts'

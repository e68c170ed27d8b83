export { type AccountLock, lockAccount, type AccountLockOptions } from './store/account-lock.ts'
export type { AuditVerdict } from './store/audit-chain.ts'
export { openStore, type StoreOptions } from './store/open-store.ts'
export type { ConfigVersion, Store } from './store/store.ts'

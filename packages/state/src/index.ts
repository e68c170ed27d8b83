export type { AuditVerdict } from './store/audit-chain.ts'
export { openStore, type StoreOptions } from './store/open-store.ts'
export type { ConfigVersion, Store } from './store/store.ts'

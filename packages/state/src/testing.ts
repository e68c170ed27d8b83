export { openMemoryStore, type MemoryStore } from './testing/memory-store.ts'

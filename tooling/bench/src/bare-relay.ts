import { bareRelay } from '@rm/runtime-pack/bare'

await bareRelay()

/**
 * Holds the boot chain: every stage takes what the one before it returns, so a stage that is skipped, forgotten or taken out of order does
 * not compile. Checked by `typecheck`; nothing here runs.
 */
import { connect, initializeRules, open, run } from '../src/boot.ts'
import type { Configured, Connected, Opened, RulesReady } from '../src/boot-stages.ts'

declare const configured: Configured
declare const opened: Opened
declare const connected: Connected
declare const ready: RulesReady

await open(configured)
await connect(opened)
initializeRules(connected)
await run(ready)

// @ts-expect-error without the stage `open` there is no store and no gateway to connect
await connect(configured)

// @ts-expect-error without the stage `connect` the accounts are unknown, so no rules can be initialized
initializeRules(opened)

// @ts-expect-error without the stage `initializeRules` there is no kernel that events could go to
await run(connected)

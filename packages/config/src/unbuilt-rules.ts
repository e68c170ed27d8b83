import type { RuleCode } from '@rm/domain'

/** Rules that the documentation has and this version cannot enforce. Switched on, they must not be ignored silently. */
export const UNBUILT_RULES: ReadonlyMap<string, RuleCode> = new Map()

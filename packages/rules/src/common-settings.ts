import { z } from 'zod'

/** The parameters that every rule has (risk rules, 1.8). */
export interface CommonSettings {
  readonly enabled: boolean
  /** `shadow` evaluates and logs, without goals. */
  readonly mode: 'enforce' | 'shadow'
  /** Shares of the limit at which a warning is given, once per trading day and level. */
  readonly warn_at: readonly number[]
}

/** The shape of {@link CommonSettings}, to be spread into a rule's own. */
export function commonSettings(enabledByDefault: boolean): {
  readonly enabled: z.ZodDefault<z.ZodBoolean>
  readonly mode: z.ZodDefault<z.ZodEnum<{ enforce: 'enforce'; shadow: 'shadow' }>>
  readonly warn_at: z.ZodDefault<z.ZodArray<z.ZodNumber>>
} {
  return {
    enabled: z.boolean().default(enabledByDefault).describe('Whether the rule is on.'),
    mode: z
      .enum(['enforce', 'shadow'])
      .default('enforce')
      .describe('`enforce` acts on a breach; `shadow` judges and logs, and does nothing.'),
    warn_at: z
      .array(z.number().gt(0).lte(1))
      .default([0.8])
      .describe('Shares of the limit at which a warning is given, once per trading day and level.'),
  }
}

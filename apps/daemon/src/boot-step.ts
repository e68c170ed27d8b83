/** The fourteen steps of a real start, in order. The log names each when it is done, so that it shows where a boot stopped. */
export const BOOT_STEPS = [
  'config',
  'validation',
  'logging',
  'database',
  'schema',
  'state',
  'client',
  'login',
  'modules',
  'rules',
  'hubs',
  'subscriptions',
  'scheduler',
  'running',
] as const

export type BootStep = (typeof BOOT_STEPS)[number]

/** `boot 4/14: database` */
export function describeStep(step: BootStep): string {
  return `boot ${BOOT_STEPS.indexOf(step) + 1}/${BOOT_STEPS.length}: ${step}`
}

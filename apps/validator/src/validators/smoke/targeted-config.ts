import type { LoadedConfig } from '@rm/config'
import { RmError } from '@rm/domain'
import type { CheckContext, NotApplicable } from '../../validator.ts'

/** The configuration whose gateway is looked at. Throws `CONFIG_INVALID` when it is refused: nobody knows which gateway is meant. */
export function targetedConfig({
  config,
  target,
}: Pick<CheckContext, 'config' | 'target'>): LoadedConfig | NotApplicable {
  if (target.kind === 'simulator') return { notApplicable: 'The target is the simulator; --target gateway asks this.' }
  if (!config.ok) throw new RmError('CONFIG_INVALID', 'the configuration is refused, so its gateway is not known')
  return config
}

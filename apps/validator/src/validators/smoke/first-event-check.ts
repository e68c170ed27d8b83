import { smoke } from '@rm/runtime-pack'
import { Rehearsal } from '../../rehearsal/rehearsal.ts'
import type { Check } from '../../validator.ts'
import { startAnswer } from './start-answer.ts'

/** Boots the daemon on the configuration, waits for the first event of the gateway, and stops it again. */
export const firstEventCheck: Check = {
  id: 'first-event',
  title: 'The daemon starts, hears the gateway and stops',
  from: 'quick',
  limitMs: 60_000,
  async run(context) {
    const rehearsal = await Rehearsal.set(context)
    const { firstEventMs } = context.criteria.reliability
    const report = await smoke({
      daemon: context.subject.programs.daemon,
      configDirectory: rehearsal.configDirectory,
      dataDirectory: rehearsal.dataDirectory,
      environment: rehearsal.environment,
      withinMs: firstEventMs,
      onCheckpoint: ({ message }) => context.tell(message),
    })
    return startAnswer(report, firstEventMs)
  },
}

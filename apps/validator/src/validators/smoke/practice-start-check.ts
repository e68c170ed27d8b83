import path from 'node:path'
import type { LoadedConfig } from '@rm/config'
import { smoke } from '@rm/runtime-pack'
import { definedOf } from '../../rehearsal/defined-variables.ts'
import { quietConfig } from '../../rehearsal/rehearsal-config.ts'
import type { Finding } from '../../report/validation-report.ts'
import { answer, type Check } from '../../validator.ts'
import { configuredGateway } from './configured-gateway.ts'
import { accountsNamed } from './gateway-accounts-check.ts'
import { startAnswer } from './start-answer.ts'
import { targetedConfig } from './targeted-config.ts'

/** With it the name of a practice account begins (gateway contract 2.4). */
const PRACTICE_NAME = 'PRAC'

/** Boots the daemon on the configured gateway, where it enforces like any other until it is stopped again. */
export const practiceStartCheck: Check = {
  id: 'practice-start',
  title: 'On the practice accounts of the configured gateway the daemon starts, hears it and stops',
  from: 'quick',
  limitMs: 120_000,
  async run(context) {
    const { target, subject, scratch, criteria } = context
    const config = targetedConfig(context)
    if ('notApplicable' in config) return config
    if (target.kind !== 'gateway' || !target.mayTradeOnPractice)
      return { notApplicable: 'Nothing is started on a real gateway without --live-practice.' }
    const others = await noPracticeAccounts(config)
    if (others.length > 0) return answer('The daemon was not started.', others)
    const configDirectory = path.join(scratch, 'config')
    quietConfig(subject.configDirectory, configDirectory)
    const { firstEventMs } = criteria.reliability
    const report = await smoke({
      daemon: subject.programs.daemon,
      configDirectory,
      dataDirectory: path.join(scratch, 'data'),
      environment: definedOf(subject.environment),
      withinMs: firstEventMs,
      onCheckpoint: ({ message }) => context.tell(message),
    })
    return startAnswer(report, firstEventMs)
  },
}

/** What keeps the daemon from being started: an account that the settings or the gateway call anything but a practice account. */
async function noPracticeAccounts(config: LoadedConfig): Promise<readonly Finding[]> {
  const gateway = configuredGateway(config)
  try {
    await gateway.login()
    const accounts = await gateway.accounts()
    return config.accounts
      .filter(({ enabled }) => enabled)
      .flatMap((configured) => {
        const named = accountsNamed(configured, accounts)
        const isPractice = named.length === 1 && named.every(({ name }) => name.startsWith(PRACTICE_NAME))
        if (configured.type === 'practice' && isPractice) return []
        const said = named.map(({ name }) => name).join(', ') || 'no account'
        const what = `configured as ${configured.type}, and the gateway knows ${said}: no practice account for certain`
        return [{ severity: 'error', place: `accounts.yaml: ${configured.name}`, what, remedy: REMEDY }]
      })
  } finally {
    await gateway.stop()
  }
}

const REMEDY = 'Leave --live-practice out, or give it a configuration with nothing but practice accounts.'

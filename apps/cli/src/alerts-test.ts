import { ChannelFault, type Channel, type Notice, openChannels } from '@rm/alerts'
import { type DiagnosticStyle, diagnosticsToJson, formatDiagnostics, loadConfig, type LoadOptions } from '@rm/config'
import { formatInstant, type Instant } from '@rm/domain'
import { EXIT_CODES } from '@rm/runtime-pack'
import type { CommandResult } from './config-check.ts'

export interface AlertsTestOptions extends LoadOptions {
  readonly face: 'text' | 'json'
  readonly style: DiagnosticStyle
  readonly now: Instant
}

interface Verdict {
  readonly channel: string
  readonly delivered: boolean
  /** Why not. Never a credential. */
  readonly fault: string | null
}

/** `alerts test`: sends one alert by every channel that is on, and tells of each whether its receiver took it. */
export async function testAlerts(options: AlertsTestOptions): Promise<CommandResult> {
  const loaded = loadConfig(options)
  if (!loaded.ok) {
    const { diagnostics } = loaded
    const text =
      options.face === 'json' ? diagnosticsToJson(diagnostics) : formatDiagnostics(diagnostics, options.style)
    return { output: `${text}\n`, exitCode: EXIT_CODES.configuration }
  }
  const channels = openChannels(loaded.general.notifications)
  if (channels.length === 0) {
    const output = options.face === 'json' ? '[]\n' : `${NO_CHANNEL}\n`
    return { output, exitCode: EXIT_CODES.configuration }
  }
  const verdicts = await Promise.all(channels.map((channel) => verdictOf(channel, noticeAt(options.now))))
  const exitCode = verdicts.every(({ delivered }) => delivered) ? EXIT_CODES.success : EXIT_CODES.exception
  const output = options.face === 'json' ? `${JSON.stringify(verdicts)}\n` : verdicts.map(lineOf).join('')
  return { output, exitCode }
}

const NO_CHANNEL =
  'No alert channel is on: nobody would hear of a breach. Turn one on below general.notifications in risk_config.yaml.'

/** Longer than the daemon waits: a person sees how slow a receiver is. */
const DEADLINE_MS = 10_000

async function verdictOf(channel: Channel, notice: Notice): Promise<Verdict> {
  try {
    await channel.send([notice], DEADLINE_MS)
    return { channel: channel.name, delivered: true, fault: null }
  } catch (error) {
    if (!(error instanceof ChannelFault)) throw error
    return { channel: channel.name, delivered: false, fault: error.message }
  }
}

function noticeAt(now: Instant): Notice {
  const at = formatInstant(now)
  return {
    id: `test-${now}`,
    revision: 1,
    kind: 'test',
    severity: 'warning',
    code: 'test',
    account: null,
    at,
    begunAt: at,
    seenCount: 1,
    text: 'this is a test of the alert channels; nothing is wrong',
    details: [],
  }
}

function lineOf({ channel, delivered, fault }: Verdict): string {
  return `${channel.padEnd(WIDEST_NAME)}  ${delivered ? 'delivered' : `NOT DELIVERED: ${fault}`}\n`
}

const WIDEST_NAME = 'alertmanager'.length

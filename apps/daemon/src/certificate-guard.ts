import { readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LoadedConfig } from '@rm/config'
import type { AccountPolicy, PolicyInForce } from '@rm/engine'
import type { EnabledRules } from '@rm/rules'
import { certificateFault, programBuild } from '@rm/runtime-pack'
import type { LineQueue } from './line-queue.ts'
import { wallClockMs } from './system-clock.ts'

type CertifiedConfig = Pick<LoadedConfig, 'hash' | 'general'>

const ALERT = 'certificate-invalid'

/** This program: the bundle of the daemon, whichever of its files runs. */
const PROGRAM = fileURLToPath(import.meta.url)

/**
 * Lets rules enforce only while a certificate of the validator holds for this build and this configuration, where the settings require one (decision 0047).
 * Otherwise they judge in shadow; lockouts and goals that were set before stay in force.
 */
export class CertificateGuard {
  readonly #dataDirectory: string
  readonly #lines: LineQueue
  readonly #build: string | null
  #config: CertifiedConfig
  #fault: string | null = null

  constructor(config: CertifiedConfig, dataDirectory: string, lines: LineQueue) {
    this.#config = config
    this.#dataDirectory = dataDirectory
    this.#lines = lines
    this.#build = config.general.certificate === null ? null : programBuild(PROGRAM).digest
    this.#fault = this.#look()
    if (this.#fault !== null) this.#tell(this.#fault)
  }

  /** Why no rule enforces; `null` while rules do. */
  get fault(): string | null {
    return this.#fault
  }

  /** Looks at the file again, and by another configuration when one is named. @returns whether rules enforce now and did not, or the other way round */
  look(config: CertifiedConfig = this.#config): boolean {
    this.#config = config
    const before = this.#fault
    this.#fault = this.#look()
    if (this.#fault === before) return false
    this.#tell(this.#fault)
    return (this.#fault === null) !== (before === null)
  }

  /** What an account is held to, with its rules in shadow while no certificate holds. */
  applyTo({ policy, pending }: PolicyInForce): PolicyInForce {
    const fault = this.#fault
    if (fault === null) return { policy, pending }
    return { policy: inShadow(policy, fault), pending: pending === null ? null : inShadow(pending, fault) }
  }

  #look(): string | null {
    const { certificate } = this.#config.general
    if (certificate === null) return null
    return certificateFault(this.#read(certificate.file), {
      build: this.#build ?? programBuild(PROGRAM).digest,
      configuration: this.#config.hash,
      host: os.hostname(),
      publicKey: certificate.publicKey,
      nowMs: wallClockMs(),
    })
  }

  #read(file: string): string | null {
    try {
      return readFileSync(path.resolve(this.#dataDirectory, file), 'utf8')
    } catch {
      return null // whoever asks is told that there is none
    }
  }

  #tell(fault: string | null): void {
    if (fault === null) {
      const message = `Alert over: ${ALERT}: the certificate holds, rules enforce`
      this.#lines.add({ level: 'info', message, topic: 'enforcement', facts: { event: 'alert-over', alert: ALERT } })
      return
    }
    const message = `Alert: no rule enforces, as a certificate is required and ${fault}; run the validator. Lockouts stay in force`
    const facts = { event: 'alert', alert: ALERT, severity: 'critical', because: fault }
    this.#lines.add({ level: 'fatal', message, topic: 'enforcement', facts })
  }
}

/** Judged and told, with nothing done: what the guards of the data would close is told as well. */
function inShadow(policy: AccountPolicy, fault: string): AccountPolicy {
  const rules: EnabledRules = Object.fromEntries(
    Object.entries(policy.rules).map(([id, settings]) => [id, { ...settings, mode: 'shadow' }]),
  )
  const guards = { ...policy.guards, onStaleQuotes: 'alert', onUnvaluedPosition: 'alert' } as const
  return { ...policy, rules, guards, uncertified: `no certificate: ${fault}` }
}

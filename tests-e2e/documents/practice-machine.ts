import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { AlertSink } from '../test/harness/alert-sink.ts'
import { awaitCondition } from '../test/harness/await-condition.ts'
import { CLI, plainEnvironment } from '../test/harness/built-program.ts'
import { API_KEY, USER_NAME } from '../test/harness/daemon-process.ts'
import { enforcementOf, trusted } from '../test/harness/daemon-story.ts'
import { GatewayProcess } from '../test/harness/gateway-process.ts'
import { removeLeftLeases } from '@rm/state'
import { FIRST_ACCOUNT } from '../test/harness/stage.ts'
import { SupervisorProcess } from '../test/harness/supervisor-process.ts'
import { TemporaryFolder } from '../test/harness/temporary-folder.ts'
import { runWizard } from '../test/harness/wizard-session.ts'
import { ROOT } from './document-commands.ts'

export interface Ran {
  readonly code: number | null
  readonly output: string
}

const PASSPHRASE = 'a long passphrase of the test'

/** A folder like that of somebody who reads the documents, with the simulator for a gateway and one daemon for all commands. */
export class PracticeMachine implements AsyncDisposable {
  readonly gateway: GatewayProcess
  readonly #folder: TemporaryFolder
  readonly #receiver: AlertSink
  #daemon: SupervisorProcess | null = null

  private constructor(gateway: GatewayProcess, folder: TemporaryFolder, receiver: AlertSink) {
    this.gateway = gateway
    this.#folder = folder
    this.#receiver = receiver
  }

  /** The configuration `my-risk` is there, made by the wizard as a person does; no daemon runs yet. */
  static async prepared(): Promise<PracticeMachine> {
    const machine = new PracticeMachine(
      await GatewayProcess.start('practice-day'),
      new TemporaryFolder(),
      await AlertSink.open(),
    )
    for (const name of ['apps', 'config', 'packages', 'tooling'])
      symlinkSync(path.join(ROOT, name), machine.#path(name))
    mkdirSync(machine.#path('bin'))
    writeFileSync(machine.#path('bin/risk-manager'), `#!/bin/sh\nexec "${process.execPath}" "${CLI}" "$@"\n`)
    chmodSync(machine.#path('bin/risk-manager'), 0o755)
    writeFileSync(machine.#path('passphrase.txt'), PASSPHRASE, { mode: 0o600 })
    const made = await runWizard(
      ['--config', machine.#path('my-risk')],
      [
        { question: 'Gateway', typed: '2' },
        { question: 'Its API', typed: machine.gateway.addresses.url },
        { question: 'Its user hub', typed: '' },
        { question: 'Its market hub', typed: '' },
        { question: 'User name', typed: USER_NAME },
        { question: 'API key', typed: API_KEY },
        { question: 'Which to watch', typed: '1' },
        { question: 'Kind', typed: '' },
        { question: 'Size', typed: '' },
        { question: 'Loss of a day', typed: '' },
        { question: 'Open loss of one position', typed: '' },
        { question: 'Contracts at once', typed: '3' },
        { question: 'Products', typed: 'MNQ:1 MES:5' },
      ],
    )
    if (made.code !== 0) throw new Error(`the wizard ended with ${made.code}\n${made.stderr}`)
    machine.#addChannel()
    await machine.run('risk-manager env --json > yesterday.json')
    return machine
  }

  /** Starts the shared daemon as the documents say, and lets the traders loose until something was enforced. */
  async begin(): Promise<void> {
    const [configDirectory, dataDirectory] = [this.#path('my-risk'), this.#path('my-data')]
    // The login is that of the wizard; what the daemon waits for is what `trace` shows.
    const environment = { PROJECTX_USERNAME: '', PROJECTX_API_KEY: '', ASYNC_DEBUG: '1' }
    this.#daemon = new SupervisorProcess({ configDirectory, dataDirectory, environment })
    const { log } = await this.#daemon.running()
    await trusted(log, [FIRST_ACCOUNT])
    await this.gateway.beginScript()
    await enforcementOf(log, FIRST_ACCOUNT, 'RULE-002')
  }

  /** Until the supervisor has ended by itself. */
  async ended(): Promise<number | null> {
    return (await this.#daemon?.ended())?.code ?? null
  }

  /** Runs a line as a shell does that stands in the folder. */
  async run(line: string): Promise<Ran> {
    const child = this.#shell(line)
    const [out, err] = [child.stdout, child.stderr].map((stream) => (stream === null ? '' : text(stream)))
    const [code] = await once(child, 'close')
    return { code: code as number | null, output: `${await out}${await err}` }
  }

  /** Runs a line until it has said something, then interrupts it as Ctrl-C does. */
  async follow(line: string, until: RegExp): Promise<Ran> {
    const child = this.#shell(`exec ${line}`)
    const closed = once(child, 'close')
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (piece: string) => (output += piece))
    }
    try {
      await awaitCondition(`output of ${line}`, () => until.test(output), { explain: () => output })
    } finally {
      child.kill('SIGINT')
    }
    const [code] = await closed
    return { code: code as number | null, output }
  }

  #shell(line: string): ChildProcess {
    const node = path.dirname(process.execPath)
    const { PATH = '', ...environment } = plainEnvironment()
    return spawn('/bin/sh', ['-c', this.#here(line)], {
      cwd: this.#folder.path,
      env: { ...environment, PATH: [this.#path('bin'), node, PATH].join(path.delimiter) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  /** The line with the folders and ports of this machine. */
  #here(line: string): string {
    return line
      .replaceAll('npm run -s risk-manager -- ', 'risk-manager ')
      .replaceAll('/etc/risk-manager', 'my-risk')
      .replaceAll('/var/lib/risk-manager/data', 'my-data')
      .replaceAll('/run/risk-manager', 'my-data/control')
      .replaceAll('http://127.0.0.1:5081', this.gateway.addresses.controlUrl)
      .replace('--port 5080 --control-port 5081', '--port 0 --control-port 0')
  }

  /** A channel for alerts: the shipped file has its lines as a comment. */
  #addChannel(): void {
    const file = this.#path('my-risk/risk_config.yaml')
    const shipped = readFileSync(file, 'utf8')
    const place = /^ {2}# notifications:$/m
    if (!place.test(shipped)) throw new Error('risk_config.yaml has no comment for notifications any more')
    writeFileSync(file, shipped.replace(place, '  notifications: { webhook: { enabled: true, url: "${ALERTS_URL}" } }'))
    writeFileSync(this.#path('my-risk/.env'), `ALERTS_URL=${this.#receiver.url('/alerts')}\n`, { flag: 'a' })
  }

  #path(name: string): string {
    return path.join(this.#folder.path, name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon?.[Symbol.asyncDispose]()
    await this.gateway[Symbol.asyncDispose]()
    await this.#receiver[Symbol.asyncDispose]()
    removeLeftLeases(this.gateway.addresses.url, [FIRST_ACCOUNT])
    this.#folder[Symbol.dispose]()
  }
}

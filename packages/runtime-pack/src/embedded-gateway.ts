import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { ChildProgram } from './child-program.ts'

interface EmbeddedGatewayOptions {
  /** The simulator's program. */
  readonly entry: string
  readonly scenario: string
  /** Decides every market move. */
  readonly seed: number
}

/** What the simulator announces when it is ready. */
const Announcement = z.object({ url: z.url(), userHub: z.url(), marketHub: z.url(), controlUrl: z.url() })
type Announcement = z.infer<typeof Announcement>

/** Not a secret: the simulator lets in whoever knows what its own command line says. */
const CREDENTIALS = { userName: 'practice', apiKey: 'practice-key' }
const STARTUP_MS = 20_000
const STOP_MS = 8_000

/**
 * The simulator as a process of its own, which the daemon knows by URLs and credentials only. Its traders wait for {@link begin}. It is gone
 * with its owner, also when that is killed.
 */
export class EmbeddedGateway implements AsyncDisposable {
  readonly url: string
  readonly controlUrl: string
  /** What a daemon needs in its environment for the configurations below `config/simulator`. */
  readonly environment: Readonly<Record<string, string>>
  readonly #program: ChildProgram

  private constructor(program: ChildProgram, { url, userHub, marketHub, controlUrl }: Announcement) {
    this.#program = program
    this.url = url
    this.controlUrl = controlUrl
    this.environment = {
      SIM_API_URL: url,
      SIM_USER_HUB_URL: userHub,
      SIM_MARKET_HUB_URL: marketHub,
      PROJECTX_USERNAME: CREDENTIALS.userName,
      PROJECTX_API_KEY: CREDENTIALS.apiKey,
    }
  }

  /** Throws when the simulator ends or is not ready in time. */
  static async start({ entry, scenario, seed }: EmbeddedGatewayOptions): Promise<EmbeddedGateway> {
    const announced = Promise.withResolvers<Announcement>()
    const program = new ChildProgram({
      entry,
      args: ['--json', '--hold', '--exit-with-parent', '--scenario', scenario, '--seed', String(seed)],
      environment: { GATEWAY_SIM_API_KEY: CREDENTIALS.apiKey },
      onLine: (line) => {
        const announcement = readAnnouncement(line)
        if (announcement !== null) announced.resolve(announcement)
      },
    })
    try {
      return new EmbeddedGateway(program, await Promise.race([announced.promise, ended(program), tooLate()]))
    } catch (error) {
      await program.stop(STOP_MS)
      throw error
    }
  }

  /** Lets the scripted traders begin. */
  async begin(): Promise<void> {
    const answer = await fetch(`${this.controlUrl}/sim/script/begin`, { method: 'POST' })
    if (!answer.ok) throw new Error(`the simulator refused to begin: ${answer.status}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program.stop(STOP_MS)
  }
}

function readAnnouncement(line: string): Announcement | null {
  try {
    return Announcement.safeParse(JSON.parse(line)).data ?? null
  } catch {
    return null
  }
}

async function ended(program: ChildProgram): Promise<never> {
  throw new Error(`the simulator ended with ${await program.ended}`)
}

async function tooLate(): Promise<never> {
  await pause(STARTUP_MS, undefined, { ref: false })
  throw new Error(`the simulator was not ready within ${STARTUP_MS / 1_000} s`)
}

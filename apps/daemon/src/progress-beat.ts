import process from 'node:process'

export type DaemonStage = 'starting' | 'running'

/** What a daemon tells the supervisor that started it, over the channel between the two. */
type DaemonWord =
  /** The event loop turns; said twice a second. */
  | { readonly stage: DaemonStage }
  /** The code of the `RmError` for which the start cannot be. */
  | { readonly refusal: string }

const BEAT_MS = 500

/** Says to the supervisor, if there is one, that the event loop turns (reliability P-05). */
export class ProgressBeat {
  #stage: DaemonStage = 'starting'
  /** A supervisor that stands still must not gather what nobody reads. */
  #isOnTheWay = false

  start(): void {
    if (process.send === undefined) return
    // Without a supervisor the protection goes on; its successor takes over from this process when it ends.
    process.on('disconnect', () => clearInterval(timer))
    const timer = setInterval(() => this.#beat(), BEAT_MS)
    this.#beat()
  }

  running(): void {
    this.#stage = 'running'
  }

  refused(refusal: string): void {
    this.#say({ refusal })
  }

  #beat(): void {
    if (this.#isOnTheWay) return
    this.#isOnTheWay = true
    this.#say({ stage: this.#stage })
  }

  #say(word: DaemonWord): void {
    if (!process.connected) return
    process.send?.(word, undefined, undefined, () => {
      this.#isOnTheWay = false
    })
  }
}

import type { Stream } from '@rm/domain'

/** Something that was begun and waits for its end. */
export interface Activity {
  readonly name: 'hub connect' | 'hub subscribe' | 'REST call' | 'reading' | 'store commit' | 'timer'
  /** Which one: the stream, the route, the account. */
  readonly about: string
  readonly waitsFor: string
}

/** What became of one of the gateway's streams. `heard`: a frame arrived, be it a ping. */
export interface StreamNews {
  readonly stream: Stream
  readonly state: 'heard' | 'connected' | 'lost'
  /** Of a loss. */
  readonly reason: string | null
}

/** Who wants to know what the process waits for. */
interface ActivityListener {
  begun(activity: Activity): void
  /** Gets the same object; perhaps more than once. */
  ended(activity: Activity): void
  stream(news: StreamNews): void
}

/** None as a rule; then nothing of this costs more than a comparison. */
let listener: ActivityListener | null = null

/** From now on for the rest of the process (`ASYNC_DEBUG=1` of the daemon). */
export function listenToActivities(to: ActivityListener): void {
  listener = to
}

/** Tells that something has begun; what it returns tells that it is over. */
export function beginActivity(activity: () => Activity): () => void {
  if (listener === null) return nobodyListens
  const told = activity()
  listener.begun(told)
  return () => listener?.ended(told)
}

/** The same around work that ends by itself. */
export function during<Result>(activity: () => Activity, work: () => Promise<Result>): Promise<Result> {
  if (listener === null) return work()
  const end = beginActivity(activity)
  return work().finally(end)
}

export function tellStream(news: StreamNews): void {
  listener?.stream(news)
}

/** Whether somebody wants to know of every frame. */
export function isStreamWatched(): boolean {
  return listener !== null
}

function nobodyListens(): void {}

/** No usable answer: nothing arrived in time, or what arrived was not the gateway's word. */
export class TransportFault extends Error {
  override readonly name = 'TransportFault'
  /** `false`: the request certainly never reached the gateway. */
  readonly sent: boolean

  constructor(reason: string, sent: boolean, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause })
    this.sent = sent
  }
}

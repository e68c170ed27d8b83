import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { Chromium } from './chromium.ts'

const Requested = z.object({ request: z.object({ url: z.string() }) })
const Evaluated = z.object({
  result: z.object({ value: z.unknown().optional() }),
  exceptionDetails: z.unknown().optional(),
})
const Data = z.object({ data: z.base64() })
const COLUMNS = 1_100
const LOUD = new Set(['Runtime.consoleAPICalled', 'Runtime.exceptionThrown', 'Log.entryAdded'])

/** A file as a browser shows it, with what the page asked for and complained about meanwhile. */
export class RenderedPage implements AsyncDisposable {
  /** Addresses of everything that was asked for, the page itself included. */
  readonly requests: string[] = []
  /** What stands in the console. */
  readonly complaints: string[] = []
  readonly #browser: Chromium

  private constructor(browser: Chromium) {
    this.#browser = browser
  }

  static async open(file: string): Promise<RenderedPage> {
    const browser = await Chromium.open()
    const page = new RenderedPage(browser)
    const loaded = Promise.withResolvers<undefined>()
    browser.onEvent((method, params) => {
      if (method === 'Network.requestWillBeSent') page.requests.push(Requested.parse(params).request.url)
      if (LOUD.has(method)) page.complaints.push(JSON.stringify(params))
      if (method === 'Page.loadEventFired') loaded.resolve(undefined)
    })
    for (const domain of ['Page', 'Network', 'Runtime', 'Log']) await browser.send(`${domain}.enable`)
    await browser.send('Emulation.setDeviceMetricsOverride', {
      width: COLUMNS,
      height: 900,
      deviceScaleFactor: 1,
      mobile: false,
    })
    await browser.send('Page.navigate', { url: pathToFileURL(file).href })
    await loaded.promise
    return page
  }

  /** Shows the page to a reader who wants that scheme. */
  async show(scheme: 'light' | 'dark'): Promise<void> {
    const features = [{ name: 'prefers-color-scheme', value: scheme }]
    await this.#browser.send('Emulation.setEmulatedMedia', { features })
  }

  /** All of the page, as PNG. */
  async screenshot(): Promise<Buffer> {
    const answer = await this.#browser.send('Page.captureScreenshot', { format: 'png', captureBeyondViewport: true })
    return bytesOf(answer)
  }

  /** The page as it is printed, as PDF. */
  async printed(): Promise<Buffer> {
    return bytesOf(await this.#browser.send('Page.printToPDF', { printBackground: false, preferCSSPageSize: true }))
  }

  /** What an expression gives in the page; a promise is awaited. */
  async evaluate(expression: string): Promise<unknown> {
    const answer = await this.#browser.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
    const { result, exceptionDetails } = Evaluated.parse(answer)
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails))
    return result.value
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser[Symbol.asyncDispose]()
  }
}

function bytesOf(answer: unknown): Buffer {
  return Buffer.from(Data.parse(answer).data, 'base64')
}

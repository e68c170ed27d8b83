import { describe, expect, test } from 'vitest'
import { ambientUses } from '../src/ambient.ts'

function namesFound(path: string, text: string): readonly string[] {
  return ambientUses([{ path, text }]).map((finding) => finding.replace(/: [^:]+$/, ''))
}

describe('time, waits, chance and the terminal', () => {
  test.each([
    ['packages/rules/src/evaluate.ts', 'const now = Date.now()', 'Date.now'],
    ['packages/config/src/load.ts', 'const now = new Date()', 'new Date'],
    ['packages/sdk-bridge/src/rest/retry.ts', 'const now = globalThis.performance.now()', 'performance.now'],
    ['apps/daemon/src/boot.ts', 'const now = Temporal.Now.instant()', 'Temporal.Now.instant'],
    ['packages/engine/src/scheduler.ts', 'setTimeout(() => wake(), 5)', 'setTimeout'],
    ['packages/state/src/book/view.ts', 'setImmediate(done)', 'setImmediate'],
    ['packages/domain/src/timers.ts', 'globalThis.setInterval(tick, 1)', 'setInterval'],
    ['packages/gateway-sim/src/market.ts', 'const step = Math.random()', 'Math.random'],
    ['packages/rules/test/evaluate.test.ts', 'const seed = Math.random()', 'Math.random'],
    ['packages/engine/src/enforcer.ts', "console.error('lost')", 'console.error'],
    ['packages/state/test/book.test.ts', 'console.log(view)', 'console.log'],
  ])('are not taken from the air in %s: %s', (path, text, name) =>
    expect(namesFound(path, `\n${text}`)).toEqual([`${path}:2: ${name}`]),
  )

  test.each([
    ['packages/rules/src/evaluate.ts', '// Date.now() would be wrong here\nconst text = "new Date()"'],
    ['packages/sdk-bridge/src/rest/client.ts', 'const served = new Date(header)'],
    ['packages/sdk-bridge/src/hubs/staleness.ts', 'setTimeout(check, ms)'],
    ['apps/daemon/src/system-clock.ts', 'const now = Temporal.Now.instant()'],
    ['packages/gateway-sim/src/seeded-random.ts', 'const seed = Math.random()'],
    ['apps/cli/src/start.ts', 'console.log(line)'],
    ['tooling/bench/src/relay.ts', 'const from = performance.now()'],
    ['packages/engine/src/enforcer.ts', 'clock.setTimeout(1)\nmarket.random()\nlog.console()'],
  ])('are left alone in %s: %s', (path, text) => expect(namesFound(path, text)).toEqual([]))
})

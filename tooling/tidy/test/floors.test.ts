import { describe, expect, test } from 'vitest'
import { importsAgainstTheFloors } from '../src/floors.ts'

function check(path: string, text: string, findings: readonly string[]): void {
  expect(importsAgainstTheFloors([{ path, text }])).toEqual(findings)
}

describe('the floors', () => {
  test.each([
    ['packages/domain/src/usd.ts', "import { z } from 'zod'\nimport { invariant } from './invariant.ts'"],
    ['packages/rules/src/registry.ts', "import type { Breach } from '@rm/domain'"],
    ['packages/engine/src/take-turn.ts', "import { applyEvent } from '@rm/state/book'"],
    ['packages/gateway-sim/src/rest-routes.ts', "import { orderSchema } from '@rm/sdk-bridge/wire'"],
    ['packages/gateway-sim/src/virtual/virtual-time.ts', "import { instant } from '@rm/domain'"],
    ['packages/state/src/store/open.ts', "import Database from 'better-sqlite3'\nimport { statSync } from 'node:fs'"],
    ['packages/state/src/book/apply-event.ts', "import { usd } from '@rm/domain'\nimport { view } from './view.ts'"],
    ['apps/daemon/src/boot.ts', "import { openStore } from '@rm/state'\nconst pino = await import('pino')"],
    ['packages/engine/test/simulation/chaos.test.ts', "import { startGatewaySim } from '@rm/gateway-sim'"],
    ['packages/rules/src/max-contracts.ts', "// like import '@rm/state'\nconst text = \"from '@rm/engine'\""],
  ])('let %s import what its place allows', (path, text) => check(path, text, []))

  test.each([
    ['packages/domain/src/usd.ts', "import { rules } from '@rm/rules'", '1: imports @rm/rules against the floors'],
    ['packages/rules/src/evaluate.ts', "\nimport '@rm/state/book'", '2: imports @rm/state/book against the floors'],
    ['packages/engine/src/recovery.ts', "import { open } from '@rm/state'", '1: imports @rm/state against the floors'],
    [
      'packages/engine/src/recovery.ts',
      "export * from '@rm/sdk-bridge'",
      '1: imports @rm/sdk-bridge against the floors',
    ],
    ['packages/gateway-sim/src/server.ts', "import '@rm/sdk-bridge'", '1: imports @rm/sdk-bridge against the floors'],
    ['packages/gateway-sim/src/server.ts', "import '@rm/domain'", '1: imports @rm/domain against the floors'],
    [
      'packages/gateway-sim/src/virtual/virtual-gateway.ts',
      "import '@rm/engine'",
      '1: imports @rm/engine against the floors',
    ],
    ['packages/config/src/load.ts', "export { x } from '@rm/engine'", '1: imports @rm/engine against the floors'],
    [
      'packages/sdk-bridge/src/gateway.ts',
      "import '@rm/domain/testing'",
      '1: imports @rm/domain/testing against the floors',
    ],
    ['apps/daemon/src/boot.ts', "await import('@rm/gateway-sim')", '1: imports @rm/gateway-sim against the floors'],
    ['apps/cli/src/start.ts', "import type { T } from '@rm/engine'", '1: imports @rm/engine against the floors'],
    [
      'packages/domain/src/clock.ts',
      "import { hrtime } from 'node:process'",
      '1: imports node:process into the functional core',
    ],
    ['packages/rules/src/rule.ts', "import axios from 'axios'", '1: imports axios into the functional core'],
    ['packages/state/src/book.ts', "import { sql } from 'kysely'", '1: imports kysely into the functional core'],
    [
      'packages/state/src/book/view.ts',
      "import { open } from '../store/open.ts'",
      '1: imports ../store/open.ts into the pure book',
    ],
    [
      'packages/state/src/book/view.ts',
      "import { open } from '../index.ts'",
      '1: imports ../index.ts into the pure book',
    ],
  ])('refuse that %s does %j', (path, text, finding) => check(path, text, [`${path}:${finding}`]))

  test('have a place for every package', () =>
    check('packages/shared/src/index.ts', '', [
      'packages/shared/src/index.ts: packages/shared has no place in the floors',
    ]))
})

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { launchdPlist } from '../src/launchd-plist.ts'
import { installService, uninstallService } from '../src/service-file.ts'
import { systemdUnit } from '../src/systemd-unit.ts'
import { windowsService } from '../src/windows-service.ts'

const PLACES = {
  node: '/opt/node/bin/node',
  supervisor: '/opt/risk manager/apps/daemon/dist/supervisor.js',
  configDirectory: '/etc/risk-manager',
}
const TRADER = 1000
const UNIT = systemdUnit(PLACES)

let folder: string
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'rm-service-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const wish = (to: string | null, userId = 0) => ({ to, userId, commandLine: 'risk-manager service install' })

describe('the text of the service', () => {
  test('of systemd hides, restricts and restarts (P-05, X-08)', () => expect(UNIT.text).toMatchSnapshot())
  test('of launchd clears the environment and restarts', () => expect(launchdPlist(PLACES).text).toMatchSnapshot())
  test('of Windows leaves users no right to stop', () =>
    expect(
      windowsService({
        node: String.raw`C:\Program Files\nodejs\node.exe`,
        supervisor: String.raw`C:\RiskManager\supervisor.js`,
        configDirectory: String.raw`C:\ProgramData\RiskManager\config`,
      }).text,
    ).toMatchSnapshot())

  const analyze = spawnSync('systemd-analyze', ['--version'])
  const isAnalyzable = analyze.status === 0
  test.skipIf(!isAnalyzable)(
    `is accepted by systemd-analyze${isAnalyzable ? '' : ' (skipped: no systemd-analyze on this machine)'}`,
    () => {
      const file = path.join(folder, 'risk-manager.service')
      const places = { ...PLACES, node: process.execPath }
      expect(installService({ ...systemdUnit(places), hidden: [] }, places, wish(file))).toMatchObject({ exitCode: 0 })
      const { stdout, stderr, status } = spawnSync('systemd-analyze', ['verify', '--man=no', file], {
        encoding: 'utf8',
      })
      expect(`${stdout}${stderr}`).toBe('')
      expect(status).toBe(0)
    },
  )
})

describe('installing', () => {
  test('writes the file, readable by all, and says what remains', () => {
    const file = path.join(folder, 'system', 'risk-manager.service')
    const { output, exitCode } = installService(UNIT, PLACES, wish(file, TRADER))
    expect(exitCode).toBe(0)
    expect(readFileSync(file, 'utf8')).toBe(UNIT.text)
    expect(statSync(file).mode & 0o777).toBe(0o644 & ~process.umask())
    expect(output).toContain('systemctl enable --now risk-manager')
  })

  test("in the machine's own folder is refused to all but root before anything is written, with a way (X-06)", () => {
    const file = path.join(folder, 'missing', 'risk-manager.service')
    const { output, exitCode } = installService({ ...UNIT, file }, PLACES, wish(null, TRADER))
    expect(exitCode).toBe(5)
    expect(output).toBe(
      `error: ${file} is root's, and this is user 1000; nothing was changed\n  Say: sudo risk-manager service install\n`,
    )
    expect(existsSync(path.dirname(file))).toBe(false)
  })

  test.each([
    ['/home/trader/node', PLACES.configDirectory, '/home'],
    [PLACES.node, '/tmp/config', '/tmp'],
  ])('of what the service would not see is refused: %s, %s', (node, configDirectory, hidden) => {
    const file = path.join(folder, 'risk-manager.service')
    const { output, exitCode } = installService(UNIT, { ...PLACES, node, configDirectory }, wish(file))
    expect(exitCode).toBe(5)
    expect(output).toContain(`the service sees nothing below ${hidden}, where `)
    expect(existsSync(file)).toBe(false)
  })

  test('on Windows is done by commands', () =>
    expect(installService(windowsService(PLACES), PLACES, wish(null)).output).toContain('service show --for windows'))
})

describe('uninstalling', () => {
  test('removes the file and says what remains', () => {
    const file = path.join(folder, 'risk-manager.service')
    installService(UNIT, PLACES, wish(file))
    expect(uninstallService(UNIT, wish(file)).output).toContain('systemctl disable --now risk-manager')
    expect(existsSync(file)).toBe(false)
    expect(uninstallService(UNIT, wish(file))).toMatchObject({ exitCode: 5 })
  })

  test('is refused to all but root (X-06)', () => {
    const file = path.join(folder, 'risk-manager.service')
    installService(UNIT, PLACES, wish(file))
    expect(uninstallService({ ...UNIT, file }, wish(null, TRADER))).toMatchObject({ exitCode: 5 })
    expect(existsSync(file)).toBe(true)
  })
})

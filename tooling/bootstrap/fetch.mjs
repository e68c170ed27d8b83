// The pinned programs: fetched once by npm as platform packages, checked against the committed hash, kept inside the repository.
import { exec, execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

/** The key of `toolchain.json` for this machine; Alpine and its like get `-musl`, for which a pnpm exists and a Node does not. */
export function platformKey() {
  process.report.excludeNetwork = true // name look-ups of open sockets would make the report slow
  const musl = process.platform === 'linux' && process.report.getReport().header.glibcVersionRuntime === undefined
  return `${process.platform}-${process.arch}${musl ? '-musl' : ''}`
}

/** True when `folder` holds exactly the pinned package: same name (the platform), same version, program present. */
export function isPresent(folder, pin) {
  try {
    const found = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return found.name === pin.package && found.version === pin.version && existsSync(join(folder, pin.file))
  } catch {
    return false
  }
}

/**
 * Puts the pinned package into `folder` unless it is there already.
 *
 * npm downloads, so the user's registry, proxy and certificates apply; install scripts stay off, nothing becomes global.
 * Throws when the hash that npm verified differs from the committed one, or when the program is missing afterwards.
 */
export async function fetchPinned(folder, pin) {
  if (isPresent(folder, pin)) return
  process.stderr.write(`Fetching ${pin.package} ${pin.version} into ${folder}\n`)
  mkdirSync(dirname(folder), { recursive: true })
  const scratch = mkdtempSync(`${folder}-`)
  try {
    await npmInstall(scratch, `${pin.package}@${pin.version}`)
    const lock = JSON.parse(readFileSync(join(scratch, 'node_modules/.package-lock.json'), 'utf8'))
    refuseOtherHash(pin, lock.packages[`node_modules/${pin.package}`]?.integrity)
    const fetched = join(scratch, 'node_modules', pin.package)
    // npm exits 0 when it leaves out a package that does not fit the platform.
    if (!isPresent(fetched, pin)) throw new Error(`npm delivered no ${pin.file} in ${pin.package}@${pin.version}`)
    chmodSync(join(fetched, pin.file), 0o755)
    moveIntoPlace(fetched, folder, scratch, pin)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** Throws unless npm verified exactly the hash that this repository has committed. */
function refuseOtherHash(pin, verified) {
  if (verified === pin.integrity) return
  throw new Error(
    `${pin.package}@${pin.version} is not the package this repository pins: expected ${pin.integrity}, got ${verified ?? 'no hash'}`,
  )
}

// Two commands may fetch at the same time: the first one wins, and the second one must not pull the program from under its feet.
function moveIntoPlace(fetched, folder, scratch, pin) {
  if (isPresent(folder, pin)) return
  try {
    if (existsSync(folder)) renameSync(folder, join(scratch, 'replaced'))
    renameSync(fetched, folder)
  } catch (error) {
    if (!isPresent(folder, pin)) throw error
  }
}

async function npmInstall(prefix, spec) {
  const flags = ['--ignore-scripts', '--no-save', '--no-package-lock', '--no-audit', '--no-fund']
  const args = ['install', '--prefix', prefix, ...flags, spec]
  const script = npmScript()
  try {
    if (script) await promisify(execFile)(process.execPath, [script, ...args])
    else await promisify(exec)(['npm', ...args.map((arg) => JSON.stringify(arg))].join(' '))
  } catch (error) {
    throw new Error(`npm could not fetch ${spec}:\n${error.stderr || error.message}`, { cause: error })
  }
}

// Node refuses to spawn `npm.cmd` without a shell since 18.20 and 20.12, so npm's own script is preferred over the wrapper.
function npmScript() {
  const beside = dirname(process.execPath)
  return [
    process.env.npm_execpath,
    join(beside, 'node_modules/npm/bin/npm-cli.js'),
    join(beside, '../lib/node_modules/npm/bin/npm-cli.js'),
  ].find((path) => path?.endsWith('npm-cli.js') && existsSync(path))
}

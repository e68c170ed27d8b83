// The door of every root script: with nothing but Node 18 and npm it provides the pinned Node, pnpm and dependencies, then runs the task.
//
//   node tooling/bootstrap/bootstrap.mjs SCRIPT [ARG…]                          a script of package.json, to its end
//   node tooling/bootstrap/bootstrap.mjs --build PACKAGE[,…] --exec FILE [ARG…]   build, then FILE as a direct child
//
// A long-lived program must be our direct child: between it and us a shell or pnpm would die of a signal and leave it running.
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { fetchPinned, platformKey } from './fetch.mjs'
import { supervise } from './supervise.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const OLDEST_NODE = 18
const ENVIRONMENT_AT_FAULT = 5 // the product's exit code for a missing dependency or a broken environment

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`bootstrap: ${error.message}\n`)
  process.exitCode = ENVIRONMENT_AT_FAULT
}

async function main(argv) {
  const task = parseTask(argv)
  if (nodeMajor() < OLDEST_NODE) throw new Error(`Node ${OLDEST_NODE} or newer is needed, this is ${process.version}`)
  const toolchain = JSON.parse(readFileSync(join(root, 'tooling/bootstrap/toolchain.json'), 'utf8'))
  const tools = await provide(toolchain)
  const env = childEnvironment(tools)
  const options = { cwd: root, env }

  if (!existsSync(join(root, 'node_modules')))
    process.stderr.write('Installing the dependencies (once, some seconds)\n')
  const installed = await quietly(tools.pnpm, ['install', '--frozen-lockfile', '--prefer-offline'], options)
  if (installed !== 0) return installed
  if (task.kind === 'script') return supervise(tools.pnpm, ['run', task.name, ...task.args], options)

  const filters = task.packages.map((name) => `--filter=${name}`)
  const turbo = join(root, 'node_modules/turbo/bin/turbo')
  const built = await quietly(tools.node, [turbo, 'run', 'build', ...filters], options)
  if (built !== 0) return built
  return supervise(tools.node, [join(root, task.file), ...task.args], { env })
}

/** Reads the command line; whatever follows the script or file belongs to it, options included. */
function parseTask(argv) {
  const [first, second, third, fourth, ...rest] = argv
  if (first === '--build' && second && third === '--exec' && fourth) {
    return { kind: 'program', packages: second.split(','), file: fourth, args: rest }
  }
  if (first && !first.startsWith('-')) return { kind: 'script', name: first, args: argv.slice(1) }
  throw new Error('usage: bootstrap.mjs SCRIPT [ARG…] | bootstrap.mjs --build PACKAGE[,…] --exec FILE [ARG…]')
}

/** The programs to use: the running Node when it is new enough, else the pinned one; always the pinned pnpm. */
async function provide(toolchain) {
  const folder = join(root, '.rm-toolchain')
  const needed = { pnpm: toolchain.pnpm }
  if (nodeMajor() < toolchain.node.accept) needed.node = toolchain.node
  const platform = platformKey()
  const tools = { node: process.execPath }
  for (const [name, { platforms }] of Object.entries(needed)) {
    const pin = platforms[platform]
    if (pin === undefined)
      throw new Error(`no ${name} is pinned for ${platform}; install Node ${toolchain.node.accept} yourself`)
    await fetchPinned(join(folder, name), pin)
    tools[name] = join(folder, name, pin.file)
  }
  return tools
}

/** The environment of everything below: our Node and pnpm first in PATH, npm's registry settings under pnpm's names, no other npm leftovers. */
function childEnvironment(tools) {
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' }
  for (const setting of ['registry', 'cafile', 'proxy', 'https_proxy', 'noproxy', 'strict_ssl']) {
    const value = env[`npm_config_${setting}`]
    if (value !== undefined) env[`pnpm_config_${setting}`] ??= value
  }
  for (const name of Object.keys(env)) {
    if (name.startsWith('npm_') && name !== 'npm_config_userconfig') delete env[name]
  }
  const pathName = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH'
  env[pathName] = [dirname(tools.node), dirname(tools.pnpm), env[pathName]].join(delimiter)
  return env
}

/** Runs a preparation whose output matters only when it fails, and answers with its exit code. */
async function quietly(command, args, options) {
  try {
    await promisify(execFile)(command, args, { ...options, maxBuffer: 64 * 1024 * 1024 })
    return 0
  } catch (error) {
    process.stderr.write(`${error.stdout ?? ''}${error.stderr || error.message}\n`)
    return typeof error.code === 'number' ? error.code : 1
  }
}

function nodeMajor() {
  return Number(process.versions.node.split('.')[0])
}

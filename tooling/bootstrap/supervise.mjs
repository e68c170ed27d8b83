// One child process, treated as if it were this one: same terminal, same signals, same exit code, never an orphan.
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { isatty } from 'node:tty'

const PARENT_POLL_MS = 500

/**
 * Runs a program to its end and answers with its exit code: its own, or 128 + n when signal n ended it.
 *
 * SIGTERM and SIGHUP are handed on; SIGINT only without a terminal, because a terminal signals the whole group by itself.
 * When our own parent vanishes (npm killed, window closed) the child is asked to stop, so that no daemon outlives its command.
 */
export function supervise(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options })
    const ownsTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor))
    const handOn = (signal) => {
      if (signal !== 'SIGINT' || !ownsTerminal) child.kill(signal)
    }
    const signals = ['SIGTERM', 'SIGHUP', 'SIGINT']
    for (const signal of signals) process.on(signal, handOn)
    const stopWatching = watchParents(() => child.kill('SIGTERM'))
    const release = () => {
      for (const signal of signals) process.removeListener(signal, handOn)
      stopWatching()
    }
    child.on('error', (error) => {
      release()
      reject(error)
    })
    child.on('exit', (code, signal) => {
      release()
      resolve(signal === null ? code : 128 + constants.signals[signal])
    })
  })
}

function watchParents(onVanished) {
  const parent = process.ppid
  const npm = npmAbove(parent)
  const timer = setInterval(() => {
    if (isParent(parent) && (npm === null || isAlive(npm))) return
    clearInterval(timer)
    onVanished()
  }, PARENT_POLL_MS)
  return () => clearInterval(timer)
}

/**
 * The npm above the shell in which it runs a script, or `null` when we have another parent than such a shell.
 *
 * The shell outlives a killed npm without a word, so npm itself has to be watched. Not on Windows, where no cheap question tells
 * the parent of another process: there a killed npm is noticed when its shell goes.
 */
function npmAbove(shell) {
  if (process.platform === 'win32' || process.env.npm_lifecycle_event === undefined) return null
  const { name, parent } = describeProcess(shell)
  return /(^|\/)[a-z]{0,2}sh$/.test(name) ? Number(parent) : null
}

// A slim container has /proc but no ps, a Mac has ps but no /proc.
function describeProcess(pid) {
  try {
    const described =
      process.platform === 'linux'
        ? /\((?<name>.*)\) \S (?<parent>\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))
        : /(?<parent>\d+)\s+(?<name>.*\S)/.exec(
            execFileSync('ps', ['-o', 'ppid=,comm=', '-p', `${pid}`], { encoding: 'utf8' }),
          )
    return described.groups
  } catch {
    return { name: '', parent: '' } // gone already, which the first poll will see
  }
}

// Unix gives an orphan a new parent; Windows keeps the old number, which then answers to nobody.
function isParent(pid) {
  return process.platform === 'win32' ? isAlive(pid) : process.ppid === pid
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}

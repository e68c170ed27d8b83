// One child process, treated as if it were this one: same terminal, same signals, same exit code, never an orphan.
import { spawn } from 'node:child_process'
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
    const stopWatching = watchParent(() => child.kill('SIGTERM'))
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

function watchParent(onVanished) {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (parentLives(parent)) return
    clearInterval(timer)
    onVanished()
  }, PARENT_POLL_MS)
  return () => clearInterval(timer)
}

// Unix gives an orphan a new parent; Windows keeps the old number, which then answers to nobody.
function parentLives(parent) {
  if (process.platform !== 'win32') return process.ppid === parent
  try {
    process.kill(parent, 0)
    return true
  } catch {
    return false
  }
}

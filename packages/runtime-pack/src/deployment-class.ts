import { existsSync, readFileSync } from 'node:fs'

/**
 * How hard the daemon is to get around from here (reliability 4.1). The program cannot know who the trader is: it says what whoever runs this
 * could do. Only somebody who knows the people can say A.
 */
export interface DeploymentClass {
  /** `B or A`: nothing speaks against it. */
  readonly letter: 'C' | 'B or A' | 'unknown'
  readonly because: string
}

/** Groups whose members can become administrator, on Linux and macOS. */
const ADMINISTRATORS: ReadonlySet<string> = new Set(['root', 'sudo', 'wheel', 'admin'])
const GROUPS_FILE = '/etc/group'

export function deploymentClass(): DeploymentClass {
  const user = process.getuid?.()
  if (user === undefined) {
    const because = 'this system does not tell who is an administrator: C if the trader is one, else B'
    return { letter: 'unknown', because }
  }
  const group = user === 0 ? 'root' : administratorGroup(process.getgroups?.() ?? [])
  if (group !== null) {
    const because = `this user is an administrator (${group}): if it is the trader's, the rules are advice`
    return { letter: 'C', because }
  }
  const because =
    'this user is no administrator: B if the trader can log in to this machine, A ("bypass-resistant") only if not'
  return { letter: 'B or A', because }
}

function administratorGroup(ids: readonly number[]): string | null {
  if (!existsSync(GROUPS_FILE)) return null
  for (const line of readFileSync(GROUPS_FILE, 'utf8').split('\n')) {
    const [name = '', , id] = line.split(':')
    if (ADMINISTRATORS.has(name) && ids.includes(Number(id))) return name
  }
  return null
}

import path from 'node:path'
import type { Role } from './routes.ts'

/**
 * Where a daemon listens for a role. Permissions are the role: only the daemon's user opens the administrator's socket, and whoever may enter
 * the folder opens the trader's.
 *
 * @param folder - `general.control.folder`
 */
export function socketPath(folder: string, role: Role): string {
  const place = path.resolve(folder)
  if (process.platform !== 'win32') return path.join(place, `${role}.sock`)
  return `\\\\.\\pipe\\risk-manager-${role}-${place.replaceAll(/[^A-Za-z0-9]+/g, '-')}`
}

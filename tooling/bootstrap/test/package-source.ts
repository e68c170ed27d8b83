import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

/** A package that really was packed by npm, and the loopback server from which npm can install it. */
export interface PackageSource extends AsyncDisposable {
  readonly url: string
  readonly integrity: string
}

/** Packs `name@version` with one program `bin/tool` and serves it as npm expects it. */
export async function servePackage(folder: string, name: string, version: string): Promise<PackageSource> {
  const source = join(folder, 'source')
  mkdirSync(join(source, 'bin'), { recursive: true })
  writeFileSync(join(source, 'package.json'), JSON.stringify({ name, version }))
  writeFileSync(join(source, 'bin/tool'), '#!/bin/sh\necho tool\n')
  const packed: readonly [{ readonly filename: string; readonly integrity: string }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', folder, source], {
      encoding: 'utf8',
      shell: process.platform === 'win32',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  )
  const [{ filename, integrity }] = packed
  const tarball = readFileSync(join(folder, filename))

  const server = createServer((request, response) => {
    if (request.url?.endsWith('.tgz') === true) {
      response.end(tarball)
      return
    }
    const dist = { integrity, tarball: `http://${request.headers.host}/${filename}` }
    const versions = { [version]: { name, version, dist } }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    integrity,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

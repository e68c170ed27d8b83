import { chmodSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { leaseFolder } from '../../src/lease/lease-folder.ts'
import { HomeFolder } from './home-folder.ts'

const PLACE = '.risk-manager/leases'

function refusal(home: HomeFolder): unknown {
  try {
    home.take([7]).release()
    return 'none'
  } catch (error) {
    return error
  }
}

/** Each is done to the home of a daemon's user before it starts. */
const TRICKS: Readonly<Record<string, readonly [trick: (home: HomeFolder) => void, refusal: RegExp]>> = {
  'a link for the folder of the program': [
    (home) => {
      mkdirSync(home.at('elsewhere'))
      symlinkSync(home.at('elsewhere'), home.at('.risk-manager'))
    },
    /\.risk-manager is a link/,
  ],
  'a link for the folder of the leases': [
    (home) => {
      mkdirSync(home.at('.risk-manager'), { mode: 0o700 })
      symlinkSync(home.path, home.at(PLACE))
    },
    /leases is a link/,
  ],
  'a file for a folder': [
    (home) => writeFileSync(home.at('.risk-manager'), ''),
    /cannot hold the leases|is a link or no folder/,
  ],
  'a folder that others may write': [
    (home) => {
      mkdirSync(home.at(PLACE), { recursive: true, mode: 0o700 })
      chmodSync(home.at(PLACE), 0o770)
    },
    /leases is open to others \(mode 770\)/,
  ],
  'a folder that others may read, and so lock': [
    (home) => mkdirSync(home.at('.risk-manager'), { mode: 0o755 }),
    /\.risk-manager is open to others \(mode 755\)/,
  ],
  'a home that others may write': [(home) => chmodSync(home.path, 0o777), /is open to others \(mode 777\)/],
  'a symbolic link for the lease': [
    (home) => symlinkSync(home.at('target'), home.lease(7)),
    /443_7\.lease is not a regular file/,
  ],
  'a second name of the lease': [
    (home) => {
      writeFileSync(home.at('other'), '')
      linkSync(home.at('other'), home.lease(7))
    },
    /443_7\.lease has more than one name/,
  ],
  'a lease that is no database': [
    (home) => writeFileSync(home.lease(7), 'x'.repeat(4_096)),
    /443_7\.lease: file is not a database/,
  ],
}

describe('a lease is not taken', { skip: process.platform === 'win32' }, () => {
  test.each(Object.entries(TRICKS))('through %s (P-14)', (_name, [trick, message]) => {
    using home = new HomeFolder()
    trick(home)
    expect(refusal(home)).toMatchObject({
      code: 'LEASE_UNSAFE',
      failure: 'environment',
      message: expect.stringMatching(message),
    })
  })

  test('in a home that is not there', () => {
    using home = new HomeFolder()
    expect(() => leaseFolder(home.at('nobody'))).toThrow(expect.objectContaining({ code: 'LEASE_UNSAFE' }))
  })

  test('in the home of somebody else', { skip: process.getuid?.() === 0 }, () => {
    expect(() => leaseFolder('/')).toThrow(/\/ belongs to user 0, expected/)
  })
})

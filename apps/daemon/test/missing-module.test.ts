import { expect, test } from 'vitest'
import { missingModule } from '../src/missing-module.ts'

test.each([
  Object.assign(new Error('was compiled against a different Node.js version'), { code: 'ERR_DLOPEN_FAILED' }),
  Object.assign(new Error("Cannot find package 'better-sqlite3'"), { code: 'ERR_MODULE_NOT_FOUND' }),
  new Error('Could not locate the bindings file. Tried:\n → /a\n → /b'),
])('%s is told with a hint (P-15)', (error) => {
  expect(missingModule(error)).toContain('pnpm install')
  expect(missingModule(error)).not.toContain('/b')
})

test('any other failure is none of a module', () => {
  expect(missingModule(new Error('the disk is full'))).toBeNull()
  expect(missingModule('text')).toBeNull()
})

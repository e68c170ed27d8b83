import { expect, test } from 'vitest'

test('passes', () => expect(1).toBe(1))
test('passes as well', () => expect(2).toBe(2))
test('fails on purpose, in a run of its own', () => expect(1).toBe(2))

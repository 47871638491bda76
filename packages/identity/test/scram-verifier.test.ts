import { describe, expect, test } from '@jest/globals'
import { passwordMatches } from '@sluice/core/secret/salted-password'
import {
  formatScramVerifier,
  MAX_ITERATIONS,
  MIN_ITERATIONS,
  makeScramVerifier,
  parseScramVerifier,
} from '@sluice/identity/scram-verifier'
import * as fc from 'fast-check'
import { POSTGRES_VERIFIERS } from './fixtures/postgres-verifiers.ts'

describe('verifiers that PostgreSQL 15 made', () => {
  test.each(POSTGRES_VERIFIERS)('$what: made again with the same salt, it is the same text', async (made) => {
    const { iterations, salt } = parseScramVerifier(made.verifier)
    expect(formatScramVerifier(await makeScramVerifier(made.password, iterations, salt))).toBe(made.verifier)
  })

  test.each(POSTGRES_VERIFIERS)('$what: the password is proven, another is not', async (made) => {
    const verifier = parseScramVerifier(made.verifier)
    expect(await passwordMatches(verifier, made.password)).toBe(true)
    expect(await passwordMatches(verifier, `${made.password}x`)).toBe(false)
  })
})

function bytes(minLength: number, maxLength: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength, maxLength })
}

test('any verifier is read back as it was written', () => {
  const verifiers = fc.record({
    iterations: fc.integer({ min: MIN_ITERATIONS, max: MAX_ITERATIONS }),
    salt: bytes(8, 128),
    storedKey: bytes(32, 32),
    serverKey: bytes(32, 32),
  })
  fc.assert(
    fc.property(verifiers, (verifier) => {
      const text = formatScramVerifier(verifier)
      expect(formatScramVerifier(parseScramVerifier(text))).toBe(text)
    }),
  )
})

test('two verifiers of one password have different salts', async () => {
  const [one, two] = [await makeScramVerifier('pencil'), await makeScramVerifier('pencil')]
  expect(formatScramVerifier(one)).not.toBe(formatScramVerifier(two))
})

describe('refused', () => {
  const key = `${'A'.repeat(43)}=`
  const salt = `${'A'.repeat(22)}==`
  test.each([
    ['an MD5 hash', 'md5a6343a68d964ca596d9752250d54bb8a'],
    ['too few iterations', `SCRAM-SHA-256$${MIN_ITERATIONS - 1}:${salt}$${key}:${key}`],
    ['too many iterations', `SCRAM-SHA-256$${MAX_ITERATIONS + 1}:${salt}$${key}:${key}`],
    ['iterations beyond any number', `SCRAM-SHA-256$9999999999:${salt}$${key}:${key}`],
    ['a leading zero', `SCRAM-SHA-256$04096:${salt}$${key}:${key}`],
    ['a short salt', `SCRAM-SHA-256$4096:AAAAAAAAAA==$${key}:${key}`],
    ['a long salt', `SCRAM-SHA-256$4096:${'AAAA'.repeat(43)}$${key}:${key}`],
    ['a short key', `SCRAM-SHA-256$4096:${salt}$AAAA:${key}`],
    ['base64 with spare bits', `SCRAM-SHA-256$4096:${'A'.repeat(21)}B==$${key}:${key}`],
    ['base64 without padding', `SCRAM-SHA-256$4096:${'A'.repeat(22)}$${key}:${key}`],
    ['something after it', `SCRAM-SHA-256$4096:${salt}$${key}:${key} `],
    ['no end', `SCRAM-SHA-256$4096:${'A'.repeat(100_000)}`],
  ])('%s', (_, text) => {
    expect(() => parseScramVerifier(text)).toThrow(expect.objectContaining({ name: 'IdentityMisconfigured' }))
  })

  test.each([
    ['an empty password', '', MIN_ITERATIONS],
    ['too few iterations', 'pencil', MIN_ITERATIONS - 1],
    ['too many iterations', 'pencil', MAX_ITERATIONS + 1],
  ])('to make one of %s', async (_, password, iterations) => {
    await expect(makeScramVerifier(password, iterations)).rejects.toThrow(
      expect.objectContaining({ name: 'IdentityMisconfigured' }),
    )
  })

  test('the refusal does not repeat the text: it may be a password in the wrong place', () => {
    expect(() => parseScramVerifier('hunter2')).not.toThrow(/hunter2/)
  })
})

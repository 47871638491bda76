import { createHash, generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { cachingProof, provesCaching } from '../../src/auth/caching-sha2.ts'
import { newChallenge } from '../../src/auth/challenge.ts'
import { clearPassword, MAX_PASSWORD_BYTES, readClearPassword } from '../../src/auth/clear-password.ts'
import { nativeProof, provesNative } from '../../src/auth/native-password.ts'
import { decryptPassword, encryptPassword } from '../../src/auth/rsa-password.ts'

const twice = (algorithm: string, password: string): Buffer => {
  const once = createHash(algorithm).update(password).digest()
  return createHash(algorithm).update(once).digest()
}
const password = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .map((s) => s.replaceAll('\0', 'x'))
const challenge = fc.constant(undefined).map(newChallenge)

describe.each([
  ['mysql_native_password', 'sha1', nativeProof, provesNative],
  ['caching_sha2_password', 'sha256', cachingProof, provesCaching],
] as const)('%s', (_name, algorithm, proofOf, proves) => {
  test('proves the password by its hash of a hash, and no other', () => {
    fc.assert(
      fc.property(password, password, challenge, (known, other, asked) => {
        const stored = twice(algorithm, known)
        expect(proves(stored, asked, proofOf(known, asked))).toBe(true)
        expect(proves(stored, asked, proofOf(other, asked))).toBe(other === known)
      }),
    )
  })

  test('proves nothing for another challenge, nor by what is stored', () => {
    const asked = newChallenge()
    const stored = twice(algorithm, 'secret')
    expect(proves(stored, asked, proofOf('secret', newChallenge()))).toBe(false)
    expect(proves(stored, asked, stored)).toBe(false)
    expect(proves(stored, asked, Buffer.alloc(0))).toBe(false)
    expect(proves(stored, asked, Buffer.alloc(64))).toBe(false)
  })

  test('has an empty proof for no password', () => {
    expect(proofOf('', newChallenge())).toHaveLength(0)
  })
})

test('mysql_native_password stores what the server stores', () => {
  // SELECT PASSWORD('password')
  expect(twice('sha1', 'password').toString('hex').toUpperCase()).toBe(
    '2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19',
  )
})

test('a challenge has 20 bytes, and none that clients stumble over', () => {
  for (let i = 0; i < 2000; i += 1) {
    const made = newChallenge()
    expect(made).toHaveLength(20)
    expect(made.includes(0) || made.includes('$')).toBe(false)
    expect(made.every((byte) => byte < 0x80)).toBe(true)
  }
})

describe('a password by RSA', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = Buffer.from(publicKey.export({ type: 'spki', format: 'pem' }))

  test('is read by the holder of the key, with the challenge it was made for', () => {
    const asked = newChallenge()
    const secret = 'pässword, longer than a challenge'
    const data = encryptPassword(pem, secret, asked)
    expect(decryptPassword(privateKey, data, asked)).toBe(secret)
    expect(decryptPassword(privateKey, data, Buffer.alloc(20, 1))).not.toBe(secret)
  })

  test('is none where it was not encrypted so', () => {
    expect(decryptPassword(privateKey, Buffer.alloc(256, 7), newChallenge())).toBeUndefined()
    expect(decryptPassword(privateKey, Buffer.alloc(0), newChallenge())).toBeUndefined()
  })
})

describe('a password in clear', () => {
  test('ends in a zero, which may be missing', () => {
    expect(readClearPassword(clearPassword('pässword'))).toBe('pässword')
    expect(readClearPassword(Buffer.from('token'))).toBe('token')
    expect(readClearPassword(Buffer.alloc(0))).toBe('')
  })

  test.each([
    ['with a zero within', Buffer.from('a\0b\0')],
    ['that is no utf-8', Buffer.from([0xff, 0])],
    ['that is too long', Buffer.alloc(MAX_PASSWORD_BYTES + 1, 0x61)],
  ])('%s is none', (_name, data) => {
    expect(readClearPassword(data)).toBeUndefined()
  })
})

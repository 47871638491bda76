import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { ProtocolViolation } from '@sluice/wire/violation'
import {
  cachingProof,
  FAST_AUTH_SUCCESS,
  PERFORM_FULL_AUTH,
  REQUEST_PUBLIC_KEY,
} from '../../src/auth/caching-sha2.ts'
import { clearPassword } from '../../src/auth/clear-password.ts'
import { type DatabaseCredentials, pluginExchange } from '../../src/auth/database-login.ts'
import { decryptPassword } from '../../src/auth/rsa-password.ts'

const challenge = Buffer.alloc(20, 9)
const password = 's3cret'
const encrypted: DatabaseCredentials = { password, secure: true, local: false }
const loopback: DatabaseCredentials = { password, secure: false, local: true }
const open: DatabaseCredentials = { password, secure: false, local: false }
const full = Buffer.from([PERFORM_FULL_AUTH])
const fast = Buffer.from([FAST_AUTH_SUCCESS])
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = Buffer.from(publicKey.export({ type: 'spki', format: 'pem' }))

describe('caching_sha2_password', () => {
  test('proves, and says no more when that is enough', () => {
    const exchange = pluginExchange('caching_sha2_password', challenge, open)
    expect(exchange.first()).toEqual(cachingProof(password, challenge))
    expect(exchange.more(fast)).toBeUndefined()
    expect(() => exchange.more(full)).toThrow(ProtocolViolation)
  })

  test('shows the password inside TLS', () => {
    const exchange = pluginExchange('caching_sha2_password', challenge, encrypted)
    exchange.first()
    expect(exchange.more(full)).toEqual(clearPassword(password))
    expect(() => exchange.more(full)).toThrow(ProtocolViolation)
  })

  test('encrypts it by the database’s key within one machine', () => {
    const exchange = pluginExchange('caching_sha2_password', challenge, loopback)
    exchange.first()
    expect(exchange.more(full)).toEqual(Buffer.from([REQUEST_PUBLIC_KEY]))
    const data = exchange.more(pem) as Buffer
    expect(decryptPassword(privateKey, data, challenge)).toBe(password)
    expect(() => exchange.more(pem)).toThrow(ProtocolViolation)
  })

  test('shows it to nobody else', () => {
    const exchange = pluginExchange('caching_sha2_password', challenge, open)
    exchange.first()
    expect(() => exchange.more(full)).toThrow(/without TLS/)
  })

  test.each([['no key'], ['']])('takes `%s` for no key', (key) => {
    const exchange = pluginExchange('caching_sha2_password', challenge, loopback)
    exchange.first()
    exchange.more(full)
    expect(() => exchange.more(Buffer.from(key))).toThrow(ProtocolViolation)
  })
})

describe('sha256_password', () => {
  test('shows the password inside TLS, and asks for a key within one machine', () => {
    expect(pluginExchange('sha256_password', challenge, encrypted).first()).toEqual(clearPassword(password))
    const exchange = pluginExchange('sha256_password', challenge, loopback)
    expect(exchange.first()).toEqual(Buffer.from([1]))
    expect(decryptPassword(privateKey, exchange.more(pem) as Buffer, challenge)).toBe(password)
    expect(() => exchange.more(pem)).toThrow(ProtocolViolation)
  })

  test('shows it to nobody else', () => {
    expect(() => pluginExchange('sha256_password', challenge, open).first()).toThrow(/without TLS/)
  })
})

describe('is refused', () => {
  test.each([
    ['mysql_clear_password without TLS, also within one machine', 'mysql_clear_password', loopback],
    ['a plugin that the gateway does not have', 'dialog', encrypted],
    ['the proof from before 4.1', 'mysql_old_password', encrypted],
  ])('%s', (_name, plugin, as) => {
    expect(() => pluginExchange(plugin, challenge, as).first()).toThrow(ProtocolViolation)
  })

  test('a challenge of another length: it could be the end of another message', () => {
    for (const plugin of [
      'mysql_native_password',
      'caching_sha2_password',
      'client_ed25519',
      'sha256_password',
    ]) {
      expect(() => pluginExchange(plugin, Buffer.alloc(8), encrypted)).toThrow(/challenge/)
    }
  })

  test('a word after a proof of one step', () => {
    expect(() => pluginExchange('mysql_native_password', challenge, encrypted).more(full)).toThrow(/goes on/)
  })
})

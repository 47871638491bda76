import { randomBytes } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { mockVerifier } from '../../src/auth/mock-verifier.ts'
import { scramServer } from '../../src/auth/scram-server.ts'
import { meet } from './exchange.ts'

const SECRET = randomBytes(32)

test('an unknown login is answered as a known one would be', () => {
  const said = scramServer(mockVerifier('eve', SECRET)).clientFirst(Buffer.from('n,,n=,r=abc')).toString()
  expect(said).toMatch(/^r=abc[A-Za-z0-9+/]{24},s=[A-Za-z0-9+/]{22}==,i=4096$/)
})

test('the same login has the same salt each time, another login another', () => {
  expect(mockVerifier('eve', SECRET)).toEqual(mockVerifier('eve', SECRET))
  expect(mockVerifier('eve', SECRET).salt).not.toEqual(mockVerifier('bob', SECRET).salt)
})

test('who does not know the secret cannot tell the salt', () => {
  expect(mockVerifier('eve', randomBytes(32)).salt).not.toEqual(mockVerifier('eve', SECRET).salt)
})

test('it shows the iterations it is told to', () => {
  expect(mockVerifier('eve', SECRET, 10_000).iterations).toBe(10_000)
})

test.each(['', 'eve', 'pencil', SECRET.toString('latin1')])('no password opens it', async (password) => {
  const attempt = meet(password, scramServer(mockVerifier('eve', SECRET)))
  await expect(attempt).rejects.toMatchObject({ name: 'ScramRefused', reason: 'wrong-proof' })
})

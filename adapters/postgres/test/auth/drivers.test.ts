import { createRequire } from 'node:module'
import { describe, expect, test } from '@jest/globals'
import { mockVerifier } from '../../src/auth/mock-verifier.ts'
import { type ScramServer, scramServer } from '../../src/auth/scram-server.ts'
import { verifierFor } from './exchange.ts'

type Session = { readonly mechanism: string; readonly response: string }

/** SCRAM of the `pg` driver, written by others. It has no types for its inner files. */
const driver: {
  startSession(mechanisms: readonly string[]): Session
  continueSession(session: Session, password: string, serverFirst: string): Promise<void>
  finalizeSession(session: Session, serverFinal: string): void
} = createRequire(import.meta.url)('pg/lib/crypto/sasl')

/** The driver logs in at `server`, to the end. */
async function logIn(server: ScramServer, password: string): Promise<void> {
  const session = driver.startSession(['SCRAM-SHA-256'])
  const serverFirst = server.clientFirst(Buffer.from(session.response))
  await driver.continueSession(session, password, serverFirst.toString())
  driver.finalizeSession(session, server.clientFinal(Buffer.from(session.response)).toString())
}

describe('the `pg` driver at our server', () => {
  test.each(['pencil', 'p=e,n', 'caf\u00E9'])('logs in with the right password: %s', async (password) => {
    await expect(logIn(scramServer(verifierFor(password)), password)).resolves.toBeUndefined()
  })

  test('is refused with a wrong one', async () => {
    await expect(logIn(scramServer(verifierFor('pencil')), 'pencils')).rejects.toMatchObject({
      reason: 'wrong-proof',
    })
  })

  test('is refused as late for an unknown login', async () => {
    const server = scramServer(mockVerifier('eve', Buffer.alloc(32, 7)))
    await expect(logIn(server, 'pencil')).rejects.toMatchObject({ reason: 'wrong-proof' })
  })
})

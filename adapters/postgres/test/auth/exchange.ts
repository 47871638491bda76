import { pbkdf2Sync } from 'node:crypto'
import { scramKeys } from '@sluice/core/secret/scram-keys'
import type { ScramVerifier } from '@sluice/gateway/ports/identity-provider'
import { scramClient } from '../../src/auth/scram-client.ts'
import { type ScramServer, scramServer } from '../../src/auth/scram-server.ts'

/** RFC 7677, section 3: the example exchange of user `user` with password `pencil`. */
export const RFC_7677 = {
  password: 'pencil',
  clientNonce: 'rOprNGfwEbeRWgbNEkqO',
  serverNonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
  salt: Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'),
  clientFirst: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
  serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  clientFinal:
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
} as const

/** What is stored for a password. Few bytes of salt and one iteration count will do here. */
export function verifierFor(password: string, salt: Uint8Array = RFC_7677.salt): ScramVerifier {
  const iterations = 4096
  const { storedKey, serverKey } = scramKeys(pbkdf2Sync(password, salt, iterations, 32, 'sha256'))
  return { iterations, salt, storedKey, serverKey }
}

/** The server of the example, and one for other verifiers that sends the same nonce. */
export function exampleServer(verifier: ScramVerifier = verifierFor(RFC_7677.password)): ScramServer {
  return scramServer(verifier, undefined, RFC_7677.serverNonce)
}

/** The client of the example. */
export function exampleClient(password: string = RFC_7677.password) {
  return scramClient(password, { user: 'user', nonce: RFC_7677.clientNonce })
}

/** Our client at our server, to the end. */
export async function meet(password: string, server: ScramServer): Promise<void> {
  const client = scramClient(password)
  const final = await client.serverFirst(server.clientFirst(client.clientFirst()))
  client.serverFinal(server.clientFinal(final))
}

import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'

/** The issuer and the audience of every token here, unless a test says otherwise. */
export const ISSUER = 'https://issuer.example'
export const AUDIENCE = 'sluice-orders'

/** A key pair that signs tokens as one issuer's. */
export type Signer = {
  readonly publicKey: JWK
  /** A token with exactly these claims and `iss`, `aud` and `sub` of this file. */
  sign(claims: JWTPayload, header?: { alg?: string; kid?: string }): Promise<string>
}

/** A new key pair; `kid` is what its tokens say. */
export async function newSigner(alg = 'ES256', kid = 'k1'): Promise<Signer> {
  const pair = await generateKeyPair(alg)
  return {
    publicKey: { ...(await exportJWK(pair.publicKey)), kid, alg },
    sign: (claims, header) =>
      new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: 'ana', ...claims })
        .setProtectedHeader({ alg, kid, ...header })
        .sign(pair.privateKey),
  }
}

/** A token with any header and claims and a signature that proves nothing. */
export function unsigned(header: object, claims: object, signature = 'AAAA'): string {
  return `${part(header)}.${part({ iss: ISSUER, aud: AUDIENCE, sub: 'ana', ...claims })}.${signature}`
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** A web server on loopback. */
export type KeyServer = { readonly url: string; readonly requests: () => number; close(): Promise<void> }

/** Answers every request with `answer`. */
export async function serveKeys(answer: RequestListener): Promise<KeyServer> {
  let requests = 0
  const server = createServer((request, response) => {
    requests++
    answer(request, response)
  })
  await listening(server)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
    requests: () => requests,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** An address where nothing listens. */
export async function deadAddress(): Promise<string> {
  const server = await serveKeys(() => undefined)
  await server.close()
  return server.url
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
}

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
export type KeyServer = { readonly url: string; readonly requests: () => number }

const running = new Set<Server>()

/** Answers every request with `answer`, until `stopServers`. */
export async function serveKeys(answer: RequestListener): Promise<KeyServer> {
  let requests = 0
  const server = createServer((request, response) => {
    requests++
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  running.add(server)
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/jwks`, requests: () => requests }
}

/** Stops every server of `serveKeys`: their addresses are dead then. */
export async function stopServers(): Promise<void> {
  await Promise.all([...running].map(stop))
}

/** An address where nothing listens. */
export async function deadAddress(): Promise<string> {
  const before = new Set(running)
  const { url } = await serveKeys(() => undefined)
  await Promise.all([...running].filter((server) => !before.has(server)).map(stop))
  return url
}

async function stop(server: Server): Promise<void> {
  running.delete(server)
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}

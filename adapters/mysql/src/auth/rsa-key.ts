import { generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'

/** The key by which clients without TLS encrypt their password. */
export type RsaKey = {
  readonly privateKey: KeyObject
  /** PEM, as clients are told it. */
  readonly publicPem: Buffer
}

const MODULUS_BITS = 2048

/** A key that lives as long as the process: nothing is kept that it could decrypt later. Made when first asked for. */
export function rsaKeyOnce(): () => Promise<RsaKey> {
  let made: Promise<RsaKey> | undefined
  return () => (made ??= makeKey())
}

async function makeKey(): Promise<RsaKey> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: MODULUS_BITS })
  return { privateKey, publicPem: Buffer.from(publicKey.export({ type: 'spki', format: 'pem' })) }
}

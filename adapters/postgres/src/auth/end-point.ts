// RFC 5929, "The tls-server-end-point Channel Binding Type": the hash of the server's certificate. X.690 (DER).
import { createHash } from 'node:crypto'

/** The name of the channel binding type, the only one PostgreSQL has. */
export const END_POINT_BINDING = 'tls-server-end-point'

/**
 * What `tls-server-end-point` binds to: the certificate (DER) hashed by the hash of its own signature, SHA-256 where
 * that is MD5 or SHA-1. Undefined where the signature has no single hash (Ed25519, Ed448) or one unknown here: RFC
 * 5929 then defines no binding, and PostgreSQL has none either.
 */
export function endPointBinding(certificate: Uint8Array): Buffer | undefined {
  const hash = signatureHash(certificate)
  return hash === undefined ? undefined : createHash(hash).update(certificate).digest()
}

const RSA_PSS = '1.2.840.113549.1.1.10'

/** Signature algorithms (RFC 3279, RFC 4055, RFC 5758) and hash functions, by their object identifiers. */
const hashes: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.1.1.4', 'sha256'],
  ['1.2.840.113549.1.1.5', 'sha256'],
  ['1.2.840.113549.1.1.11', 'sha256'],
  ['1.2.840.113549.1.1.12', 'sha384'],
  ['1.2.840.113549.1.1.13', 'sha512'],
  ['1.2.840.113549.1.1.14', 'sha224'],
  ['1.2.840.113549.1.1.15', 'sha512-224'],
  ['1.2.840.113549.1.1.16', 'sha512-256'],
  ['1.2.840.10045.4.1', 'sha256'],
  ['1.2.840.10045.4.3.1', 'sha224'],
  ['1.2.840.10045.4.3.2', 'sha256'],
  ['1.2.840.10045.4.3.3', 'sha384'],
  ['1.2.840.10045.4.3.4', 'sha512'],
  ['1.2.840.10040.4.3', 'sha256'],
  ['2.16.840.1.101.3.4.3.1', 'sha224'],
  ['2.16.840.1.101.3.4.3.2', 'sha256'],
  ['1.3.14.3.2.26', 'sha256'],
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
  ['2.16.840.1.101.3.4.2.4', 'sha224'],
  ['2.16.840.1.101.3.4.2.5', 'sha512-224'],
  ['2.16.840.1.101.3.4.2.6', 'sha512-256'],
])

function signatureHash(certificate: Uint8Array): string | undefined {
  const signature = elements(first(certificate)?.body)[1]
  const [algorithm, parameters] = elements(signature?.body)
  const name = identifier(algorithm)
  if (name !== RSA_PSS) return hashes.get(name)
  // RSASSA-PSS-params opens with `[0] HashAlgorithm`; absent it means SHA-1, for which RFC 5929 takes SHA-256.
  const given = elements(parameters?.body).find(({ tag }) => tag === CONTEXT_0)
  if (given === undefined) return 'sha256'
  return hashes.get(identifier(elements(first(given.body)?.body)[0]))
}

type Element = { readonly tag: number; readonly body: Uint8Array; readonly end: number }

const OBJECT_IDENTIFIER = 0x06
const CONTEXT_0 = 0xa0

/** The first element, or undefined where the bytes are none. */
function first(bytes: Uint8Array): Element | undefined {
  const [tag, short] = bytes
  if (tag === undefined || short === undefined) return undefined
  let length = short
  let start = 2
  if (short >= 0x80) {
    const width = short & 0x7f
    if (width === 0 || width > 4) return undefined
    length = bytes.subarray(2, 2 + width).reduce((sum, byte) => sum * 256 + byte, 0)
    start += width
  }
  const end = start + length
  return end > bytes.length ? undefined : { tag, body: bytes.subarray(start, end), end }
}

function elements(bytes: Uint8Array | undefined): readonly Element[] {
  const found: Element[] = []
  let rest = bytes ?? new Uint8Array()
  for (let one = first(rest); one !== undefined; one = first(rest)) {
    found.push(one)
    rest = rest.subarray(one.end)
  }
  return found
}

/** In the dotted form; empty where the element is no object identifier. */
function identifier(element: Element | undefined): string {
  if (element?.tag !== OBJECT_IDENTIFIER) return ''
  const arcs: number[] = []
  let arc = 0
  for (const byte of element.body) {
    arc = arc * 128 + (byte & 0x7f)
    if (byte >= 0x80) continue
    if (arcs.length === 0)
      arcs.push(Math.min(2, Math.trunc(arc / 40)), arc - 40 * Math.min(2, Math.trunc(arc / 40)))
    else arcs.push(arc)
    arc = 0
  }
  return arcs.join('.')
}

import { createPrivateKey, webcrypto } from 'node:crypto'
import { X509Certificate, X509CrlGenerator } from '@peculiar/x509'
import { generate } from 'selfsigned'

/** A certificate with its private key, both PEM. */
export type CertifiedKey = { readonly cert: string; readonly key: string }

/** An authority and a server certificate that it signed. */
export type IssuedCertificates = { readonly ca: CertifiedKey; readonly leaf: CertifiedKey }

const DAY_MS = 86_400_000

/** What a client certificate says. */
export type ClientCertificate = {
  readonly commonName: string
  /** URIs, DNS names and addresses. */
  readonly uris?: readonly string[]
  readonly dnsNames?: readonly string[]
  readonly ips?: readonly string[]
  /** When it ends; default in 30 days. */
  readonly notAfter?: Date
  /** What its key may be used for; default as a client. */
  readonly usage?: 'client' | 'server'
}

/** A client certificate signed by `ca`. */
export async function issueClientCertificate(
  ca: CertifiedKey,
  { commonName, uris = [], dnsNames = [], ips = [], notAfter, usage = 'client' }: ClientCertificate,
): Promise<CertifiedKey> {
  const altNames = [
    ...uris.map((value) => ({ type: 6 as const, value })),
    ...dnsNames.map((value) => ({ type: 2 as const, value })),
    ...ips.map((ip) => ({ type: 7 as const, ip })),
  ]
  const made = await generate([{ name: 'commonName', value: commonName }], {
    notBeforeDate: new Date(Date.now() - 2 * DAY_MS),
    notAfterDate: notAfter ?? new Date(Date.now() + 30 * DAY_MS),
    algorithm: 'sha256',
    keyType: 'ec',
    curve: 'P-256',
    ca: { key: ca.key, cert: ca.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', clientAuth: usage === 'client', serverAuth: usage === 'server' },
      ...(altNames.length === 0 ? [] : [{ name: 'subjectAltName' as const, altNames }]),
    ],
  })
  return { cert: made.cert, key: made.private }
}

/** A revocation list of `ca` with these certificates on it, in PEM, good for a day. */
export async function revocationList(ca: CertifiedKey, revoked: readonly CertifiedKey[]): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const der = createPrivateKey(ca.key).export({ type: 'pkcs8', format: 'der' })
  const list = await X509CrlGenerator.create({
    issuer: new X509Certificate(ca.cert).subject,
    thisUpdate: new Date(Date.now() - DAY_MS),
    nextUpdate: new Date(Date.now() + DAY_MS),
    entries: revoked.map(({ cert }) => ({ serialNumber: new X509Certificate(cert).serialNumber })),
    signingAlgorithm: algorithm,
    signingKey: await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']),
  })
  // RFC 7468, "Textual Encoding of Certificate Revocation Lists", has another label than the library.
  return list.toString('pem').replaceAll(' CRL-----', ' X509 CRL-----')
}

/**
 * A fresh authority, of this name, and a leaf for `localhost`, 127.0.0.1 and ::1 (and further DNS names), good for 30 days.
 */
export async function issueCertificates(
  dnsNames: readonly string[] = [],
  authority = 'Sluice test authority',
): Promise<IssuedCertificates> {
  const validity = {
    notBeforeDate: new Date(Date.now() - DAY_MS),
    notAfterDate: new Date(Date.now() + 30 * DAY_MS),
    // The library's default, SHA-1, is refused by TLS.
    algorithm: 'sha256',
    keyType: 'ec' as const,
    curve: 'P-256' as const,
  }
  const ca = await generate([{ name: 'commonName', value: authority }], {
    ...validity,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  const leaf = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...validity,
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...['localhost', ...dnsNames].map((value) => ({ type: 2 as const, value })),
          ...['127.0.0.1', '::1'].map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  })
  return { ca: { cert: ca.cert, key: ca.private }, leaf: { cert: leaf.cert, key: leaf.private } }
}

import { generate } from 'selfsigned'

/** A certificate with its private key, both PEM. */
export type CertifiedKey = { readonly cert: string; readonly key: string }

/** An authority and a server certificate that it signed. */
export type IssuedCertificates = { readonly ca: CertifiedKey; readonly leaf: CertifiedKey }

const DAY_MS = 86_400_000

/** A fresh authority and a leaf for `localhost`, 127.0.0.1 and ::1 (and further DNS names), good for 30 days. */
export async function issueCertificates(dnsNames: readonly string[] = []): Promise<IssuedCertificates> {
  const validity = {
    notBeforeDate: new Date(Date.now() - DAY_MS),
    notAfterDate: new Date(Date.now() + 30 * DAY_MS),
    // The library's default, SHA-1, is refused by TLS.
    algorithm: 'sha256',
    keyType: 'ec' as const,
    curve: 'P-256' as const,
  }
  const ca = await generate([{ name: 'commonName', value: 'Sluice test authority' }], {
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

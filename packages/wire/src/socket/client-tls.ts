import type { X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import { type SecureContext, TLSSocket } from 'node:tls'
import { ConnectionClosed } from '../conversation.ts'

/** TLS towards clients. */
export type ClientTls = {
  /** Asked once for each connection: another certificate may take its place while sessions run. */
  readonly secureContext: () => SecureContext
  /** True: a client without TLS is turned away. */
  readonly required: boolean
  /** Whether clients are asked for a certificate, and turned away without a good one. */
  readonly clientCertificates: 'off' | 'optional' | 'required'
}

/** A client's certificate, as the handshake left it. */
export type ShownCertificate = {
  readonly x509: X509Certificate
  /** Why nothing may be concluded from it, as OpenSSL calls it; undefined where its chain is good. */
  readonly problem: string | undefined
}

/**
 * The server's side of a TLS handshake on a connection under way. Rejects with ConnectionClosed or the socket's error.
 * `alpn`: the protocols that a client may name.
 */
export function secureServer(
  socket: Socket,
  tls: ClientTls,
  alpn: readonly string[] = [],
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const stream = new TLSSocket(socket, {
      isServer: true,
      secureContext: tls.secureContext(),
      ...(alpn.length === 0 ? {} : { ALPNProtocols: [...alpn] }),
      requestCert: tls.clientCertificates !== 'off',
      // Looked at when the client has said who it is: the refusal then has words, and a record.
      rejectUnauthorized: false,
    })
    stream.once('error', reject)
    stream.once('close', () => reject(new ConnectionClosed('the client left during the TLS handshake')))
    stream.once('secure', () => {
      stream.off('error', reject)
      resolve(stream)
    })
  })
}

/** What `tls.Server` reads too, and keeps to itself: OpenSSL's verdict on the certificate of this connection's client. */
type Verdict = { readonly _handle?: { readonly verifyError?: () => (Error & { code?: string }) | null } }

/**
 * The certificate that the client showed, checked or not. INVARIANT (identity-bound): where the verdict cannot be had, it
 * counts for nothing.
 */
export function shownCertificate(stream: TLSSocket): ShownCertificate | undefined {
  const x509 = stream.getPeerX509Certificate()
  if (x509 === undefined) return undefined
  const handle = (stream as Verdict)._handle
  if (typeof handle?.verifyError !== 'function') return { x509, problem: 'it could not be checked' }
  const error = handle.verifyError()
  return { x509, problem: error === null || error === undefined ? undefined : (error.code ?? error.message) }
}

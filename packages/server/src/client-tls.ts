import { constants, X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContext } from 'node:tls'
import type { Listener, ListenerTls } from '@sluice/config/config'
import type { ClientTls } from '@sluice/wire/socket/client-tls'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import { ListenError } from './listen.ts'
import { reasonOf } from './reason.ts'

/** A listener of a configuration with its certificate, key, authorities and revocation lists, as OpenSSL takes them. */
export type LoadedListener = {
  readonly listener: Listener
  /** Absent: no TLS. */
  readonly secureContext?: SecureContext
  /** SHA-256 of the certificate that clients see, as `openssl x509 -fingerprint` prints it. */
  readonly fingerprint?: string
}

/** Fails where OpenSSL does not take what they name. */
export const loadedListeners = (
  listeners: readonly Listener[],
): Effect.Effect<readonly LoadedListener[], ListenError> =>
  Effect.try({
    try: () => listeners.map(loadedListener),
    catch: (cause) =>
      new ListenError(
        `\`listeners\` have certificates or keys that OpenSSL does not take (${reasonOf(cause)}); give others`,
      ),
  })

const loadedListener = (listener: Listener): LoadedListener =>
  listener.tls === undefined
    ? { listener }
    : {
        listener,
        secureContext: contextOf(listener.tls),
        fingerprint: new X509Certificate(listener.tls.certificate).fingerprint256,
      }

const contextOf = ({ certificate, key, clients }: ListenerTls): SecureContext =>
  createSecureContext({
    cert: certificate,
    key: Redacted.value(key),
    minVersion: 'TLSv1.2',
    ...(clients === undefined ? {} : { ca: clients.ca }),
    ...(clients?.revoked === undefined ? {} : { crl: [...clients.revoked] }),
    // A resumed session would bring a certificate that was checked some time ago. A handshake anew, which TLS 1.2 has, costs
    // the client next to nothing, and comes before anybody is proven.
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
  })

/** TLS towards the clients of a listener. `secureContext` is asked for each connection's. */
export const clientTls = (tls: ListenerTls, secureContext: () => SecureContext): ClientTls => ({
  secureContext,
  required: tls.required,
  clientCertificates: clientCertificates(tls),
})

const clientCertificates = ({ clients }: ListenerTls): ClientTls['clientCertificates'] =>
  clients === undefined ? 'off' : clients.required ? 'required' : 'optional'

/**
 * Whether two configurations of a listener differ in nothing but certificate, key, authorities and revocation lists.
 * INVARIANT (identity-bound): without authorities of its own a context trusts the system's, so that one must not take
 * the place of another in a listener that asks for client certificates.
 */
export const isSameButForKeys = (one: ListenerTls, other: ListenerTls): boolean =>
  one.required === other.required && clientCertificates(one) === clientCertificates(other)

import { constants } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import type { ListenerTls } from '@sluice/config/config'
import type { ClientTls } from '@sluice/wire/socket/client-tls'
import * as Redacted from 'effect/Redacted'

/** TLS towards the clients of a listener. */
export const clientTls = ({ certificate, key, required, clients }: ListenerTls): ClientTls => ({
  secureContext: createSecureContext({
    cert: certificate,
    key: Redacted.value(key),
    minVersion: 'TLSv1.2',
    ...(clients === undefined ? {} : { ca: clients.ca }),
    ...(clients?.revoked === undefined ? {} : { crl: clients.revoked }),
    // A resumed session would bring a certificate that was checked some time ago.
    secureOptions: constants.SSL_OP_NO_TICKET,
  }),
  required,
  clientCertificates: clients === undefined ? 'off' : clients.required ? 'required' : 'optional',
})

import * as Schema from 'effect/Schema'
import { address, name, oneOf, path, said } from './words.ts'

/** A socket that clients connect to. */
export const listenerSchema = Schema.Struct({
  protocol: oneOf(['postgresql'], 'What the clients speak'),
  address: address('Where to listen; port 0 lets the system choose'),
  database: name('An entry of `databases`: where the clients get to'),
  tls: Schema.optionalKey(
    said(
      Schema.Struct({
        certificate: path('./tls/server.crt', 'PEM file: the certificate, then those that signed it'),
        key: path('./tls/server.key', 'PEM file: the private key'),
        required: Schema.optionalKey(
          said(
            Schema.Boolean,
            '`true` or `false`',
            'Turn away clients that do not ask for TLS (default true)',
          ),
        ),
      }),
      '`{ certificate: ./tls/server.crt, key: ./tls/server.key }`',
      'TLS towards clients. Without it the address must be a loopback one',
    ),
  ),
})

import * as Schema from 'effect/Schema'
import { address, name, oneOf, path, said, textLike } from './words.ts'

/** A socket that clients connect to. */
export const listenerSchema = Schema.Struct({
  protocol: oneOf(
    ['postgresql', 'mysql'],
    'What the clients speak: that of the database; MariaDB speaks `mysql`',
  ),
  address: address(
    'Where to listen; port 0 lets the system choose. With a folder, e.g. `/run/sluice:5432`, a Unix socket in it',
  ),
  mode: Schema.optionalKey(
    textLike(
      /^0[0-7]{3}$/,
      'a mode in quotes, e.g. `"0660"`',
      'Who may open the Unix socket (default "0660")',
    ),
  ),
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
        clientCa: Schema.optionalKey(
          path('./tls/clients.crt', 'PEM file: authorities that sign the certificates of clients'),
        ),
        clientCrl: Schema.optionalKey(
          path(
            './tls/clients.crl',
            'PEM file: their revocation lists, one of each; out of date they let nobody in',
          ),
        ),
        clientCertificate: Schema.optionalKey(
          oneOf(
            ['optional', 'required'],
            '`required` turns away clients without a good certificate (default `optional`)',
          ),
        ),
      }),
      '`{ certificate: ./tls/server.crt, key: ./tls/server.key }`',
      'TLS towards clients. Without it the address must be a loopback one',
    ),
  ),
})

import * as Schema from 'effect/Schema'
import { secretSchema } from './secret.ts'
import { name, oneOf, path, said, text, whole } from './words.ts'

const upstreamSchema = said(
  Schema.Struct({
    host: text('a host name or address', 'Where the database server is'),
    port: Schema.optionalKey(whole(1, 65_535, 'Its port (default 5432; of MySQL and MariaDB 3306)')),
    database: text('the name of the database on its server', "The database's own name on its server"),
    user: text('a user name', 'Whom the gateway logs in as'),
    password: secretSchema,
    tls: Schema.optionalKey(
      oneOf(
        ['disable', 'require', 'verify-full'],
        '`verify-full` (default; on a Unix socket `disable`) checks certificate and host name, `require` only encrypts',
      ),
    ),
    ca: Schema.optionalKey(path('./ca.crt', "PEM file: authorities to trust instead of the system's")),
    certificate: Schema.optionalKey(
      path('./tls/sluice.crt', "PEM file: the gateway's own certificate, where the server asks for one"),
    ),
    key: Schema.optionalKey(path('./tls/sluice.key', 'PEM file: its private key')),
    channelBinding: Schema.optionalKey(
      oneOf(
        ['prefer', 'require'],
        "PostgreSQL: `require` logs in by SCRAM bound to the server's certificate or not at all (default `prefer`)",
      ),
    ),
  }),
  'a map with `host`, `database`, `user` and `password`',
  "The database server, and the gateway's own login there",
)

/** A database that clients may ask for. */
export const databaseSchema = Schema.Struct({
  name: name('What clients ask for'),
  system: oneOf(['postgresql', 'mysql', 'mariadb'], 'Which system it is'),
  environment: Schema.optionalKey(name('What policies call it (default `production`)')),
  upstream: upstreamSchema,
  catalogRefreshSeconds: Schema.optionalKey(
    whole(
      1,
      86_400,
      'How often what is known of tables and columns is read anew (default 30); while that fails, the last reading counts for 5 minutes more at most',
    ),
  ),
  readsWaitFor: Schema.optionalKey(
    oneOf(
      ['disk', 'file'],
      'What the record of a pure read must have reached before its result leaves: `disk` (default), or `file`, with which a loss of power can take the last records of reads',
    ),
  ),
  sampleRows: Schema.optionalKey(
    whole(
      0,
      10_000,
      'The most rows of each table whose values are looked at for labels when the gateway starts (default 200); 0: none',
    ),
  ),
  pool: Schema.optionalKey(
    said(
      Schema.Struct({
        ready: whole(
          1,
          100,
          'Connections kept logged in ahead of clients; each is used by one session, once',
        ),
        maxAgeSeconds: Schema.optionalKey(
          whole(1, 3600, 'An unused one is closed after this long (default 60)'),
        ),
      }),
      'a map such as `{ ready: 4 }`',
      'PostgreSQL: connections to the database that wait for clients (default none)',
    ),
  ),
})

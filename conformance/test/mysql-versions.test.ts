import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Framer } from '@sluice/adapter-mysql/framing/framer'
import { toPackets } from '@sluice/adapter-mysql/framing/packets'
import { capability } from '@sluice/adapter-mysql/messages/capabilities'
import { command } from '@sluice/adapter-mysql/messages/commands'
import { decodeHandshakeV10 } from '@sluice/adapter-mysql/messages/handshake-v10'
import { issueCertificates } from '@sluice/testkit/certificates'
import type { RunningMariadb } from '@sluice/testkit/mariadb-server'
import { serverBinaries } from '@sluice/testkit/server-binaries'
import { type Connection, type ConnectionOptions, createConnection } from 'mysql2/promise'
import { allowAll, startGateway, type TestGateway, type TestGatewayOptions } from '../harness/gateway.ts'
import { guardedMasks, looseMasks, officerMasks } from '../harness/leak-shop.ts'
import {
  ATTRIBUTES,
  answersTo,
  attributes,
  bulks,
  exchanges,
  PLAIN,
  TRACKED,
  WITHOUT_EOF,
} from '../harness/mysql-exchanges.ts'
import {
  accountOf,
  besideHidden,
  DATABASE,
  LOGIN,
  PASSWORD,
  serverVersions,
  setup,
} from '../harness/mysql-versions.ts'
import { walks } from '../harness/mysql-walks.ts'
import { MysqlWire } from '../harness/mysql-wire.ts'
import { missingTools, program, run } from '../harness/program.ts'
import type { Side } from '../harness/side-by-side.ts'

const noClient = missingTools('mariadb').length > 0

const options = (side: Omit<Side, 'ca'>, more: ConnectionOptions = {}): ConnectionOptions => ({
  ...side,
  ssl: { rejectUnauthorized: false },
  dateStrings: true,
  supportBigNumbers: true,
  bigNumberStrings: true,
  ...more,
})

/** What `use` sees of a connection. */
const on = async <T>(given: ConnectionOptions, use: (connection: Connection) => Promise<T>): Promise<T> => {
  const connection = await createConnection(given)
  try {
    return await use(connection)
  } finally {
    connection.destroy()
  }
}

/** In the text protocol, or in the binary one. */
const asked = async (connection: Connection, way: 'query' | 'execute', sql: string) =>
  way === 'query' ? await connection.query(sql) : await connection.execute(sql)

const failure = (failing: Promise<unknown>): Promise<unknown> =>
  failing.then(
    () => 'no error',
    ({ errno, sqlState, sqlMessage }) => ({ errno, sqlState, sqlMessage }),
  )

/** Of what MariaDB's client prints: how long it took is not the same twice. */
const timeless = (output: string): string => output.replaceAll(/\(?\d+\.\d{3} sec\)?/g, '<time>')

/** The answer to COM_STATISTICS, without its numbers. */
const figures = async (side: Omit<Side, 'ca'>): Promise<string> => {
  const { wire } = await MysqlWire.loginWith(side, PLAIN)
  const answer = await wire.exchange(toPackets(Buffer.of(command.COM_STATISTICS), 0))
  wire.close()
  return answer
    .subarray(4)
    .toString()
    .replaceAll(/\d+(?:\.\d+)?/g, '<n>')
}

const SCRIPT = `
SELECT * FROM every_type\\G
SELECT email, count(*) FROM customers GROUP BY email ORDER BY 1;
SELECT * FROM contacts; SELECT * FROM kept_contacts;
DESCRIBE customers; SHOW TABLES; SHOW WARNINGS;
CREATE TABLE made (id int PRIMARY KEY AUTO_INCREMENT, name varchar(20));
INSERT INTO made (name) VALUES ('a'), ('ä'), (NULL);
SELECT last_insert_id(), row_count();
START TRANSACTION; UPDATE made SET name = 'gone'; ROLLBACK;
SELECT * FROM made;
SELECT nothing FROM made;
INSERT INTO made VALUES (1, 'again');
SELEC 1;
SET @total = (SELECT count(*) FROM made);
PREPARE one FROM 'SELECT ? + 1'; EXECUTE one USING @total; DEALLOCATE PREPARE one;
CALL two(5, @b); SELECT @b;
DROP TABLE made;
`

describe.each(serverVersions)('$name', (version) => {
  const { name, plugins } = version
  const missing = serverBinaries(name) === undefined
  if (missing) console.warn(`skipped: ${name} of Debian is not unpacked (\`unpackServer\`)`)
  const perhaps = missing ? test.skip : test

  let server: RunningMariadb
  let admin: Connection
  let open: TestGateway
  let masking: TestGateway
  /** Logs in at the server without TLS: its RSA key has to do. */
  let plain: TestGateway
  /** What every gateway in front of the server is given, and what those that speak TLS with it. */
  let common: TestGatewayOptions
  let tls: TestGatewayOptions

  beforeAll(async () => {
    if (missing) return
    const { ca, leaf } = await issueCertificates()
    server = await version.start(leaf)
    admin = await createConnection({ socketPath: server.socket, user: 'root', multipleStatements: true })
    await admin.query(setup(version))
    common = {
      upstream: { host: '127.0.0.1', port: server.port, superuser: LOGIN, password: PASSWORD },
      database: DATABASE,
      system: version.system,
      principals: { [LOGIN]: { groups: ['dba'] }, ana: { groups: ['analysts'] } },
    }
    tls = {
      ...common,
      upstreamTls: 'verify-full',
      upstreamKeys: 'ca: ./database-ca.crt',
      files: { 'database-ca.crt': ca.cert },
    }
    open = await startGateway({ ...tls, policy: allowAll })
    masking = await startGateway(tls)
    plain = await startGateway({ ...common, policy: allowAll })
  }, 300_000)

  afterAll(async () => {
    await admin?.end()
    for (const gateway of [open, masking, plain]) await gateway?.close()
    await server?.stop()
  })

  const direct = (): Omit<Side, 'ca'> => ({
    host: '127.0.0.1',
    port: server.port,
    user: LOGIN,
    password: PASSWORD,
    database: DATABASE,
  })

  /** The same directly and through the gateway. */
  const alike = async (
    use: (connection: Connection, given: ConnectionOptions) => Promise<unknown>,
    more?: ConnectionOptions,
  ) => {
    const both = [options(open.connection(LOGIN), more), options(direct(), more)]
    const seen: unknown[] = []
    for (const given of both) seen.push(await on(given, (connection) => use(connection, given)))
    const [through, directly] = seen
    expect(through).toEqual(directly)
    return through
  }

  perhaps('tells its version through the gateway', async () => {
    const seen = await alike(async (connection) => (await connection.query('SELECT version() AS v'))[0])
    expect(seen).toEqual([{ v: expect.stringMatching(version.version) }])
  })

  perhaps.each(['query', 'execute'] as const)('shows values of every type (%s)', async (way) => {
    const seen = await alike((connection) => asked(connection, way, 'SELECT * FROM every_type'))
    expect(JSON.stringify(seen)).toContain('12345678901234567890.123456789')
  })

  perhaps('takes values of prepared statements', async () => {
    const given = [-1, 1.5, 'äöü ☃', null, Buffer.from([0, 255]), new Date(0), true, '[1]']
    const seen = await alike(async (connection) => {
      const statement = await connection.prepare('SELECT ?, ?, ?, ?, hex(?), ?, ?, JSON_EXTRACT(?, "$[0]")')
      const rows = [(await statement.execute(given))[0], (await statement.execute(given))[0]]
      await statement.close()
      return rows
    })
    expect(JSON.stringify(seen)).toContain('00FF')
  })

  perhaps('fails as it does directly, and the session goes on', async () => {
    const seen = await alike(async (connection) => [
      await failure(connection.query("INSERT INTO customers (id, email) VALUES (1, 'again')")),
      await failure(connection.query('SELECT nothing FROM customers')),
      await failure(connection.execute('SELECT ? + nothing', [1])),
      await failure(connection.query('SELEC 1')),
      (await connection.query('SELECT count(*) AS n FROM customers'))[0],
    ])
    expect(seen).toEqual(expect.arrayContaining([expect.objectContaining({ errno: 1062 }), [{ n: '2' }]]))
  })

  perhaps('answers several statements with several results', async () => {
    const text = 'SELECT 1 AS a; SET @b = 2; SELECT @b AS b'
    const more = { multipleStatements: true }
    const seen = await alike(async (connection) => (await connection.query(text))[0], more)
    expect(seen).toHaveLength(3)
  })

  perhaps.each(['query', 'execute'] as const)('answers CALL with several results (%s)', async (way) => {
    const seen = await alike(async (connection) => [
      (await asked(connection, way, 'CALL two(5, @b)'))[0],
      (await connection.query('SELECT @b'))[0],
    ])
    expect(seen).toEqual([
      [[{ first: 5 }], [expect.objectContaining({ more: 'x' })], expect.anything()],
      [{ '@b': '7' }],
    ])
  })

  perhaps('tells what changed in the session, and how a transaction stands', async () => {
    const seen = await alike(
      async (connection) => {
        const told: unknown[] = []
        for (const sql of [
          `USE ${DATABASE}`,
          'SET autocommit = 0',
          "SET NAMES latin1; SET time_zone = '+01:00'",
          'START TRANSACTION',
          "UPDATE customers SET phone = '1'",
          'SAVEPOINT s; DELETE FROM customers; ROLLBACK TO s',
          'ROLLBACK',
          'SELECT count(*) AS n FROM customers',
        ])
          told.push((await connection.query(sql))[0])
        return told
      },
      { multipleStatements: true, flags: ['+SESSION_TRACK'] },
    )
    expect(seen).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ stateChanges: expect.objectContaining({ schema: DATABASE }) }),
      ]),
    )
  })

  perhaps('ends a statement by KILL QUERY', async () => {
    const seen = await alike(async (connection, given) => {
      const sleeping = connection.query('SELECT sleep(20) AS woken').then(
        ([rows]) => rows,
        ({ errno }) => errno,
      )
      await on(given, async (other) => {
        const running =
          'SELECT count(*) AS n FROM information_schema.processlist WHERE info LIKE "SELECT sleep%"'
        for (;;) {
          const [rows] = await other.query(running)
          if ((rows as { n: string }[])[0]?.n === '1') break
        }
        await other.query(`KILL QUERY ${connection.threadId}`)
      })
      return await sleeping
    })
    // MySQL lets sleep() say that it was woken.
    expect([1317, [{ woken: '1' }]]).toContainEqual(seen)
  })

  perhaps('begins anew by COM_RESET_CONNECTION and by COM_CHANGE_USER', async () => {
    const left = 'SELECT @left AS kept, DATABASE() AS db'
    const seen = await alike(async (connection) => {
      await connection.query('SET @left = 1')
      await connection.reset()
      const afterReset = (await connection.query(left))[0]
      await connection.query('SET @left = 1')
      await connection.changeUser({ user: LOGIN, password: PASSWORD, database: DATABASE })
      return [afterReset, (await connection.query(left))[0]]
    })
    expect(seen).toEqual([[expect.objectContaining({ kept: null })], [{ kept: null, db: DATABASE }]])
  })

  ;(missing || noClient ? test.skip : test)('MariaDB’s client sees no difference', async () => {
    const printed: string[] = []
    for (const { host, port, user, password, database } of [direct(), open.connection(LOGIN)]) {
      const where = [`-h${host}`, `-P${port}`, `-u${user}`, `-p${password}`, '--ssl']
      // Unbuffered: errors come by another way, and would stand wherever the buffer was full.
      const how = ['--table', '--force', '-vvv', '--unbuffered', '--default-character-set=utf8mb4', database]
      printed.push(timeless((await run(program('mariadb'), [...where, ...how], { input: SCRIPT })).output))
    }
    expect(printed[1]).toBe(printed[0])
    expect(printed[1]).toContain('12345678901234567890.123456789')
  })

  perhaps.each(plugins)('lets the gateway in by %s', async (plugin) => {
    const upstream = { ...common.upstream, superuser: accountOf(version, plugin) }
    const gateway = await startGateway({ ...tls, upstream, policy: allowAll })
    try {
      const seen = await on(options(gateway.connection(LOGIN)), (c) => c.query('SELECT user() AS who'))
      expect(seen[0]).toEqual([{ who: expect.stringContaining(`${accountOf(version, plugin)}@`) }])
    } finally {
      await gateway.close()
    }
  })

  perhaps('turns clients away where it does not speak the plugin of its login', async () => {
    const { foreign } = version
    if (foreign === undefined) return
    const upstream = { ...common.upstream, superuser: foreign[0] }
    const gateway = await startGateway({ ...tls, upstream })
    try {
      const seen = await failure(createConnection(options(gateway.connection(LOGIN))))
      expect(seen).toMatchObject({ errno: 1105, sqlMessage: expect.stringContaining('its log says why') })
    } finally {
      await gateway.close()
    }
  })

  perhaps.each(['query', 'execute'] as const)('what is masked stays masked (%s)', async (way) => {
    await on(options(masking.connection('ana')), async (connection) => {
      for (const sql of [
        'SELECT * FROM customers',
        'SELECT * FROM contacts',
        'SELECT c FROM contacts_of_contacts',
        'SELECT contact FROM kept_contacts',
        'SELECT k.contact, c.`call`, shout FROM kept_contacts k JOIN contacts c USING (contact) JOIN customers ON email = contact',
        'SELECT x FROM (SELECT email AS x FROM customers) AS d',
        'SELECT concat(email, phone) FROM customers',
        'SELECT whisper(email) FROM customers',
        'SELECT email FROM customers UNION ALL SELECT contact FROM kept_contacts LIMIT 2',
        'WITH c AS (SELECT * FROM customers) SELECT JSON_OBJECT("e", email) FROM c',
        'WITH d (x, y) AS (SELECT * FROM unlisted) SELECT concat(x) FROM d',
        'WITH d (x, y, z) AS (SELECT u.*, 1 FROM unlisted u NATURAL JOIN unlisted v) SELECT concat(x) FROM d',
      ]) {
        const [rows] = await asked(connection, way, sql)
        expect(JSON.stringify(rows)).not.toMatch(/sentinel|\+4930555|1970-0/i)
        expect(rows).toHaveLength(2)
      }
    })
  })

  perhaps('shows raw what is not masked, in views too', async () => {
    await on(options(masking.connection('ana')), async (connection) => {
      const [rows] = await connection.query(
        'SELECT c.id, v.id AS of_view, tag FROM customers c JOIN contacts v USING (id)',
      )
      expect(rows).toEqual([1, 2].map((id) => ({ id, of_view: id, tag: `it's \\${id}` })))
      for (const calls of version.functions) await connection.query(`SELECT ${calls} FROM customers`)
    })
  })

  perhaps.each(['query', 'execute'] as const)('an INVISIBLE column has no place (%s)', async (way) => {
    const joined =
      'SELECT * FROM unlisted NATURAL JOIN (SELECT 1 AS id, "fine" AS note) AS d JOIN unlisted u USING (email)'
    for (const sql of ['SELECT * FROM unlisted', 'SELECT u.*, u.id FROM unlisted u', joined]) {
      const seen: unknown[] = []
      for (const given of [masking.connection('ana'), direct()]) {
        const [rows] = await on(options(given), (connection) => asked(connection, way, sql))
        if (given.user === 'ana') expect(JSON.stringify(rows)).not.toContain('sentinel')
        seen.push((rows as object[]).map((row) => ({ ...row, email: 'masked or not' })))
      }
      expect(seen[0]).toEqual(seen[1])
    }
  })

  perhaps('what is written by place beside an INVISIBLE column takes its labels along', async () => {
    const principals = { [LOGIN]: { groups: ['dpo'] }, ana: { groups: ['analysts'] } }
    const gateway = await startGateway({ ...tls, principals, policy: officerMasks })
    const { writes, reads } = besideHidden[version.system]
    try {
      const more = { multipleStatements: true }
      await on(options(gateway.connection(LOGIN), more), async (connection) => {
        for (const sql of writes) await connection.query(sql)
      })
      for (const sql of reads) {
        const [raw] = await on(options(direct()), (c) => c.query(sql))
        expect(JSON.stringify(raw)).toContain('sentinel')
        const [seen] = await on(options(gateway.connection('ana')), (c) => c.query(sql))
        expect(JSON.stringify(seen)).not.toContain('sentinel')
      }
    } finally {
      await gateway.close()
      await admin.query('DELETE FROM beside; DROP TABLE IF EXISTS keyless, keyless_too')
    }
  })

  perhaps('a refused statement leaves the session and its transaction', async () => {
    await on(options(masking.connection('ana')), async (connection) => {
      await connection.query('START TRANSACTION')
      expect(await failure(connection.query('DROP TABLE customers'))).toMatchObject({
        errno: 1142,
        sqlState: '42000',
      })
      expect(await failure(connection.execute('DELETE FROM customers'))).toMatchObject({ errno: 1142 })
      expect((await connection.query('SELECT count(*) AS n FROM customers'))[0]).toEqual([{ n: '2' }])
      await connection.query('COMMIT')
    })
  })

  perhaps('no compression is offered', async () => {
    const socket = connect(open.port, '127.0.0.1')
    const framer = new Framer({ fault: 'upstream', maxFrameBytes: 1024 })
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    framer.push(chunk)
    const piece = framer.next()
    if (piece?.kind !== 'frame') throw new Error('no greeting')
    const { flags } = decodeHandshakeV10(Buffer.from(piece.payload)).capabilities
    expect(flags & (capability.COMPRESS | capability.ZSTD_COMPRESSION)).toBe(0)
  })

  const own = version.system === 'mysql' ? attributes : bulks
  const wishes = [PLAIN, PLAIN | WITHOUT_EOF | TRACKED]
  perhaps.each(
    [...exchanges, ...walks, own].flatMap((exchange) =>
      wishes.map((wish) => ({ ...exchange, exchange, wished: wish | (own === attributes ? ATTRIBUTES : 0) })),
    ),
  )('answers byte for byte as it does directly: $name ($wished)', async ({ exchange, wished }) => {
    const seen = await answersTo(exchange, open.connection(LOGIN), wished)
    expect(seen).toEqual(await answersTo(exchange, direct(), wished))
  })

  perhaps('tells its figures by COM_STATISTICS in the form that it has directly', async () => {
    const seen = await figures(open.connection(LOGIN))
    expect(seen).toBe(await figures(direct()))
    expect(seen).toMatch(/^Uptime: <n> {2}Threads: <n>/)
  })

  const ofMysql = version.system === 'mysql' ? perhaps : test.skip

  ofMysql('a table that is made of another by TABLE or VALUES shows no more than that one', async () => {
    const gateway = await startGateway({ ...tls, policy: looseMasks })
    try {
      await on(options(gateway.connection('ana')), async (connection) => {
        await failure(connection.query('CREATE TABLE copied TABLE contacts_of_contacts'))
        await failure(
          connection.query('CREATE TABLE listed VALUES ROW((SELECT max(email) FROM customers), 1)'),
        )
        for (const sql of ['SELECT c FROM copied', 'SELECT column_0 FROM listed']) {
          const seen = await connection.query(sql).catch(({ message }: Error) => message)
          expect(JSON.stringify(seen)).not.toMatch(/sentinel/i)
        }
      })
    } finally {
      await gateway.close()
      await admin.query('DROP TABLE IF EXISTS copied, listed')
    }
  })

  ofMysql('how many warnings there were is not told by the performance schema', async () => {
    const gateway = await startGateway({ ...tls, policy: guardedMasks('balanced') })
    const own = 'FROM performance_schema.events_statements_history WHERE thread_id = ps_current_thread_id()'
    const counted = [
      `SELECT max(warnings) AS n ${own}`,
      `SELECT count(*) AS n ${own} AND warnings = 2`,
      'SELECT sum_error_raised FROM performance_schema.events_errors_summary_by_user_by_error WHERE error_number = 1292',
    ]
    try {
      for (const sql of counted) {
        const answers: unknown[] = []
        for (const letter of ['s', 'x'])
          await on(options(gateway.connection('ana')), async (connection) => {
            await connection.query(
              `SELECT cast(concat('1', trim('${letter}' FROM left(email, 1))) AS signed) AS x FROM customers`,
            )
            answers.push(
              await connection.query(sql).then(
                ([rows]) => rows,
                ({ message }: Error) => message,
              ),
            )
          })
        expect(answers[0]).toEqual(answers[1])
      }
    } finally {
      await gateway.close()
    }
  })

  ofMysql('takes query attributes, whose values its functions show', async () => {
    const sql = "SELECT mysql_query_attribute_string('n1') AS n1"
    const seen = await alike((connection) => connection.query({ sql, attributes: { n1: 'given' } }))
    expect(JSON.stringify(seen)).toContain('given')
  })

  ofMysql(
    'lets the gateway in by caching_sha2_password: in full, by TLS or its RSA key, and by what it keeps',
    async () => {
      for (const gateway of [open, plain]) {
        // What it keeps of passwords that it has seen is gone then.
        await admin.query('FLUSH PRIVILEGES')
        for (const _ of ['full', 'fast'])
          expect((await on(options(gateway.connection(LOGIN)), (c) => c.query('SELECT 1 AS a')))[0]).toEqual([
            { a: '1' },
          ])
      }
    },
  )
})

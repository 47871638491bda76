// A client that costs next to nothing: what comes is thrown away.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { toPackets } from '../adapters/mysql/src/framing/packets.ts'
import { capability } from '../adapters/mysql/src/messages/capabilities.ts'
import { encodeComQuery } from '../adapters/mysql/src/messages/com-query.ts'
import { decodeErrPacket } from '../adapters/mysql/src/messages/err-packet.ts'
import { upstreamSource } from '../adapters/mysql/src/upstream/source.ts'
import type { RunningMariadb } from '../packages/testkit/src/mariadb-server.ts'
import { findProgram } from '../packages/testkit/src/system-tools.ts'
import type { Target } from './run-pgbench.ts'

const run = promisify(execFile)

const LOGIN = { user: 'bench', password: 'bench', database: 'bench' }

/** As many rows as make about 1 MB of the text protocol. */
const ROWS_PER_MEGABYTE = 5000

const UTF8MB4 = 45
const ERR = 0xff
/** EOF after the last row: its header but the sequence id, and the status at its end. */
const EOF_BYTES = 9

/** Makes the database and the account of the bench. */
export async function makeLogin(server: RunningMariadb): Promise<Target> {
  const { user, password, database } = LOGIN
  await asRoot(
    server,
    `CREATE DATABASE ${database}; CREATE USER ${user}@'%' IDENTIFIED BY '${password}'; GRANT ALL ON *.* TO ${user}@'%'`,
  )
  return { name: 'direct', port: server.port, system: 'mariadb', ...LOGIN }
}

/** Two tables of ten columns and about so many megabytes: in `people` two are labelled by their names. */
export async function makeBulkTables(server: RunningMariadb, megabytes: number): Promise<void> {
  const rows = megabytes * ROWS_PER_MEGABYTE
  await asRoot(
    server,
    `USE ${LOGIN.database};
     CREATE TABLE events ENGINE=MyISAM AS SELECT ${COLUMNS}, concat('retry ', seq % 7, ' of the nightly export took ', seq % 4000,
       ' ms; nothing was lost') AS note, concat('Order ', seq, ' was shipped to the usual place, thanks') AS remark FROM seq_1_to_${rows};
     CREATE TABLE people ENGINE=MyISAM AS SELECT ${COLUMNS}, concat('someone.', seq, '@mail-', seq % 90, '.example.com') AS email,
       concat('+4930', 1000000 + seq % 9000000) AS phone FROM seq_1_to_${Math.round(rows * 1.25)}`,
  )
}

const COLUMNS = `seq AS id, timestamp '2024-05-17 10:00:00' + INTERVAL seq SECOND AS at, seq % 12 AS kind, seq % 90000 / 4 AS amount,
  seq % 17 AS quantity, seq % 3 = 0 AS done, md5(seq) AS reference, date '2024-05-17' + INTERVAL seq % 300 DAY AS day`

async function asRoot({ socket }: RunningMariadb, sql: string): Promise<void> {
  await run(findProgram('mariadb') ?? 'mariadb', [
    '--no-defaults',
    `--socket=${socket}`,
    '--user=root',
    '-e',
    sql,
  ])
}

/** Reads the whole answer to a query; how many seconds it took. Rejects with the database's, or the gateway's, error. */
export async function readAll({ port, user, password, database }: Target, sql: string): Promise<number> {
  const source = upstreamSource(
    { host: '127.0.0.1', port, tls: 'disable', user, database, password: () => Promise.resolve(password) },
    { authenticationTimeoutMs: 30_000, maxFrameBytes: 1 << 24 },
  )
  const flags = capability.PROTOCOL_41 | capability.TRANSACTIONS
  const { stream, capabilities } = await source.connect({
    capabilities: { flags, extended: 0 },
    database,
    collation: UTF8MB4,
    programName: 'bench',
  })
  try {
    const begun = performance.now()
    stream.write(toPackets(encodeComQuery({ sql, attributes: [] }, capabilities.flags), 0))
    await new Promise<void>((resolve, reject) => {
      let tail: Buffer = Buffer.alloc(0)
      stream.on('data', (chunk: Buffer) => {
        if (tail.length === 0 && chunk[4] === ERR) reject(failure(chunk))
        tail = Buffer.concat([tail, chunk.subarray(-EOF_BYTES)]).subarray(-EOF_BYTES)
        if (tail[0] === 5 && tail[1] === 0 && tail[2] === 0 && tail[4] === 0xfe) resolve()
      })
      stream.on('error', reject)
      stream.on('close', () => reject(new Error('the connection was closed')))
      stream.resume()
    })
    return (performance.now() - begun) / 1000
  } finally {
    stream.destroy()
  }
}

function failure(chunk: Buffer): Error {
  return new Error(decodeErrPacket(chunk.subarray(4)).message)
}

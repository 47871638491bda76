import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { toPackets } from '@sluice/adapter-mysql/framing/packets'
import { command } from '@sluice/adapter-mysql/messages/commands'
import { issueCertificates } from '@sluice/testkit/certificates'
import { type RunningMariadb, startMariadb } from '@sluice/testkit/mariadb-server'
import { startMysql } from '@sluice/testkit/mysql-server'
import { serverBinaries } from '@sluice/testkit/server-binaries'
import { type Connection, createConnection } from 'mysql2/promise'
import { allowAll, startGateway, type TestGateway } from '../harness/gateway.ts'
import { PLAIN } from '../harness/mysql-exchanges.ts'
import { type MysqlLogin, MysqlWire, packetsIn } from '../harness/mysql-wire.ts'
import { missingTools } from '../harness/program.ts'

const query = (sql: string): Buffer =>
  toPackets(Buffer.from(`${String.fromCharCode(command.COM_QUERY)}${sql}`), 0)

/** A command that has no answer, as drivers send it right before they put a connection away. */
const unanswered = toPackets(Buffer.of(command.COM_STMT_CLOSE, 1, 0, 0, 0), 0)

/** What a client hears that has been idle for too long. */
const afterIdling = async (login: MysqlLogin): Promise<Buffer> => {
  const { wire } = await MysqlWire.loginWith(login, PLAIN)
  await wire.exchange(query('SET wait_timeout = 1'))
  return wire.lastWords(unanswered)
}

describe.each([
  ['MariaDB', 'mariadb', missingTools('MariaDB server').length > 0],
  ['MySQL', 'mysql', serverBinaries('MySQL 9') === undefined],
] as const)('%s', (name, system, missing) => {
  if (missing) console.warn(`skipped: no ${name} is here`)
  const perhaps = missing ? test.skip : test
  let server: RunningMariadb
  let admin: Connection
  let gateway: TestGateway
  let direct: MysqlLogin

  beforeAll(async () => {
    if (missing) return
    const { leaf } = await issueCertificates()
    server = system === 'mysql' ? await startMysql(leaf) : await startMariadb({ accounts: true })
    admin = await createConnection({ socketPath: server.socket, user: 'root', multipleStatements: true })
    await admin.query(
      "CREATE DATABASE shop; CREATE USER dba@'%' IDENTIFIED BY 'dba-secret'; GRANT ALL ON *.* TO dba@'%'",
    )
    direct = { host: '127.0.0.1', port: server.port, user: 'dba', password: 'dba-secret', database: 'shop' }
    gateway = await startGateway({
      upstream: { ...direct, superuser: 'dba' },
      database: 'shop',
      system,
      policy: allowAll,
      principals: { dba: { groups: [] } },
    })
  }, 300_000)

  afterAll(async () => {
    await gateway?.close()
    await admin?.end()
    await server?.stop()
  })

  // Drivers take packets that nobody asked for only where they are numbered from 0: that is how they know a lost session.
  perhaps('of itself the database’s last word is numbered as without the gateway', async () => {
    const without = await afterIdling(direct)
    const behind = await afterIdling(gateway.connection('dba'))
    // MariaDB goes without a word, of which the gateway tells.
    if (without.length > 0) expect(behind).toEqual(without)
    expect(packetsIn(behind).map(({ sequence }) => sequence)).toEqual([0])
  })

  perhaps('so is that of a session that somebody has ended', async () => {
    const { wire } = await MysqlWire.loginWith(gateway.connection('dba'), PLAIN)
    await wire.exchange(query('DO 1'))
    const told = wire.lastWords(unanswered)
    const [sessions] = (await admin.query('SHOW PROCESSLIST')) as unknown as [{ Id: number; db: string }[]]
    const ids = sessions.filter(({ db }) => db === 'shop').map(({ Id }) => Id)
    for (const id of ids) await admin.query(`KILL ${id}`)
    expect(packetsIn(await told).map(({ sequence }) => sequence)).toEqual([0])
  })
})

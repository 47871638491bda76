import { describe, expect } from '@jest/globals'
import { toPackets } from '@sluice/adapter-mysql/framing/packets'
import { command } from '@sluice/adapter-mysql/messages/commands'
import { filledMysql, mysqlSystems } from '../harness/filled-mysql.ts'
import { allowAll } from '../harness/gateway.ts'
import { PLAIN } from '../harness/mysql-exchanges.ts'
import { type MysqlLogin, MysqlWire, packetsIn } from '../harness/mysql-wire.ts'

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

describe.each(mysqlSystems)('%s', (_, system) => {
  const { perhaps, gateway, admin, direct } = filledMysql(system, '', { policy: allowAll })

  // Drivers take packets that nobody asked for only where they are numbered from 0: that is how they know a lost session.
  perhaps('of itself the database’s last word is numbered as without the gateway', async () => {
    const without = await afterIdling(direct())
    const behind = await afterIdling(gateway().connection('dba'))
    // MariaDB goes without a word, of which the gateway tells.
    if (without.length > 0) expect(behind).toEqual(without)
    expect(packetsIn(behind).map(({ sequence }) => sequence)).toEqual([0])
  })

  perhaps('so is that of a session that somebody has ended', async () => {
    const { wire } = await MysqlWire.loginWith(gateway().connection('dba'), PLAIN)
    await wire.exchange(query('DO 1'))
    const told = wire.lastWords(unanswered)
    const [sessions] = (await admin().query('SHOW PROCESSLIST')) as unknown as [
      { Id: number; User: string; db: string }[],
    ]
    const ids = sessions.filter(({ User, db }) => User === 'dba' && db === 'shop').map(({ Id }) => Id)
    for (const id of ids) await admin().query(`KILL ${id}`)
    expect(packetsIn(await told).map(({ sequence }) => sequence)).toEqual([0])
  })
})

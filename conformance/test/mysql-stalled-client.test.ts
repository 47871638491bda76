import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { hasMariadb } from '@sluice/testkit/mariadb-server'
import { type Connection, createConnection } from 'mysql2/promise'
import { type FilledMariadb, mariadbWith } from '../harness/filled-server.ts'
import { MOST_HELD_BYTES, policy, ROW_BYTES, ROWS, standsStill } from '../harness/stalled.ts'
import { type MeasuredGateway, startMeasuredGateway } from '../harness/start-measured-gateway.ts'

let server: FilledMariadb
let direct: Connection
let gateway: MeasuredGateway
/** Stands between the client and the gateway. */
let wire: Server
/** The two ends of its last connection. */
let ends: { readonly client: Socket; readonly gateway: Socket } | undefined
let client: Connection | undefined

const suite = hasMariadb ? describe : describe.skip

const waits = async (): Promise<boolean> => {
  const [found] = await direct.query<never[]>(
    "SELECT 1 FROM information_schema.processlist WHERE state = 'Writing to net' AND user = 'gate'",
  )
  return found.length === 1
}

suite('INVARIANT (relay-by-slice): a client of MariaDB that stops reading makes the gateway hold one row:', () => {
  beforeAll(async () => {
    server = await mariadbWith(`
      CREATE TABLE letters (email varchar(100), body longtext);
      INSERT INTO letters SELECT 'ana@example.com', repeat('x', ${ROW_BYTES}) FROM seq_1_to_${ROWS}`)
    direct = await createConnection({ socketPath: server.socket, user: 'root' })
    const { host, port, superuser, password } = server
    const upstream = { host, port, superuser, password }
    gateway = await startMeasuredGateway({ upstream, system: 'mariadb', database: 'shop', policy })
    wire = createServer((socket) => {
      const further = connect(gateway.port, '127.0.0.1')
      for (const end of [socket, further]) end.on('error', () => end.destroy())
      socket.pipe(further).pipe(socket)
      ends = { client: socket, gateway: further }
    })
    wire.listen(0, '127.0.0.1')
    await once(wire, 'listening')
  }, 120_000)

  afterAll(async () => {
    wire?.close()
    gateway?.close()
    await direct?.end()
    await server?.stop()
  })

  afterEach(() => {
    client?.destroy()
    ends?.gateway.destroy()
  })

  test.each([
    ['raw', 'SELECT body FROM letters', false],
    ['masked', 'SELECT email, body FROM letters', false],
    ['raw, over TLS', 'SELECT body FROM letters', true],
    ['masked, over TLS', 'SELECT email, body FROM letters', true],
  ])(
    '%s',
    async (_what, sql, secure) => {
      const { port } = wire.address() as { port: number }
      const login = { host: '127.0.0.1', port, user: 'ana', password: 'ana-secret', database: 'shop' }
      client = await createConnection({ ...login, ...(secure ? { ssl: { rejectUnauthorized: false } } : {}) })
      await client.query('SELECT 1 AS one')
      const before = await gateway.held()
      ends?.gateway.unpipe()
      ends?.gateway.pause()
      let got = 0
      const answered = client.query<{ body: string }[] & never[]>(sql).then(([rows]) => {
        got = rows.filter(({ body }) => body.length === ROW_BYTES).length
      })
      await standsStill(waits)
      expect((await gateway.held()) - before).toBeLessThanOrEqual(MOST_HELD_BYTES + ROW_BYTES)
      if (ends !== undefined) ends.gateway.pipe(ends.client)
      await answered
      expect(got).toBe(ROWS)
    },
    120_000,
  )
})

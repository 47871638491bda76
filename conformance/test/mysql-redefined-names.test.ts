import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Connection, createConnection } from 'mysql2/promise'
import { type FilledMariadb, mariadbWith } from '../harness/filled-server.ts'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { missingTools } from '../harness/program.ts'

const tryIt = missingTools('MariaDB server', 'mariadb').length > 0 ? test.skip : test

const policy = `
version: 1
rules:
  - { id: reads, effect: allow, when: "statement.effects.all(e, e in ['read', 'session'])" }
  - { id: calls, effect: allow, when: "statement.verb == 'call' && statement.opaque == ''" }
`

let server: FilledMariadb | undefined
let gateway: TestGateway | undefined
let client: Connection | undefined

beforeAll(async () => {
  if (tryIt === test.skip) return
  server = await mariadbWith(`
    CREATE TABLE orders (id int);
    INSERT INTO orders VALUES (1);
    CREATE PROCEDURE swap() BEGIN PREPARE p FROM 'DELETE FROM orders'; SIGNAL SQLSTATE '45000'; END;
  `)
  gateway = await startGateway({ upstream: server, database: 'shop', system: 'mariadb', policy })
  const { host, port, user, password, database } = gateway.connection('ana')
  client = await createConnection({ host, port, user, password, database })
}, 120_000)

afterAll(async () => {
  client?.destroy()
  await gateway?.close()
  await server?.stop()
})

const codeOf = async (sql: string): Promise<string> => {
  try {
    await client?.query(sql)
    return 'done'
  } catch (error) {
    return String((error as { errno?: number }).errno)
  }
}

tryIt(
  'nobody is sure what EXECUTE of a name does behind a procedure that may have redefined it and failed',
  async () => {
    expect(await codeOf("PREPARE p FROM 'SELECT 1'")).toBe('done')
    expect(await codeOf('EXECUTE p')).toBe('done')
    expect(await codeOf('CALL swap()')).toBe('1644')
    expect(await codeOf('EXECUTE p')).toBe('1290')
  },
)

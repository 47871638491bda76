import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { encodeCancelRequest } from '@sluice/adapter-postgres/messages/cancel-request'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import { encodeSSLRequest } from '@sluice/adapter-postgres/messages/ssl-request'
import { encodeStartupMessage } from '@sluice/adapter-postgres/messages/startup-message'
import { readEntries } from '@sluice/audit/read'
import { freePort } from '@sluice/testkit/free-port'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import { createTokenIssuer, type TokenIssuer } from '@sluice/testkit/tokens'
import pg from 'pg'
import { allowAll, startGateway, type TestGateway } from '../harness/gateway.ts'
import { RawClient, type RawConnection } from '../harness/raw-client.ts'

let server: RunningPostgres
let direct: pg.Client
let gateway: TestGateway
let strict: TestGateway
let issuer: TokenIssuer

beforeAll(async () => {
  server = await startPostgres({ version: 'embedded', superuserPassword: 'secret', auth: 'scram-sha-256' })
  direct = new pg.Client({ connectionString: server.connectionString('postgres') })
  await direct.connect()
  issuer = await createTokenIssuer({ issuer: 'https://issuer.example', audience: 'sluice' })
  const jwks = join(tmpdir(), `sluice-jwks-${process.pid}.json`)
  await writeFile(jwks, JSON.stringify(issuer.jwks))
  const options = {
    upstream: server,
    database: 'postgres',
    identities: [
      `{ name: tokens, type: jwt, issuer: "${issuer.issuer}", audience: sluice, jwks: ${jwks}, claims: {} }`,
    ],
    limits: '{ maxSessions: 20 }',
  }
  gateway = await startGateway({
    ...options,
    principals: {
      ana: { groups: [] },
      gone: { groups: [], expires: '2020-01-01' },
    },
  })
  strict = await startGateway({ ...options, tlsRequired: true })
}, 120_000)

afterAll(async () => {
  await direct?.end()
  await gateway?.close()
  await strict?.close()
  await server?.stop()
})

const bytes = (...values: number[]): Buffer => Buffer.from(values)
const startup = (parameters: Record<string, string>): Buffer =>
  encodeStartupMessage({ version: 0x0003_0000, parameters: new Map(Object.entries(parameters)) })
const GSSENC = bytes(0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x30)

/** TLS on a plain connection, after SSLRequest or at once. */
async function encrypted(to: TestGateway, direct = false): Promise<RawClient> {
  const plain = await RawClient.dial(to.connection('ana'))
  const socket = plain.stream
  socket.removeAllListeners('data')
  if (!direct) {
    socket.write(encodeSSLRequest())
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toBe('S')
  }
  const ca = await readFile(to.ca, 'utf8')
  const tls: TLSSocket = connectTls({
    socket: socket as never,
    ca,
    servername: 'localhost',
    ...(direct ? { ALPNProtocols: ['postgresql'] } : {}),
  })
  await once(tls, 'secureConnect')
  return new RawClient(tls)
}

const login = (changes: Partial<RawConnection> = {}): Promise<string> =>
  RawClient.login({ ...gateway.connection('ana'), ...changes }).then(
    (client) => {
      client.close()
      return 'a session'
    },
    (error: Error) => error.message,
  )

describe('INVARIANT (identity-bound): no session for', () => {
  test.each<[string, Partial<RawConnection>, string]>([
    ['a wrong password', { password: 'wrong' }, 'ErrorResponse 28P01'],
    ['an unknown login', { user: 'nobody' }, 'ErrorResponse 28P01'],
    ['a login that is over', { user: 'gone', password: 'gone-secret' }, 'ErrorResponse 28P01'],
    ['an unknown database', { database: 'other' }, 'ErrorResponse 3D000'],
    ['no user name', { user: '' }, 'ErrorResponse 28000'],
    ['replication', { parameters: { replication: 'true' } }, 'ErrorResponse 42501'],
    ['logical replication', { parameters: { replication: 'database' } }, 'ErrorResponse 42501'],
    ['a role by options', { parameters: { options: '-c role=postgres' } }, 'ErrorResponse 42501'],
    [
      'a role by a switch',
      { parameters: { options: '--session_authorization=postgres' } },
      'ErrorResponse 42501',
    ],
    ['a setting of its own', { parameters: { session_preload_libraries: 'x' } }, 'ErrorResponse 42501'],
    ['a setting that is none', { parameters: { 'work mem': '1' } }, 'ErrorResponse 42501'],
    ['a quote in a name', { parameters: { options: '-c x";DROP=1' } }, 'ErrorResponse 42501'],
    ['a library', { parameters: { options: '-c local_preload_libraries=x' } }, 'ErrorResponse 42501'],
    [
      'code in a session',
      { parameters: { options: '--session-preload-libraries=x' } },
      'ErrorResponse 42501',
    ],
    [
      'too many settings to be decided',
      { parameters: { options: Array.from({ length: 33 }, (_, i) => `-c a.b${i}=1`).join(' ') } },
      'ErrorResponse 42501',
    ],
    [
      'a value that is none, as the database has it',
      { parameters: { work_mem: 'much' } },
      'ErrorResponse 22023',
    ],
    ['a setting the database does not know', { parameters: { work_men: '1MB' } }, 'ErrorResponse 42704'],
    ['another switch', { parameters: { options: '-d 5' } }, 'ErrorResponse 42501'],
    ['a word that is no switch', { parameters: { options: 'work_mem=1MB' } }, 'ErrorResponse 42501'],
    ['a switch without a value', { parameters: { options: '-c work_mem' } }, 'ErrorResponse 42501'],
    ['a switch without anything', { parameters: { options: '-c' } }, 'ErrorResponse 42501'],
    ['another user by options', { parameters: { options: '-c user=postgres' } }, 'ErrorResponse 42501'],
    ['options within options', { parameters: { options: '-c options=-cjit=off' } }, 'ErrorResponse 42501'],
    ['a protocol option by options', { parameters: { options: '--_pq_.x=1' } }, 'ErrorResponse 42501'],
    ['an encoding that hides quotes', { parameters: { client_encoding: 'SJIS' } }, 'ErrorResponse 42501'],
  ])('%s', async (_name, changes, refusal) => {
    expect(await login(changes)).toBe(refusal)
  })

  test('each of them is recorded, without a secret', async () => {
    await gateway.audit.durable(gateway.audit.append({ type: 'control', at: 0, action: 'test', detail: {} }))
    const refused = [...readEntries(gateway.journal)].filter(({ entry }) => entry.type === 'session.refused')
    expect(refused.length).toBeGreaterThanOrEqual(18)
    // Each reason begins with its word, one of which is `wrong-secret`.
    expect(JSON.stringify(refused).replaceAll('wrong-secret:', '')).not.toMatch(/-secret|wrong/)
    expect(await login()).toBe('a session')
    expect(await login({ parameters: { options: '-c statement_timeout=1000 -csearch_path=public' } })).toBe(
      'a session',
    )
  })
})

const shown = async (client: RawClient, name: string): Promise<string> =>
  (await client.query(`SHOW ${name}`)).find((line) => line.startsWith('DataRow')) ?? ''

/** What drivers and people bring that does more than show values otherwise. */
const decided: readonly Readonly<Record<string, string>>[] = [
  // JDBC's `currentSchema`, and node-postgres.
  { search_path: 'public' },
  { statement_timeout: '1000' },
  { Lock_Timeout: '1000' },
  { idle_in_transaction_session_timeout: '1000' },
  { default_transaction_read_only: 'off' },
  { default_transaction_isolation: 'serializable' },
  { client_min_messages: 'error' },
  { geqo: 'off' },
  { jit: 'off' },
  { options: '-c default_transaction_read_only=off -c search_path=x' },
  // In `options` somebody wrote it.
  { options: '-c application_name=x' },
  { options: '--DateStyle=ISO' },
  { options: '-c client_encoding=UTF8' },
]

/** What drivers send by themselves. */
const looks = {
  application_name: 'x',
  bytea_output: 'hex',
  client_encoding: 'UTF8',
  DateStyle: 'ISO, MDY',
  extra_float_digits: '2',
  IntervalStyle: 'iso_8601',
  TimeZone: 'Europe/Rome',
}

describe('settings that come with the connection', () => {
  test('are decided and recorded as SET is, and hold', async () => {
    const options = String.raw`-c work_mem=12MB --search-path=public -capp.note=it\ is\ one\\word --App.Note2=it's`
    const open = await startGateway({ upstream: server, database: 'postgres', policy: allowAll })
    const client = await RawClient.login({
      ...open.connection('ana'),
      parameters: { options, enable_hashjoin: 'off' },
    })
    expect(await shown(client, 'work_mem')).toBe('DataRow 12MB')
    expect(await shown(client, 'enable_hashjoin')).toBe('DataRow off')
    expect(await shown(client, 'app.note')).toBe(String.raw`DataRow it is one\word`)
    expect(await shown(client, 'app.note2')).toBe("DataRow it's")
    client.close()
    await open.audit.durable(open.audit.append({ type: 'control', at: 0, action: 'test', detail: {} }))
    const entries = [...readEntries(open.journal)].map(({ entry }) => entry)
    const session = entries.findLast((entry) => entry.type === 'session.opened')?.session
    const mine = entries.filter((entry) => 'session' in entry && entry.session === session)
    expect(
      mine.slice(0, 11).map((entry) => (entry.type === 'statement.opened' ? entry.verb : entry.type)),
    ).toEqual([
      'session.opened',
      ...Array.from({ length: 5 }, () => 'set'),
      ...Array.from({ length: 5 }, () => 'statement.closed'),
    ])
    expect(JSON.stringify(mine)).not.toContain('12MB')
    await open.close()
  })

  test('are refused by the rule that refuses SET, but for how values look', async () => {
    const closed = await startGateway({
      upstream: server,
      database: 'postgres',
      policy: `version: 1
rules:
  - { id: all, effect: allow }
  - { id: no-set, effect: deny, when: "statement.verb == 'set'", message: settings stay as they are }
`,
    })
    const client = new pg.Client({ ...closed.connection('ana'), options: '-c work_mem=12MB' })
    await expect(client.connect()).rejects.toMatchObject({
      code: '42501',
      message: expect.stringMatching(/`work_mem`.*no-set/),
    })
    const asked = { ...closed.connection('ana') }
    for (const parameters of decided)
      await expect(RawClient.login({ ...asked, parameters })).rejects.toThrow('ErrorResponse 42501')
    await closed.audit.durable(closed.audit.append({ type: 'control', at: 0, action: 'test', detail: {} }))
    const refused = [...readEntries(closed.journal)].flatMap(({ entry }) =>
      entry.type === 'session.refused' ? [[entry.login, entry.principal]] : [],
    )
    expect(refused).toHaveLength(decided.length + 1)
    for (const one of refused) expect(one).toEqual(['ana', 'ana@example.com'])
    await expect(RawClient.login({ ...asked, database: 'nope' })).rejects.toThrow('ErrorResponse 3D000')
    await closed.audit.durable(closed.audit.append({ type: 'control', at: 0, action: 'test', detail: {} }))
    const [elsewhere] = [...readEntries(closed.journal)].flatMap(({ entry }) =>
      entry.type === 'session.refused' && entry.code === '3D000' ? [entry.principal] : [],
    )
    expect(elsewhere).toBe('ana@example.com')
    const plain = await RawClient.login({ ...asked, parameters: looks })
    expect(await shown(plain, 'timezone')).toBe('DataRow Europe/Rome')
    expect(await plain.query('SET search_path = x')).toContain('ErrorResponse 42501')
    plain.close()
    await closed.close()
  })

  test('are told of by the database to the client, and their values to nobody else', async () => {
    const open = await startGateway({ upstream: server, database: 'postgres' })
    const log = jest.spyOn(console, 'log').mockImplementation(() => undefined)
    const options = '-c work_mem=hunter2'
    const refused = new pg.Client({ ...open.connection('ana'), options }).connect()
    await expect(refused).rejects.toMatchObject({
      code: '22023',
      message: expect.stringContaining('hunter2'),
    })
    await open.audit.durable(open.audit.append({ type: 'control', at: 0, action: 'test', detail: {} }))
    const said = JSON.stringify([...readEntries(open.journal)].map(({ entry }) => entry))
    expect(
      said.match(/the database refused a setting that came with the connection \(22023\)/g),
    ).toHaveLength(2)
    expect(said).not.toContain('hunter2')
    await open.close()
    expect(log.mock.calls.flat().join()).not.toContain('hunter2')
    log.mockRestore()
  })

  test('hold where SET is allowed, as ever', async () => {
    const open = await startGateway({ upstream: server, database: 'postgres' })
    for (const parameters of [...decided, looks]) {
      const client = await RawClient.login({ ...open.connection('ana'), parameters })
      client.close()
    }
    const client = new pg.Client({ ...open.connection('ana'), statement_timeout: 1234, lock_timeout: 5 })
    await client.connect()
    const { rows } = await client.query('SHOW statement_timeout')
    expect(rows).toEqual([{ statement_timeout: '1234ms' }])
    await client.end()
    await open.close()
  })

  test('are set once each, in the order of the database: as decided, whatever their letters and wherever they stand', async () => {
    const parameters = {
      options: '-c work_mem=11MB -c WORK_MEM=12MB -c work_mem=13MB -c jit=on -c intervalstyle=iso_8601',
      Jit: 'off',
      IntervalStyle: 'sql_standard',
    }
    const shownBy = async (connection: RawConnection): Promise<string[]> => {
      const client = await RawClient.login({ ...connection, parameters })
      const values = []
      for (const name of ['work_mem', 'jit', 'intervalstyle']) values.push(await shown(client, name))
      client.close()
      return values
    }
    const itself = { ...server, user: 'postgres', password: 'secret', database: 'postgres' }
    expect(await shownBy(itself)).toEqual(['DataRow 13MB', 'DataRow off', 'DataRow sql_standard'])
    expect(await shownBy(gateway.connection('ana'))).toEqual(await shownBy(itself))
  })
})

test('a driver is told code, message and hint', async () => {
  const client = new pg.Client({ ...gateway.connection('ana'), password: 'wrong' })
  await expect(client.connect()).rejects.toMatchObject({
    severity: 'FATAL',
    code: '28P01',
    message: expect.stringContaining('`ana`'),
    hint: expect.stringMatching(/password/),
  })
})

describe('TLS', () => {
  test('may be required: then nothing else is heard', async () => {
    await expect(RawClient.login(strict.connection('ana'))).rejects.toThrow('ErrorResponse 28000')
    const client = await encrypted(strict)
    await client.logIn(strict.connection('ana'))
    expect(await client.query('SELECT 1')).toContain('DataRow 1')
    client.close()
  })

  test('may begin at once, where the protocol is named', async () => {
    const client = await encrypted(gateway, true)
    await client.logIn(gateway.connection('ana'))
    expect(await client.query('SELECT 1')).toContain('DataRow 1')
    client.close()
  })

  test('may come behind a GSSENCRequest that is declined', async () => {
    const client = await RawClient.dial(gateway.connection('ana'))
    client.stream.removeAllListeners('data')
    for (const [question, answer] of [
      [GSSENC, 'N'],
      [encodeSSLRequest(), 'S'],
    ] as const) {
      client.send(question)
      const [heard] = (await once(client.stream, 'data')) as [Buffer]
      expect(heard.toString()).toBe(answer)
    }
    client.close()
  })

  test('carries a token as the password; without it no token is taken', async () => {
    const token = await issuer.sign('ci@example.com', { groups: [] })
    const connection = { ...gateway.connection('ci@example.com'), password: token }
    const client = await encrypted(gateway)
    await client.logIn(connection)
    expect(await client.query('SELECT 1')).toContain('DataRow 1')
    client.close()
    await expect(RawClient.login(connection)).rejects.toThrow('ErrorResponse 28P01')
  })

  test('brings the refusal too', async () => {
    const client = await encrypted(gateway)
    await expect(client.logIn({ ...gateway.connection('ana'), password: 'wrong' })).rejects.toThrow(
      'ErrorResponse 28P01',
    )
  })

  test.each([
    ['an SSLRequest', encodeSSLRequest()],
    ['a GSSENCRequest', GSSENC],
  ])('is not begun where bytes are glued behind %s (CVE-2021-23214)', async (_name, question) => {
    const client = await RawClient.dial(gateway.connection('ana'))
    client.send(question, startup({ user: 'ana', database: 'postgres' }))
    expect(await client.rest()).toEqual(['ErrorResponse 08P01', 'closed'])
  })

  test('is not asked for twice', async () => {
    const client = await RawClient.dial(gateway.connection('ana'))
    client.stream.removeAllListeners('data')
    const heard: Buffer[] = []
    client.stream.on('data', (chunk: Buffer) => heard.push(chunk))
    const closed = once(client.stream, 'close')
    for (let i = 0; i < 5; i += 1) {
      client.send(GSSENC)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await closed
    expect(Buffer.concat(heard).toString('latin1')).toMatch(/^NNNE/)
  })
})

describe('a second login inside a session', () => {
  test.each([
    ['a StartupMessage', startup({ user: 'dora', database: 'postgres' })],
    ['a password message', Buffer.from('p\0\0\0\x0bsecret\0', 'latin1')],
    ['an SSLRequest', encodeSSLRequest()],
  ])('by %s ends it', async (_name, message) => {
    const client = await RawClient.login(gateway.connection('ana'))
    client.send(message, encodeQuery({ sql: 'SELECT 1' }))
    expect(await client.rest()).toEqual(['ErrorResponse 08P01', 'closed'])
  })
})

const running = async (client: RawClient): Promise<void> => {
  client.send(encodeQuery({ sql: 'SELECT pg_sleep(0.4)' }))
  const busy = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%'"
  while ((await direct.query(busy)).rows.length === 0);
}

const cancel = async (
  processId: number,
  secretKey: Buffer,
  at: { host: string; port: number } = gateway.connection('ana'),
): Promise<void> => {
  const client = await RawClient.dial(at)
  client.send(encodeCancelRequest({ processId, secretKey }))
  expect(await client.rest()).toEqual(['closed'])
}

describe('a cancel request', () => {
  test('with the session’s key stops its statement', async () => {
    const client = await RawClient.login(gateway.connection('ana'))
    await running(client)
    await cancel(client.key?.processId ?? 0, client.key?.secretKey ?? Buffer.alloc(4))
    expect(await client.ready()).toContain('ErrorResponse 57014')
    expect(await client.query('SELECT 1')).toContain('DataRow 1')
    client.close()
  })

  test.each([
    ['a wrong key', (key: Buffer) => key.map((byte) => byte ^ 1)],
    ['a longer key', (key: Buffer) => Buffer.concat([key, key])],
  ])('with %s does nothing, and says nothing', async (_name, change) => {
    const client = await RawClient.login(gateway.connection('ana'))
    await running(client)
    await cancel(client.key?.processId ?? 0, Buffer.from(change(client.key?.secretKey ?? Buffer.alloc(4))))
    expect(await client.ready()).toContain('CommandComplete SELECT 1')
    client.close()
  })

  test('sent to the database itself with the session’s key does nothing: clients never hold its key', async () => {
    const client = await RawClient.login(gateway.connection('ana'))
    await running(client)
    await cancel(client.key?.processId ?? 0, client.key?.secretKey ?? Buffer.alloc(4), server)
    expect(await client.ready()).toContain('CommandComplete SELECT 1')
    client.close()
  })
})

const backends = async (): Promise<number> => {
  const { rows } = await direct.query<{ n: number }>(
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> 'sluice catalog'",
  )
  return rows[0]?.n ?? 0
}

test('a client that leaves while the database is being reached leaves nothing behind', async () => {
  for (let i = 0; i < 10; i += 1) {
    const client = await RawClient.dial(gateway.connection('ana'))
    // The last word of the login is on its way when the client goes.
    const send = client.send.bind(client)
    let words = 0
    client.send = (...messages) => {
      send(...messages)
      words += 1
      if (words === 3) client.stream.end()
    }
    await client.logIn(gateway.connection('ana')).catch(() => undefined)
  }
  while ((await backends()) > 1) await new Promise((resolve) => setTimeout(resolve, 20))
})

test('more sessions than `maxSessions` are turned away with a reason, and make room when they end', async () => {
  const clients: RawClient[] = []
  for (let i = 0; i < 20; i += 1) clients.push(await RawClient.login(gateway.connection('ana')))
  expect(await login()).toBe('ErrorResponse 53300')
  for (const client of clients) client.close()
  let answer = ''
  while (answer !== 'a session') answer = await login()
}, 30_000)

test('a database that is not there: the client is told, and of the catalog nothing is made up', async () => {
  const nowhere = await startGateway({
    upstream: { host: '127.0.0.1', port: await freePort(), superuser: 'postgres', password: 'secret' },
    database: 'postgres',
  })
  await expect(RawClient.login(nowhere.connection('ana'))).rejects.toThrow('ErrorResponse 08006')
  await nowhere.close()
})

import type { Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { encodeAuthentication } from '@sluice/adapter-postgres/messages/authentication'
import { encodeBackendKeyData } from '@sluice/adapter-postgres/messages/backend-key-data'
import { encodeBindComplete } from '@sluice/adapter-postgres/messages/bind-complete'
import { encodeCommandComplete } from '@sluice/adapter-postgres/messages/command-complete'
import { encodeCopyData } from '@sluice/adapter-postgres/messages/copy-data'
import { encodeDescribe } from '@sluice/adapter-postgres/messages/describe'
import { encodeFlush } from '@sluice/adapter-postgres/messages/flush'
import { encodeNoData } from '@sluice/adapter-postgres/messages/no-data'
import { encodeNotificationResponse } from '@sluice/adapter-postgres/messages/notification-response'
import { encodeParameterStatus } from '@sluice/adapter-postgres/messages/parameter-status'
import { encodeParse } from '@sluice/adapter-postgres/messages/parse'
import { encodeParseComplete } from '@sluice/adapter-postgres/messages/parse-complete'
import { encodePortalSuspended } from '@sluice/adapter-postgres/messages/portal-suspended'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import { encodeReadyForQuery } from '@sluice/adapter-postgres/messages/ready-for-query'
import { encodeRowDescription } from '@sluice/adapter-postgres/messages/row-description'
import { encodeSync } from '@sluice/adapter-postgres/messages/sync'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import {
  answerOf,
  column,
  completed,
  type FakeDatabase,
  fakeDatabase,
  rowOf,
  welcome,
} from '../harness/fake-database.ts'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { execute, RawClient } from '../harness/raw-client.ts'
import { shopSchema } from '../harness/shop.ts'

let server: RunningPostgres
let database: FakeDatabase
let gateway: TestGateway
/** OIDs of the shop's tables. */
let tables: Readonly<Record<string, number>>

beforeAll(async () => {
  server = await startPostgres({ version: 'embedded', superuserPassword: 'secret', auth: 'trust' })
  const direct = new pg.Client({ connectionString: server.connectionString('postgres') })
  await direct.connect()
  await direct.query(shopSchema)
  const { rows } = await direct.query<{ relname: string; oid: number }>(
    "SELECT relname, oid FROM pg_class WHERE relnamespace = 'public'::regnamespace",
  )
  tables = Object.fromEntries(rows.map(({ relname, oid }) => [relname, oid]))
  await direct.end()
  database = await fakeDatabase(server)
  gateway = await startGateway({
    upstream: database,
    database: 'postgres',
    limits: '{ authenticationTimeoutMs: 1500, maxFrameBytes: 1048576 }',
  })
}, 120_000)

afterAll(async () => {
  await gateway?.close()
  await database?.close()
  await server?.stop()
})

let client: RawClient
beforeEach(() => {
  database.play = {}
})
afterEach(() => client?.close())

const PLAIN = 'SELECT title FROM products'
const MASKED = 'SELECT email FROM customers'
const title = () => column('title', tables['products'], 2)
const email = () => column('email', tables['customers'], 3)
const described = (...fields: ReturnType<typeof column>[]): Buffer => encodeRowDescription({ fields })
/** A message of any type with any length word. */
const lie = (type: string, length: number, body = ''): Buffer => {
  const message = Buffer.alloc(5 + body.length)
  message.write(type, 'latin1')
  message.writeInt32BE(length, 1)
  message.write(body, 5, 'latin1')
  return message
}
const LEAK = /LEAK/

/** The lines that a client gets for a simple query to which the database says `said`. */
async function told(sql: string, said: Buffer | ((socket: Socket) => Buffer | undefined)): Promise<string[]> {
  database.play = {
    answer: ({ name }, socket) =>
      name !== 'Query' ? undefined : typeof said === 'function' ? said(socket) : said,
  }
  client = await RawClient.login(gateway.connection('ana'))
  client.send(encodeQuery({ sql }))
  return await client.ready()
}

/** Whatever happened: the next session is carried as if nothing had. */
async function alive(): Promise<void> {
  database.play = { answer: ({ name }) => (name === 'Query' ? answerOf([title()], ['plain']) : undefined) }
  const next = await RawClient.login(gateway.connection('ana'))
  expect(await next.query(PLAIN)).toContain('DataRow plain')
  next.close()
}

const cases = (): [string, Buffer][] => [
  ['a row before its description', Buffer.concat([rowOf('LEAK'), completed('SELECT 1')])],
  ['a row with more columns than described', answerOf([title()], ['x', 'LEAK'])],
  ['a row with fewer columns than described', answerOf([title(), title()], ['LEAK'])],
  ['a second description', Buffer.concat([described(title()), described(email()), rowOf('LEAK', 'LEAK')])],
  ['a description of more columns than it has', lie('T', 6, '\0\x09')],
  ['a description that goes on', lie('T', 8, '\0\0LE')],
  ['a column with an unknown format', described({ ...title(), format: 7 as never })],
  ['a length below four', lie('D', 3, 'LEAK')],
  ['a negative length', lie('D', -1, 'LEAK')],
  ['a length beyond the limit', lie('D', 0x7fff_ffff, 'LEAK')],
  ['an unknown type', lie('?', 8, 'LEAK')],
  // It would be the answer to something else, and the next rows those of this statement.
  ['ReadyForQuery before any answer', encodeReadyForQuery({ status: 'I' })],
  [
    'ReadyForQuery amid rows',
    Buffer.concat([described(title()), rowOf('a'), encodeReadyForQuery({ status: 'I' })]),
  ],
  ['an unknown status', lie('Z', 5, 'X')],
  [
    'CopyData without COPY',
    Buffer.concat([encodeCopyData({ data: Buffer.from('LEAK') }), completed('COPY 1')]),
  ],
  ['CopyBothResponse', lie('W', 7, '\0\0\0')],
  ['an authentication request', encodeAuthentication({ kind: 'cleartext-password' })],
  ['a second AuthenticationOk', encodeAuthentication({ kind: 'ok' })],
  ['a new cancel key', encodeBackendKeyData({ processId: 1, secretKey: Buffer.alloc(4) })],
  ['ParseComplete', Buffer.concat([encodeParseComplete(), rowOf('LEAK')])],
  ['FunctionCallResponse', lie('V', 12, '\0\0\0\x04LEAK')],
  ['NoData', encodeNoData()],
  ['PortalSuspended', encodePortalSuspended()],
  ['an error without an end', lie('E', 12, 'MLEAKLEA')],
  ['an encoding that hides quotes', encodeParameterStatus({ name: 'client_encoding', value: 'SJIS' })],
  ['text that is not UTF-8', lie('T', 26, `\0\x01\xff\xfe\0${'\0'.repeat(17)}`)],
]

describe('INVARIANT (no-unread-bytes): a database that breaks the protocol ends the session and leaks nothing by', () => {
  test('every one of them', async () => {
    for (const sql of [PLAIN, MASKED]) {
      for (const [name, said] of cases()) {
        const lines = await told(sql, said)
        expect([name, ...lines.slice(-2)]).toEqual([
          name,
          expect.stringMatching(/^ErrorResponse (08P01|22021)$/),
          'closed',
        ])
        expect([name, lines.join()]).not.toEqual([name, expect.stringMatching(LEAK)])
        client.close()
      }
    }
    await alive()
  }, 60_000)

  test('rows that nobody asked for', async () => {
    let socket: Socket | undefined
    database.play = {
      login: (its) => {
        socket = its
        its.write(welcome)
      },
    }
    client = await RawClient.login(gateway.connection('ana'))
    socket?.write(Buffer.concat([described(title()), rowOf('LEAK'), completed('SELECT 1')]))
    expect(await client.rest()).toEqual(['ErrorResponse 08P01', 'closed'])
  })

  test('success where a refused statement was replaced by one that must fail', async () => {
    const said = Buffer.concat([encodeCommandComplete({ tag: 'SET' }), completed('DROP TABLE')])
    expect(await told("SET statement_timeout = '1s'; DROP TABLE products", said)).toEqual([
      'CommandComplete SET',
      'ErrorResponse 08P01',
      'closed',
    ])
    const silent = Buffer.concat([
      encodeCommandComplete({ tag: 'SET' }),
      encodeReadyForQuery({ status: 'I' }),
    ])
    expect((await told("SET statement_timeout = '1s'; DROP TABLE products", silent)).at(-2)).toBe(
      'ErrorResponse 08P01',
    )
  })

  test('a second answer to one question', async () => {
    const lines = await told(
      PLAIN,
      Buffer.concat([answerOf([title()], ['a']), answerOf([title()], ['LEAK'])]),
    )
    expect([...lines, ...(await client.rest())].join()).not.toMatch(LEAK)
  })
})

describe('INVARIANT (no-unproven-column): where the database’s description and the catalog disagree, all is masked:', () => {
  test.each<[string, () => ReturnType<typeof column>[]]>([
    ['another column of the table', () => [column('title', tables['products'], 3)]],
    ['a masked column under a plain name', () => [column('title', tables['customers'], 3)]],
    ['a table the catalog does not know', () => [column('title', 999_999, 1)]],
    ['a column the table does not have', () => [column('title', tables['products'], 99)]],
    ['a column more', () => [title(), title()]],
    ['no columns', () => []],
  ])('%s', async (_name, fields) => {
    const lines = await told(
      PLAIN,
      answerOf(
        fields(),
        fields().map(() => 'LEAK'),
      ),
    )
    expect(lines.join()).not.toMatch(LEAK)
  })

  test('the same description as the catalog’s passes', async () => {
    expect(await told(PLAIN, answerOf([title()], ['plain']))).toContain('DataRow plain')
  })

  test('in the extended protocol too, for the description that came last', async () => {
    const replies: Readonly<Record<string, () => Buffer>> = {
      Parse: () => encodeParseComplete(),
      Bind: () => encodeBindComplete(),
      Describe: () => described(column('title', tables['customers'], 3)),
      Execute: () => Buffer.concat([rowOf('LEAK'), encodeCommandComplete({ tag: 'SELECT 1' })]),
      Sync: () => encodeReadyForQuery({ status: 'I' }),
    }
    database.play = { answer: ({ name }) => replies[name]?.() }
    client = await RawClient.login(gateway.connection('ana'))
    client.send(encodeParse({ name: '', sql: PLAIN, parameterTypes: [] }), execute(), encodeSync())
    const silent = await client.ready()
    expect(silent).toContain('CommandComplete SELECT 1')
    client.send(encodeParse({ name: '', sql: PLAIN, parameterTypes: [] }))
    client.send(encodeDescribe({ target: 'statement', name: '' }), encodeFlush())
    expect([...silent, ...(await client.rest())].join()).not.toMatch(LEAK)
  })
})

test('what another session says and settings of free text do not reach whom something is masked', async () => {
  const lines = await told(
    PLAIN,
    Buffer.concat([
      encodeNotificationResponse({ processId: 1, channel: 'c', payload: 'LEAK@shop.example' }),
      encodeParameterStatus({ name: 'application_name', value: 'LEAK' }),
      encodeParameterStatus({ name: 'extension.own', value: 'LEAK' }),
      answerOf([title()], ['plain']),
    ]),
  )
  expect(lines).toContain(`NotificationResponse c ${'*'.repeat('LEAK@shop.example'.length)}`)
  expect(lines.join()).not.toMatch(LEAK)
  expect(lines).not.toContain('ParameterStatus')
})

const whole = () =>
  answerOf([email(), column('n')], ['sentinel@shop.example', null], ['sentinel@b.example', 'x'])

const drip = async (socket: Socket, bytes: Buffer): Promise<void> => {
  for (const byte of bytes) {
    socket.write(Buffer.of(byte))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('however the network cuts it', () => {
  test('a database that sends byte by byte is understood', async () => {
    const expected = await told(MASKED.replace('email', 'email, 1'), whole())
    client.close()
    const lines = await told(MASKED.replace('email', 'email, 1'), (socket) => {
      void drip(socket, whole())
      return undefined
    })
    expect(lines).toEqual(expected)
    expect(lines.join()).not.toMatch(/sentinel/)
  })

  test('a database that stops amid a message, anywhere, leaks nothing', async () => {
    const bytes = whole()
    for (let length = 1; length < bytes.length; length += 7) {
      const lines = await told(MASKED.replace('email', 'email, 1'), (socket) => {
        socket.end(bytes.subarray(0, length))
        return undefined
      })
      expect(lines.at(-2)).toBe('ErrorResponse 08006')
      expect(lines.join()).not.toMatch(/sentinel/)
      client.close()
    }
  })

  test('a client that sends byte by byte is understood', async () => {
    database.play = { answer: ({ name }) => (name === 'Query' ? answerOf([title()], ['plain']) : undefined) }
    client = await RawClient.login(gateway.connection('ana'))
    for (const byte of encodeQuery({ sql: PLAIN })) {
      client.send(Buffer.of(byte))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await client.ready()).toContain('DataRow plain')
  })
})

describe('a client that breaks the protocol', () => {
  test.each<[string, Buffer]>([
    ['a length below four', lie('Q', 3, 'SELECT 1')],
    ['a negative length', lie('Q', -1)],
    ['a length beyond the limit', lie('Q', 0x7fff_ffff)],
    ['an unknown type', lie('?', 8, 'abcd')],
    ['a message only databases send', lie('T', 6, '\0\0')],
    ['a Sync with a body', lie('S', 5, 'x')],
  ])('%s: is told, and nothing of it reaches the database', async (_name, message) => {
    const asked: string[] = []
    database.play = {
      answer: ({ name }) => {
        if (name !== 'Terminate') asked.push(name)
        return undefined
      },
    }
    client = await RawClient.login(gateway.connection('ana'))
    client.send(message, encodeQuery({ sql: 'SELECT 1' }))
    expect((await client.rest()).slice(-2)).toEqual(['ErrorResponse 08P01', 'closed'])
    expect(asked).toEqual([])
    await alive()
  })

  test.each<[string, Buffer, string?]>([
    ['a query without an end', lie('Q', 9, 'SELEC')],
    ['a query with something behind its end', lie('Q', 12, 'SELECT\0x')],
    ['a query of no bytes', lie('Q', 4)],
    ['a query that is not UTF-8', lie('Q', 7, '\xff\xfe\0'), '22021'],
    ['a Parse that is not UTF-8', lie('P', 10, '\0a\xc3\0\0\0'), '22021'],
    ['a Parse that counts more than it has', lie('P', 9, '\0a\0\0\x01')],
    ['a Bind that counts more than it has', lie('B', 12, '\0\0\0\0\x7f\xff\0\0')],
    ['a Bind with a negative length', lie('B', 18, '\0\0\0\0\0\x01\xff\xff\xff\x9c\0\0\0\0')],
    ['a Describe of neither', lie('D', 6, 'X\0')],
    ['a Describe that is not UTF-8', lie('D', 7, 'S\xff\0'), '22021'],
    ['a Close that goes on', lie('C', 7, 'S\0x')],
    ['an Execute that ends early', lie('E', 6, '\0\0')],
    ['a FunctionCall that ends early', lie('F', 8, '\0\0\0\x01')],
  ])(
    'in the body of a message alone, by %s: is told, goes on, and nothing of it reaches the database',
    async (_name, message, code = '08P01') => {
      const asked: string[] = []
      database.play = {
        answer: ({ name }) => {
          asked.push(name)
          if (name === 'Sync') return encodeReadyForQuery({ status: 'I' })
          return name === 'Query' ? answerOf([title()], ['plain']) : undefined
        },
      }
      client = await RawClient.login(gateway.connection('ana'))
      client.send(message, encodeSync())
      const simple = /[QF]/.test(String.fromCharCode(message[0] as number))
      const ready = simple ? ['ReadyForQuery I', 'ReadyForQuery I'] : ['ReadyForQuery I']
      expect(await client.ready(ready.length)).toEqual([`ErrorResponse ${code}`, ...ready])
      expect(await client.query(PLAIN)).toContain('DataRow plain')
      expect(asked).toEqual(['Sync', 'Query'])
    },
  )

  test('CopyData and CopyDone without COPY are dropped, as the database drops them', async () => {
    const asked: string[] = []
    database.play = {
      answer: ({ name }) => {
        asked.push(name)
        return name === 'Query' ? answerOf([title()], ['plain']) : undefined
      },
    }
    client = await RawClient.login(gateway.connection('ana'))
    client.send(encodeCopyData({ data: Buffer.from('x') }), lie('c', 4), lie('f', 5, '\0'))
    expect(await client.query(PLAIN)).toContain('DataRow plain')
    expect(asked).toEqual(['Query'])
  })

  test('a first packet of any shape ends that connection alone', async () => {
    for (const first of [
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.alloc(16),
      lie('\0', 0),
      Buffer.from([0, 0, 0, 8, 0, 2, 0, 0]),
      Buffer.from([0, 0, 0, 9, 0, 3, 0, 0, 65]),
      Buffer.alloc(4, 0xff),
      Buffer.from([0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5]),
    ]) {
      client = await RawClient.dial(gateway.connection('ana'))
      // A TLS alert is no message of ours.
      client.stream.removeAllListeners('data')
      client.stream.resume()
      client.send(first)
      await client.rest()
      client.close()
    }
    await alive()
  })
})

const refused = async (login: (socket: Socket) => void): Promise<void> => {
  database.play = { login }
  await expect(RawClient.login(gateway.connection('ana'))).rejects.toThrow('ErrorResponse 08006')
  while (database.sessions() > 0) await new Promise((resolve) => setTimeout(resolve, 10))
  await alive()
}

/** Says it for ever, as fast as it is taken. */
const forever = (message: Buffer) => (socket: Socket) => {
  const many = Buffer.concat(Array.from({ length: 1000 }, () => message))
  const more = (): void => {
    if (!socket.destroyed) socket.write(many, () => setImmediate(more))
  }
  more()
}

describe('a database that is hostile while the gateway logs in', () => {
  const notice = lie('N', 10, 'MLEAK\0')

  test.each<[string, (socket: Socket) => void]>([
    ['silence', () => undefined],
    ['an end', (socket) => socket.end()],
    ['a reset', (socket) => socket.resetAndDestroy()],
    ['nonsense', (socket) => socket.write('nonsense, not PostgreSQL')],
    ['endless authentication requests', forever(encodeAuthentication({ kind: 'cleartext-password' }))],
    ['endless SASL requests', forever(encodeAuthentication({ kind: 'sasl', mechanisms: ['SCRAM-SHA-256'] }))],
    ['endless notices', forever(notice)],
    [
      'endless settings',
      (socket) => {
        socket.write(encodeAuthentication({ kind: 'ok' }))
        forever(encodeParameterStatus({ name: 'a', value: 'b' }))(socket)
      },
    ],
    ['rows instead of a login', (socket) => socket.write(answerOf([column('a')], ['LEAK']))],
    ['ready without a login', (socket) => socket.write(encodeReadyForQuery({ status: 'I' }))],
    [
      'Kerberos',
      (socket) => socket.write(encodeAuthentication({ kind: 'unsupported', code: 7, data: Buffer.alloc(0) })),
    ],
    [
      'only mechanisms the gateway does not have',
      (socket) => socket.write(encodeAuthentication({ kind: 'sasl', mechanisms: ['PLAIN', 'X'] })),
    ],
  ])('by %s: the client is told, and the gateway lives', async (_name, login) => {
    await refused(login)
  })

  test.each([
    ['hours of hashing', 2_000_000_000],
    ['hashing too weak to hide the password', 1],
  ])('by SCRAM with %s: no proof of the password is given', async (_name, iterations) => {
    let proofs = 0
    await refused((socket) => {
      socket.write(encodeAuthentication({ kind: 'sasl', mechanisms: ['SCRAM-SHA-256'] }))
      socket.on('data', (chunk: Buffer) => {
        const text = chunk.toString('latin1')
        proofs += text.includes(',p=') ? 1 : 0
        const nonce = /n=\*,r=([^,\0]+)/.exec(text)?.[1]
        if (nonce === undefined) return
        const data = Buffer.from(`r=${nonce}x,s=AAAAAAAAAAAAAAAAAAAAAA==,i=${iterations}`)
        socket.write(encodeAuthentication({ kind: 'sasl-continue', data }))
      })
    })
    expect(proofs).toBe(0)
  })

  test('by saying ok to a SCRAM login without its own proof', async () => {
    await refused((socket) => {
      socket.write(encodeAuthentication({ kind: 'sasl', mechanisms: ['SCRAM-SHA-256'] }))
      socket.once('data', () => socket.write(welcome))
    })
  })
})

test('where the catalog cannot be read, statements are refused with 57P03', async () => {
  database.catalog = false
  const blind = await startGateway({ upstream: database, database: 'postgres' })
  client = await RawClient.login(blind.connection('ana'))
  expect(await client.query(PLAIN)).toEqual(['ErrorResponse 57P03', 'ReadyForQuery I'])
  database.catalog = true
  database.play = { answer: () => undefined }
  await blind.close()
}, 30_000)

import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { UpstreamAccount } from '@sluice/gateway/ports/upstream'
import { type IssuedCertificates, issueCertificates } from '@sluice/testkit/certificates'
import { hasMariadb, type RunningMariadb, startMariadb } from '@sluice/testkit/mariadb-server'
import { UpstreamUnreachable } from '@sluice/wire/socket/dial'
import { ProtocolViolation } from '@sluice/wire/violation'
import { createConnection } from 'mysql2/promise'
import { toPackets } from '../../src/framing/packets.ts'
import { capability, extendedCapability } from '../../src/messages/capabilities.ts'
import { decodeColumnCount } from '../../src/messages/column-count.ts'
import { encodeComQuery } from '../../src/messages/com-query.ts'
import { Conversation } from '../../src/startup/conversation.ts'
import { offered } from '../../src/upstream/capabilities.ts'
import { UpstreamRefused, type UpstreamSession, type UpstreamWish } from '../../src/upstream/login.ts'
import { upstreamSource } from '../../src/upstream/source.ts'

const limits = { authenticationTimeoutMs: 5_000, maxFrameBytes: 1024 * 1024 }
const plain: UpstreamWish = {
  capabilities: { flags: capability.PROTOCOL_41, extended: 0 },
  database: undefined,
  collation: 45,
  programName: 'test',
}
const SETUP = `
  install soname 'auth_ed25519';
  create database shop;
  create user native@'%' identified via mysql_native_password using password('s3cret-native');
  create user edward@'%' identified via ed25519 using password('s3cret-edward, longer than 32 bytes of text');
  create user empty@'%';
  create user tls@'%' identified by 's3cret-tls' require ssl;
  grant all on shop.* to native@'%', edward@'%', empty@'%', tls@'%'`

/** The first packet of the answer to a query. */
const asked = async ({ stream, framer, capabilities }: UpstreamSession, sql: string): Promise<Buffer> => {
  const talk = new Conversation(stream, framer)
  talk.say(encodeComQuery({ sql, attributes: [] }, capabilities.flags))
  const answer = await talk.receive()
  talk.release()
  return answer
}

const servers = hasMariadb ? describe : describe.skip

servers('MariaDB', () => {
  let server: RunningMariadb
  let certificates: IssuedCertificates
  const sessions: UpstreamSession[] = []

  beforeAll(async () => {
    certificates = await issueCertificates()
    server = await startMariadb({ accounts: true, certificate: certificates.leaf })
    const admin = await createConnection({
      socketPath: server.socket,
      user: 'root',
      multipleStatements: true,
    })
    await admin.query(SETUP)
    await admin.end()
  }, 120_000)

  afterAll(async () => {
    for (const { stream } of sessions) stream.destroy()
    await server.stop()
  })

  const options = (changes: Partial<UpstreamAccount>): UpstreamAccount => ({
    host: '127.0.0.1',
    port: server.port,
    tls: 'disable',
    user: 'native',
    password: async () => 's3cret-native',
    database: 'shop',
    ...changes,
  })
  const connect = async (
    changes: Partial<UpstreamAccount>,
    wish: UpstreamWish = plain,
  ): Promise<UpstreamSession> => {
    const session = await upstreamSource(options(changes), limits).connect(wish)
    sessions.push(session)
    return session
  }
  test.each([
    ['mysql_native_password', 'native', 's3cret-native'],
    ['ed25519', 'edward', 's3cret-edward, longer than 32 bytes of text'],
    ['no password', 'empty', ''],
  ])('lets the gateway in by %s, and answers it', async (_plugin, user, password) => {
    const session = await connect({ user, password: async () => password })
    expect(session.profile).toMatchObject({ mariadb: true })
    expect(session.profile.version).toBeGreaterThan(100_400)
    expect(decodeColumnCount(await asked(session, 'SELECT 1, 2'))).toEqual({ columns: 2 })
  })

  test('over TLS, with its certificate checked', async () => {
    const changes = { user: 'tls', password: async () => 's3cret-tls', host: 'localhost' }
    const session = await connect({ ...changes, tls: 'verify-full', ca: certificates.ca.cert })
    expect(decodeColumnCount(await asked(session, 'SELECT 1'))).toEqual({ columns: 1 })
    await expect(connect({ ...changes, tls: 'disable' })).rejects.toBeInstanceOf(UpstreamRefused)
    const other = await issueCertificates()
    await expect(connect({ ...changes, tls: 'verify-full', ca: other.ca.cert })).rejects.toBeInstanceOf(
      UpstreamUnreachable,
    )
  })

  test('on its Unix socket', async () => {
    const session = await connect({ host: server.socket })
    expect(decodeColumnCount(await asked(session, 'SELECT 1'))).toEqual({ columns: 1 })
  })

  test('with the database that was wished for', async () => {
    const session = await connect({}, { ...plain, database: 'shop' })
    expect((await asked(session, 'CREATE TABLE t (a int)'))[0]).toBe(0)
    await expect(connect({}, { ...plain, database: 'absent' })).rejects.toMatchObject({ code: 1044 })
  })

  test('says no to a wrong password, in its own words', async () => {
    await expect(connect({ password: async () => 'wrong' })).rejects.toMatchObject({ code: 1045 })
  })

  test('is unreachable where nobody listens', async () => {
    await expect(connect({ port: 1 })).rejects.toBeInstanceOf(UpstreamUnreachable)
  })

  test('honours what a client is offered', async () => {
    const source = upstreamSource(options({}), limits)
    const offer = offered(await source.profile(), { tls: true, localFiles: false })
    expect(offer.flags & capability.DEPRECATE_EOF).not.toBe(0)
    expect(offer.flags & (capability.COMPRESS | capability.LOCAL_FILES | capability.MYSQL)).toBe(0)
    const { EXTENDED_METADATA, STMT_BULK_OPERATIONS } = extendedCapability
    expect(offer.extended).toBe(EXTENDED_METADATA | STMT_BULK_OPERATIONS)
    const session = await connect({}, { ...plain, capabilities: offer })
    expect(session.capabilities.flags & capability.DEPRECATE_EOF).not.toBe(0)
    expect(session.capabilities.extended).toBe(offer.extended)
    // A definition with its extended metadata follows, so that the two sides agree on the form.
    expect(decodeColumnCount(await asked(session, 'SELECT UUID()'))).toEqual({ columns: 1 })
  })

  test('is another one than before where it lacks what was promised', async () => {
    const promised = { flags: (capability.PROTOCOL_41 | capability.QUERY_ATTRIBUTES) >>> 0, extended: 0 }
    await expect(connect({}, { ...plain, capabilities: promised })).rejects.toBeInstanceOf(ProtocolViolation)
  })

  test('ends what runs on one connection when another asks for it', async () => {
    const session = await connect({})
    session.stream.write(
      toPackets(encodeComQuery({ sql: 'SELECT SLEEP(600)', attributes: [] }, session.capabilities.flags), 0),
    )
    const answered = once(session.stream, 'data')
    session.stream.resume()
    const source = upstreamSource(options({}), limits)
    const again = setInterval(() => void source.cancel(session), 200)
    await answered
    clearInterval(again)
    await source.cancel({ connectionId: 0, address: undefined })
  })
})

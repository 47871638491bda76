import { connect } from 'node:net'
import { createSecureContext } from 'node:tls'
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { Reach } from '@sluice/gateway/ports/audit-sink'
import type { IdentityProvider } from '@sluice/gateway/ports/identity-provider'
import { issueCertificates, issueClientCertificate } from '@sluice/testkit/certificates'
import { HeldJournal } from '@sluice/testkit/governed'
import { UpstreamUnreachable } from '@sluice/wire/socket/dial'
import { Effect } from 'effect'
import { cachingProof } from '../../src/auth/caching-sha2.ts'
import { clearPassword } from '../../src/auth/clear-password.ts'
import { nativeProof } from '../../src/auth/native-password.ts'
import { Framer } from '../../src/framing/framer.ts'
import { AUTH_MORE_DATA } from '../../src/messages/auth-more-data.ts'
import { decodeAuthSwitchRequest } from '../../src/messages/auth-switch-request.ts'
import { capability, has } from '../../src/messages/capabilities.ts'
import { encodeComChangeUser } from '../../src/messages/com-change-user.ts'
import { decodeOkPacket } from '../../src/messages/ok-packet.ts'
import { Conversation } from '../../src/startup/conversation.ts'
import type { UpstreamWish } from '../../src/upstream/login.ts'
import {
  anyDatabase,
  caching,
  certificates,
  client,
  closeAll,
  encrypted,
  errorOf,
  FLAGS,
  gateway,
  gateways,
  logins,
  prepare,
  says,
  sockets,
  tls,
  twice,
} from './client.ts'
import { identityOf, type TestGateway, TOKEN } from './gateway.ts'

beforeAll(prepare)
afterEach(closeAll)

describe('the greeting', () => {
  test('offers what gateway and server have, and TLS where the gateway has it', async () => {
    const plain = await client(await gateway())
    expect(plain.greeting).toMatchObject({
      serverVersion: '8.4.3-test',
      connectionId: 0x6000_0001,
      plugin: 'caching_sha2_password',
    })
    const { flags } = plain.greeting.capabilities
    expect(
      has(flags, capability.DEPRECATE_EOF | capability.QUERY_ATTRIBUTES | capability.MULTI_STATEMENTS),
    ).toBe(true)
    for (const never of [
      'SSL',
      'COMPRESS',
      'ZSTD_COMPRESSION',
      'LOCAL_FILES',
      'OPTIONAL_RESULTSET_METADATA',
    ] as const)
      expect(has(flags, capability[never])).toBe(false)
    await gateways.shift()?.close()
    const secure = await client(await gateway({ tls, localFiles: () => true }))
    expect(has(secure.greeting.capabilities.flags, capability.SSL | capability.LOCAL_FILES)).toBe(true)
  })

  test('is an error without SQLSTATE where the database cannot be reached', async () => {
    const upstream = { ...anyDatabase(), profile: () => Promise.reject(new UpstreamUnreachable('gone')) }
    const { port } = await gateway({ upstream })
    const socket = connect(port, '127.0.0.1')
    const talk = new Conversation(socket, new Framer({ fault: 'upstream', maxFrameBytes: 1000 }))
    sockets.push(socket)
    expect(errorOf(await talk.receive())).toMatchObject({
      sqlState: undefined,
      message: expect.stringContaining('cannot be reached'),
    })
  })
})

describe('caching_sha2_password', () => {
  test('takes a password and a token inside TLS', async () => {
    const one = await gateway({ tls })
    expect((await caching(await encrypted(await client(one)), 'ana', 's3cret')).shape).toEqual(['full', 'ok'])
    expect((await caching(await encrypted(await client(one)), 'whoever', TOKEN)).shape).toEqual([
      'full',
      'ok',
    ])
    expect(
      one.ends.map((end) => end.kind === 'logged-in' && [end.who.principal.id, end.who.facts.tls]),
    ).toEqual([
      ['ana', true],
      ['holder', true],
    ])
  })

  test('takes a proof that a stored hash confirms, without TLS and from anywhere', async () => {
    const one = await gateway({ from: '192.0.2.7' })
    expect((await caching(await client(one), 'hashed', 'h4shed')).shape).toEqual(['fast', 'ok'])
  })

  test('takes a secret by RSA on loopback, and no token', async () => {
    const one = await gateway()
    expect((await caching(await client(one), 'ana', 's3cret')).shape).toEqual(['full', 'key', 'ok'])
    const { shape } = await caching(await client(one), 'ana', 'wrong')
    expect(shape).toEqual(['full', 'key', 'err'])
    // 190 bytes are all that a key of 2,048 bits encrypts: a token fits that is short enough.
    const short = identityOf({ ana: { password: 's3cret' } })
    const verifyPassword: IdentityProvider['verifyPassword'] = (_login, password) =>
      short.verifyPassword('whoever', password === 'tok' ? TOKEN : password)
    const other = await gateway({ identity: { ...short, verifyPassword } })
    expect((await caching(await client(other), 'ana', 'tok')).shape).toEqual(['full', 'key', 'err'])
  })

  test('asks for no password where others share the wire', async () => {
    const one = await gateway({ from: '192.0.2.7', identity: identityOf({ ana: { password: 's3cret' } }) })
    const { shape, last } = await caching(await client(one), 'ana', 's3cret')
    expect(shape).toEqual(['err'])
    expect(errorOf(last)).toMatchObject({
      code: 1045,
      sqlState: '28000',
      message: expect.stringContaining('TLS'),
    })
  })
})

test('whose client leaves while a password is checked, is not waited for', async () => {
  const asked = Promise.withResolvers<void>()
  const checking: IdentityProvider = {
    ...identityOf({ ana: { password: 's3cret' } }),
    verifyPassword: () =>
      Effect.suspend(() => {
        asked.resolve()
        return Effect.never
      }),
  }
  const one = await gateway({ identity: checking })
  const leaving = await client(one)
  const answered = caching(leaving, 'ana', 's3cret')
  await asked.promise
  leaving.socket.destroy()
  await expect(answered).rejects.toThrow()
  while (one.ends.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(one.ends[0]?.kind).toBe('refused')
  expect(one.entries).toMatchObject([
    {
      type: 'session.refused',
      login: 'ana',
      code: '1158',
      reason: expect.stringContaining('the client left'),
    },
  ])
})

/** A gateway with that journal in front of a database that tells what it is asked. */
const heldGateway = async (audit: HeldJournal, readsWaitFor?: Reach) => {
  const wishes: UpstreamWish[] = []
  const database = anyDatabase()
  const connect = (wish: UpstreamWish) => {
    wishes.push(wish)
    return database.connect(wish)
  }
  const one = await gateway({ audit, readsWaitFor, upstream: { ...database, connect } })
  return { one, wishes, logIn: async () => caching(await client(one), 'ana', 's3cret') }
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setTimeout(resolve, 1))
}

const unreachable = () => Promise.reject(new UpstreamUnreachable('gone'))

describe('INVARIANT (record-before-effect): a session', () => {
  test.each<Reach>(['disk', 'file'])('is opened once its record is on the %s', async (reach) => {
    const audit = new HeldJournal()
    const { one, wishes, logIn } = await heldGateway(audit, reach)
    const answered = logIn()
    while (!audit.awaited && wishes.length === 0) await turns()
    if (reach === 'disk') audit.write()
    await turns()
    expect(wishes).toEqual([])
    expect(one.ends).toEqual([])
    if (reach === 'disk') audit.release()
    else audit.write()
    expect((await answered).last[0]).toBe(0)
    expect(one.entries.map((entry) => entry.type)).toEqual(['session.opened'])
  })

  test('is refused where its record is', async () => {
    const audit = new HeldJournal()
    const { wishes, logIn } = await heldGateway(audit)
    audit.refuses = 1
    const error = errorOf((await logIn()).last)
    expect(error).toMatchObject({ code: 1105, message: expect.stringContaining('cannot be recorded') })
    expect(wishes).toEqual([])
  })

  test('that the database does not take is closed, with the reason', async () => {
    const one = await gateway({ upstream: { ...anyDatabase(), connect: unreachable } })
    await caching(await client(one), 'ana', 's3cret')
    expect(one.entries).toMatchObject([
      { type: 'session.opened' },
      { type: 'session.closed', statements: 0, reason: expect.stringContaining('cannot be reached') },
      { type: 'session.refused' },
    ])
  })
})

describe('other ways', () => {
  test('mysql_native_password, where a stored hash confirms it', async () => {
    const one = await client(await gateway())
    says(one, {
      user: 'hashed',
      plugin: 'mysql_native_password',
      authResponse: nativeProof('h4shed', one.greeting.challenge),
    })
    expect(decodeOkPacket(await one.talk.receive(), FLAGS).status).toBe(2)
  })

  test('INVARIANT (identity-bound): COM_CHANGE_USER is no place for a proof that was given before', async () => {
    const one = await client(await gateway({ anew: true }))
    const authResponse = nativeProof('h4shed', one.greeting.challenge)
    const said = { user: 'hashed', plugin: 'mysql_native_password', authResponse }
    says(one, said)
    expect(decodeOkPacket(await one.talk.receive(), FLAGS).status).toBe(2)
    one.framer.expect(0)
    one.talk.say(
      encodeComChangeUser({ ...said, database: undefined, collation: 45, attributes: new Map() }, FLAGS),
    )
    const request = decodeAuthSwitchRequest(await one.talk.receive())
    expect(request.data).not.toEqual(one.greeting.challenge)
    one.talk.say(authResponse)
    // It is asked for more, and is nobody until then.
    expect((await one.talk.receive())[0]).toBe(AUTH_MORE_DATA)
  })

  test('mysql_native_password, asked for where others share the wire', async () => {
    const one = await gateway({
      from: '192.0.2.7',
      identity: identityOf({ bo: { password: 'x', hashes: new Map([['sha1-twice', twice('sha1', 'x')]]) } }),
    })
    expect((await caching(await client(one), 'bo', 'x')).shape).toEqual(['mysql_native_password', 'ok'])
    expect((await caching(await client(one), 'eve', 'x')).shape).toEqual(['mysql_native_password', 'err'])
  })

  test('a client that begins with another plugin is asked to switch', async () => {
    const one = await encrypted(await client(await gateway({ tls })))
    says(one, {
      user: 'ana',
      plugin: 'mysql_native_password',
      authResponse: nativeProof('s3cret', one.greeting.challenge),
    })
    const request = decodeAuthSwitchRequest(await one.talk.receive())
    expect(request.plugin).toBe('caching_sha2_password')
    expect(request.data.equals(one.greeting.challenge)).toBe(false)
    one.talk.say(cachingProof('s3cret', request.data))
    expect([...(await one.talk.receive())]).toEqual([1, 4])
    one.talk.say(clearPassword('s3cret'))
    expect((await one.talk.receive())[0]).toBe(0)
  })

  test('mysql_clear_password inside TLS', async () => {
    const one = await encrypted(await client(await gateway({ tls })))
    says(one, { user: 'any', plugin: 'mysql_clear_password', authResponse: clearPassword(TOKEN) })
    expect((await one.talk.receive())[0]).toBe(0)
  })

  test('a password shown without TLS is no password', async () => {
    const one = await client(await gateway())
    says(one, { user: 'ana', plugin: 'mysql_clear_password', authResponse: clearPassword('s3cret') })
    one.talk.say(cachingProof('s3cret', decodeAuthSwitchRequest(await one.talk.receive()).data))
    await one.talk.receive()
    one.talk.say(clearPassword('s3cret'))
    expect(errorOf(await one.talk.receive()).code).toBe(1045)
  })
})

describe('INVARIANT (no-probing): an unknown login looks like a known one', () => {
  test.each([
    ['inside TLS', true, undefined],
    ['on loopback', false, undefined],
    ['where others share the wire', false, '192.0.2.7'],
  ])('%s', async (_where, secure, from) => {
    const one = await gateway({ tls, ...(from === undefined ? {} : { from }) })
    const asked = async (user: string): Promise<unknown> => {
      const plain = await client(one)
      const { shape, last } = await caching(secure ? await encrypted(plain) : plain, user, 'wrong')
      return { shape, ...errorOf(last), message: errorOf(last).message.replace(user, '…') }
    }
    const unknown = await asked('eve')
    for (const known of ['ana', 'hashed']) expect(await asked(known)).toEqual(unknown)
    expect(one.entries.map((entry) => entry.type)).toEqual([
      'session.refused',
      'session.refused',
      'session.refused',
    ])
  })
})

const bench = async (named: boolean, verifierFor?: string): Promise<TestGateway> => {
  const certificate: IdentityProvider['certificate'] = (x509, login) => ({
    principal: {
      id: `${login} by ${x509.subject}`,
      kind: 'workload',
      groups: [],
      provider: 'certificates',
    },
    named,
    ...(verifierFor === undefined
      ? {}
      : {
          verifier: {
            iterations: 4096,
            salt: Buffer.alloc(16),
            storedKey: Buffer.alloc(32),
            serverKey: Buffer.alloc(32),
          },
        }),
  })
  return await gateway({ tls, identity: identityOf(logins, { certificate, stillValid: () => true }) })
}

describe('client certificates', () => {
  test('prove whom they name, whatever the password', async () => {
    const mine = await issueClientCertificate(certificates.ca, { commonName: 'api' })
    const one = await bench(true)
    expect((await caching(await encrypted(await client(one), mine), 'api', 'whatever')).shape).toEqual([
      'fast',
      'ok',
    ])
    expect(one.ends[0]).toMatchObject({ who: { principal: { id: 'api by CN=api' } } })
  })

  test('with a verifier ask for the password too', async () => {
    const mine = await issueClientCertificate(certificates.ca, { commonName: 'api' })
    const one = await bench(true, 'api')
    expect((await caching(await encrypted(await client(one), mine), 'api', 'wrong')).shape).toEqual([
      'full',
      'err',
    ])
  })

  test('prove nobody whose login has a password of its own, unless they name it', async () => {
    const mine = await issueClientCertificate(certificates.ca, { commonName: 'api' })
    const one = await bench(false)
    expect((await caching(await encrypted(await client(one), mine), 'ana', 'wrong')).shape).toEqual([
      'full',
      'err',
    ])
  })

  test('of others end the connection', async () => {
    const others = await issueCertificates()
    const theirs = await issueClientCertificate(others.ca, { commonName: 'api' })
    const { shape, last } = await caching(
      await encrypted(await client(await bench(true)), theirs),
      'ana',
      's3cret',
    )
    expect([shape, errorOf(last).message]).toEqual([
      ['err'],
      expect.stringContaining('certificate is not accepted'),
    ])
  })

  test('are held against the authorities of the time when their connection begins', async () => {
    const mine = await issueClientCertificate(certificates.ca, { commonName: 'api' })
    const others = await issueCertificates()
    const { cert, key } = certificates.leaf
    let context = tls.secureContext()
    const one = await gateway({ tls: { ...tls, secureContext: () => context } })
    const log = async () => (await caching(await encrypted(await client(one), mine), 'ana', 's3cret')).shape
    const before = await log()
    context = createSecureContext({ cert, key, ca: others.ca.cert })
    expect([before.at(-1), await log()]).toEqual(['ok', ['err']])
  })
})

describe('a login is refused', () => {
  test('that has expired, in so many words', async () => {
    const { last } = await caching(await encrypted(await client(await gateway({ tls }))), 'gone', 's3cret')
    expect(errorOf(last)).toMatchObject({ code: 1045, message: expect.stringContaining('expired') })
  })

  test('without TLS where TLS is required', async () => {
    const one = await client(await gateway({ tls: { ...tls, required: true } }))
    expect(errorOf((await caching(one, 'ana', 's3cret')).last)).toMatchObject({ code: 3159 })
  })

  test('to another database, and its own name is the server’s', async () => {
    const wishes: UpstreamWish[] = []
    const one = await gateway({ tls, upstream: anyDatabase(wishes) })
    const log = async (database: string): Promise<number | undefined> => {
      const it = await encrypted(await client(one))
      says(it, {
        user: 'ana',
        database,
        plugin: 'mysql_clear_password',
        authResponse: clearPassword('s3cret'),
      })
      const reply = await it.talk.receive()
      return reply[0] === 0xff ? errorOf(reply).code : reply[0]
    }
    expect(await log('other')).toBe(1049)
    expect(await log('store')).toBe(0)
    expect(wishes).toMatchObject([{ database: 'shop' }])
  })

  test.each([
    [1, 'big5'],
    [35, 'ucs2'],
    [28, 'gbk'],
  ])('with collation %i: a quote in %s may be part of another character', async (collation, name) => {
    const one = await client(await gateway())
    says(one, { user: 'ana', collation })
    expect(errorOf(await one.talk.receive())).toMatchObject({
      code: 1115,
      message: expect.stringContaining(name),
    })
  })

  test('with a collation that is not known only by taking utf8mb4', async () => {
    const wishes: UpstreamWish[] = []
    const one = await client(await gateway({ upstream: anyDatabase(wishes) }))
    says(one, {
      user: 'hashed',
      collation: 0,
      authResponse: cachingProof('h4shed', one.greeting.challenge),
      attributes: new Map([['program_name', 'tool']]),
    })
    expect([...(await one.talk.receive())]).toEqual([1, 3])
    expect((await one.talk.receive())[0]).toBe(0)
    expect(wishes).toMatchObject([{ collation: 45, programName: 'tool' }])
  })

  test('when the database turns the gateway down, without its words', async () => {
    const upstream = {
      ...anyDatabase(),
      connect: () => Promise.reject(new UpstreamUnreachable('secret words')),
    }
    const one = await client(await gateway({ upstream }))
    const { last } = await caching(one, 'hashed', 'h4shed')
    expect(errorOf(last).message).not.toContain('secret')
  })
})

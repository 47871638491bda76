import { pbkdf2Sync } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import {
  MAX_REMEMBERED,
  MAX_SERVER_ITERATIONS,
  MIN_SERVER_ITERATIONS,
  rememberedDerivation,
  scramClient,
} from '../../src/auth/scram-client.ts'
import { scramServer } from '../../src/auth/scram-server.ts'
import { exampleClient, meet, RFC_7677, verifierFor } from './exchange.ts'

/** The example up to the server's last message. */
async function beforeTheEnd(password?: string) {
  const client = exampleClient(password)
  client.clientFirst()
  await client.serverFirst(Buffer.from(RFC_7677.serverFirst))
  return client
}

async function answerTo(serverFirst: Uint8Array | string): Promise<Buffer> {
  const client = exampleClient()
  client.clientFirst()
  return await client.serverFirst(Buffer.from(serverFirst))
}

const UPSTREAM = { name: 'ProtocolViolation', fault: 'upstream' }

test('the example of RFC 7677', async () => {
  const client = exampleClient()
  expect(client.clientFirst().toString()).toBe(RFC_7677.clientFirst)
  expect((await client.serverFirst(Buffer.from(RFC_7677.serverFirst))).toString()).toBe(RFC_7677.clientFinal)
  expect(() => client.serverFinal(Buffer.from(RFC_7677.serverFinal))).not.toThrow()
})

test('a user name is written so that it stays one attribute', () => {
  expect(scramClient('x', { user: 'a=b,c', nonce: 'abc' }).clientFirst().toString()).toBe(
    'n,,n=a=3Db=2Cc,r=abc',
  )
})

test('passwords are prepared: two spellings that PostgreSQL takes for one are one', async () => {
  const server = scramServer(verifierFor('fi\u00E9'))
  await expect(meet('\uFB01e\u0301', server)).resolves.toBeUndefined()
})

describe('server-first-messages', () => {
  const ours = RFC_7677.clientNonce
  const salt = 'W22ZaJ0SNY7soEsUEjb6gQ=='
  test.each<[string, string, string]>([
    ['nothing', '', 'malformed'],
    ['our nonce alone', `r=${ours},s=${salt},i=4096`, 'malformed'],
    ['another nonce', `r=${ours.slice(1)}abcdef,s=${salt},i=4096`, 'malformed'],
    ['a nonce with a space', `r=${ours}a b,s=${salt},i=4096`, 'malformed'],
    ['a nonce too long', `r=${ours}${'a'.repeat(257)},s=${salt},i=4096`, 'malformed'],
    ['no salt', `r=${ours}abc,s=,i=4096`, 'limit'],
    ['a salt that is not base64', `r=${ours}abc,s=*,i=4096`, 'malformed'],
    ['a salt too long', `r=${ours}abc,s=${'AAAA'.repeat(86)},i=4096`, 'limit'],
    ['no iterations', `r=${ours}abc,s=${salt}`, 'malformed'],
    ['0 iterations', `r=${ours}abc,s=${salt},i=0`, 'malformed'],
    ['-1 iterations', `r=${ours}abc,s=${salt},i=-1`, 'malformed'],
    ['4e3 iterations', `r=${ours}abc,s=${salt},i=4e3`, 'malformed'],
    ['too few iterations', `r=${ours}abc,s=${salt},i=${MIN_SERVER_ITERATIONS - 1}`, 'limit'],
    ['too many iterations', `r=${ours}abc,s=${salt},i=${MAX_SERVER_ITERATIONS + 1}`, 'limit'],
    ['iterations for hours', `r=${ours}abc,s=${salt},i=4294967295`, 'limit'],
    ['iterations beyond any number', `r=${ours}abc,s=${salt},i=99999999999`, 'malformed'],
    ['a mandatory extension', `m=x,r=${ours}abc,s=${salt},i=4096`, 'malformed'],
    ['the order turned', `s=${salt},r=${ours}abc,i=4096`, 'malformed'],
    ['two salts', `r=${ours}abc,s=${salt},i=4096,s=${salt}`, 'malformed'],
  ])('%s: refused', async (_, text, reason) => {
    await expect(answerTo(text)).rejects.toMatchObject({ ...UPSTREAM, reason })
  })

  test('an extension is passed over, but proven', async () => {
    const answer = await answerTo(`${RFC_7677.serverFirst},x=1`)
    expect(answer.toString()).not.toBe(RFC_7677.clientFinal)
  })

  test('random bytes are refused, nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        await expect(answerTo(bytes)).rejects.toMatchObject(UPSTREAM)
      }),
      { numRuns: 500 },
    )
  })
})

describe('a server that does not prove itself is refused', () => {
  test.each<[string, string]>([
    ['nothing', ''],
    ['an empty signature', 'v='],
    ['a short signature', 'v=AAAA'],
    ['another signature', `v=${'A'.repeat(43)}=`],
    ['its refusal', 'e=invalid-proof'],
    ['its refusal with a signature', `e=other-error,${RFC_7677.serverFinal}`],
    ['the signature after something', `x=1,${RFC_7677.serverFinal}`],
    ['two signatures', `${RFC_7677.serverFinal},${RFC_7677.serverFinal}`],
    ['our own proof sent back', `v=${RFC_7677.clientFinal.split(',p=')[1]}`],
  ])('%s', async (_, text) => {
    const client = await beforeTheEnd()
    expect(() => client.serverFinal(Buffer.from(text))).toThrow(expect.objectContaining(UPSTREAM))
    expect(() => client.serverFinal(Buffer.from(RFC_7677.serverFinal))).toThrow(/when it may not/)
  })

  test('the right signature for another password', async () => {
    const client = await beforeTheEnd('other')
    expect(() => client.serverFinal(Buffer.from(RFC_7677.serverFinal))).toThrow(/does not know the password/)
  })

  test('no single byte of its signature can be changed', async () => {
    const client = await beforeTheEnd()
    const last = RFC_7677.serverFinal.replace('G4=', 'G8=')
    expect(() => client.serverFinal(Buffer.from(last))).toThrow(expect.objectContaining(UPSTREAM))
  })
})

describe('an exchange runs once, in order', () => {
  test('the server speaks first', async () => {
    await expect(exampleClient().serverFirst(Buffer.from(RFC_7677.serverFirst))).rejects.toThrow(/may not/)
  })

  test('the server leaves out its first message', () => {
    const client = exampleClient()
    client.clientFirst()
    expect(() => client.serverFinal(Buffer.from(RFC_7677.serverFinal))).toThrow(/may not/)
  })

  test('the server asks for a second proof with another salt, before or after the first is made', async () => {
    const client = exampleClient()
    client.clientFirst()
    const one = client.serverFirst(Buffer.from(RFC_7677.serverFirst))
    await expect(client.serverFirst(Buffer.from(RFC_7677.serverFirst))).rejects.toThrow(/may not/)
    await one
    const after = await beforeTheEnd()
    await expect(after.serverFirst(Buffer.from(RFC_7677.serverFirst))).rejects.toThrow(/may not/)
  })
})

describe('the hashes of a password', () => {
  test('are kept for the next login with the same salt, and no other', async () => {
    const derive = rememberedDerivation()
    const salt = Buffer.from('salt')
    const first = derive('pencil', salt, 4096)
    expect(derive('pencil', Buffer.from('salt'), 4096)).toBe(first)
    for (const other of [
      derive('pencils', salt, 4096),
      derive('pencil', Buffer.from('SALT'), 4096),
      derive('pencil', salt, 4097),
    ])
      expect(await other).not.toEqual(await first)
    expect(pbkdf2Sync('pencil', salt, 4096, 32, 'sha256').equals(await first)).toBe(true)
  })

  test('INVARIANT (hostile-both-sides): no more than a few are kept', async () => {
    const derive = rememberedDerivation()
    const first = derive('pencil', Buffer.from('0'), 4096)
    for (let i = 1; i <= MAX_REMEMBERED; i += 1) await derive('pencil', Buffer.from(String(i)), 4096)
    expect(derive('pencil', Buffer.from('0'), 4096)).not.toBe(first)
  })
})

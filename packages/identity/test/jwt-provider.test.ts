import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import {
  type JwtProviderOptions,
  jwtProvider,
  MAX_TOKEN_CHARS,
} from '@sluice/identity/providers/jwt/jwt-provider'
import { JWKS_MAX_AGE_MS, MAX_JWKS_BYTES } from '@sluice/identity/providers/jwt/key-source'
import * as Effect from 'effect/Effect'
import { type JWTPayload, SignJWT } from 'jose'
import {
  AUDIENCE,
  deadAddress,
  ISSUER,
  type KeyServer,
  newSigner,
  type Signer,
  serveKeys,
  stopServers,
  unsigned,
} from './issuer.ts'
import { ask, type Credential, identityProviderSuite } from './suite.ts'

const NOW = 1_800_000_000
const EXP = NOW + 100

let signer: Signer
let stranger: Signer
let keyServer: KeyServer

beforeAll(async () => {
  signer = await newSigner()
  stranger = await newSigner()
  keyServer = await serveKeys((_, response) => response.end(JSON.stringify({ keys: [signer.publicKey] })))
})
afterAll(stopServers)

function provider(changes: Partial<JwtProviderOptions> = {}) {
  return jwtProvider({
    name: 'okta',
    issuer: ISSUER,
    audience: AUDIENCE,
    jwks: { keys: [signer.publicKey] },
    nowSeconds: () => NOW,
    ...changes,
  })
}

/** The answer to a token, under a login that nobody looks at. */
async function answer(token: string, changes: Partial<JwtProviderOptions> = {}) {
  return await ask(provider(changes), { login: 'any', password: token })
}

async function token(claims: JWTPayload, by = signer): Promise<Credential> {
  return { login: 'x', password: await by.sign(claims) }
}

identityProviderSuite('JWT by remote keys', async () => {
  let now = NOW
  return {
    provider: provider({
      jwks: { url: keyServer.url },
      audience: ['other', AUDIENCE],
      clockToleranceSeconds: 30,
      nowSeconds: () => now,
    }),
    setClock: (seconds) => {
      now = seconds
    },
    good: {
      ...(await token({ exp: EXP, groups: ['analysts'] })),
      principal: {
        id: 'ana',
        kind: 'human',
        groups: ['analysts'],
        provider: 'okta',
        issuer: ISSUER,
        expiresAt: EXP,
      },
    },
    ending: { ...(await token({ exp: EXP })), endsAt: EXP },
    toleranceSeconds: 30,
    refused: {
      unknown: await token({ exp: EXP, iss: 'https://elsewhere.example' }),
      'wrong-secret': await token({ exp: EXP }, stranger),
      expired: await token({ exp: NOW - 31 }),
      revoked: 'a token stands until it expires',
      'wrong-audience': await token({ exp: EXP, aud: 'somebody-else' }),
      malformed: { login: 'ana', password: 'pencil' },
      unreachable: 'tried below: one provider has one issuer',
    },
  }
})

describe('time', () => {
  test.each<[string, JWTPayload, string]>([
    ['no end', {}, 'malformed'],
    ['an end that is text', { exp: '4102444800' as unknown as number }, 'malformed'],
    ['not yet', { exp: EXP, nbf: NOW + 31 }, 'expired'],
  ])('refuses a token with %s', async (_, claims, reason) => {
    expect(await answer(await signer.sign(claims), { clockToleranceSeconds: 30 })).toMatchObject({ reason })
  })

  test('a clock that is off by the tolerance is forgiven', async () => {
    const token = await signer.sign({ exp: EXP, nbf: NOW + 30 })
    expect(await answer(token, { clockToleranceSeconds: 30 })).toMatchObject({ id: 'ana' })
  })
})

test('a principal does not stand for another issuer, of the same name', async () => {
  const { password } = await token({ exp: EXP })
  const principal = await Effect.runPromise(provider().verifyPassword('any', password))
  expect(provider().stillValid(principal, NOW)).toBe(true)
  expect(provider({ issuer: 'https://next.example' }).stillValid(principal, NOW)).toBe(false)
})

describe('which signatures count', () => {
  test('none does not, whatever the header says', async () => {
    for (const alg of ['none', 'None', 'NONE']) {
      expect(await answer(unsigned({ alg, kid: 'k1' }, { exp: EXP }))).toMatchObject({ reason: 'malformed' })
      expect(await answer(unsigned({ alg }, { exp: EXP }, ''))).toMatchObject({ reason: 'malformed' })
    }
  })

  test('a public key is no shared secret', async () => {
    const forged = await new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: 'ana', exp: EXP })
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .sign(new TextEncoder().encode(JSON.stringify(signer.publicKey)))
    expect(await answer(forged)).toMatchObject({ reason: 'malformed' })
  })

  test('an algorithm off the list does not count, even with a good signature', async () => {
    const token = await signer.sign({ exp: EXP })
    expect(await answer(token, { algorithms: ['RS256'] })).toMatchObject({ reason: 'malformed' })
    expect(await answer(token, { algorithms: ['RS256', 'ES256'] })).toMatchObject({ id: 'ana' })
  })

  test('a key carried in the token does not count', async () => {
    const forged = await new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: 'ana', exp: EXP })
      .setProtectedHeader({ alg: 'ES256', kid: 'other', jwk: stranger.publicKey })
      .sign((await import('node:crypto')).generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
    expect(await answer(forged)).toMatchObject({ reason: 'wrong-secret' })
  })

  test('a changed claim breaks the signature', async () => {
    const [header, , signature] = (await signer.sign({ exp: EXP })).split('.')
    const claims = { iss: ISSUER, aud: AUDIENCE, sub: 'root', exp: EXP }
    const forged = [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.')
    expect(await answer(forged)).toMatchObject({ reason: 'wrong-secret' })
  })

  test('two keys of one id: no guessing', async () => {
    const jwks = { keys: [signer.publicKey, stranger.publicKey] }
    expect(await answer(await signer.sign({ exp: EXP }), { jwks })).toMatchObject({ reason: 'wrong-secret' })
  })
})

describe('what is no token of this issuer is sent away before any key is looked for', () => {
  test.each<[string, () => string, string]>([
    ['a typed password', () => 'correct horse battery staple', 'malformed'],
    ['dots', () => '..', 'malformed'],
    ['an encrypted token', () => 'a.b.c.d.e', 'malformed'],
    ['no JSON inside', () => 'AAAA.AAAA.AAAA', 'malformed'],
    ['a token too long', () => unsigned({ alg: 'ES256' }, {}, 'A'.repeat(MAX_TOKEN_CHARS)), 'malformed'],
    ['another issuer', () => unsigned({ alg: 'ES256' }, { iss: 'https://evil.example' }), 'unknown'],
    ['no issuer', () => unsigned({ alg: 'ES256' }, { iss: undefined }), 'unknown'],
    ['a list of issuers', () => unsigned({ alg: 'ES256' }, { iss: [ISSUER] }), 'unknown'],
  ])('%s', async (_, token, reason) => {
    const server = await serveKeys((_request, response) => response.end('{"keys":[]}'))
    expect(await answer(token(), { jwks: { url: server.url } })).toMatchObject({ reason })
    expect(server.requests()).toBe(0)
  })

  test('the longest token that is read', async () => {
    const short = await signer.sign({ exp: EXP, pad: '' })
    const padded = async (pad: number) => await signer.sign({ exp: EXP, pad: 'x'.repeat(pad) })
    const room = Math.floor(((MAX_TOKEN_CHARS - short.length) * 3) / 4) - 2
    expect(await answer(await padded(room))).toMatchObject({ id: 'ana' })
    expect(await answer(await padded(room + 6))).toMatchObject({ reason: 'malformed' })
  })
})

describe('keys that cannot be had: nobody gets in', () => {
  test('nothing listens', async () => {
    const jwks = { url: await deadAddress() }
    expect(await answer(await signer.sign({ exp: EXP }), { jwks })).toMatchObject({ reason: 'unreachable' })
  })

  test.each<[string, number, string]>([
    ['an error', 500, 'oops'],
    ['an error that holds keys', 500, 'keys'],
    ['a redirect, which is not followed', 302, 'keys'],
    ['no JSON', 200, '<html>'],
    ['no key set', 200, '[]'],
    ['null', 200, 'null'],
    ['too much', 200, `{"keys":[],"pad":"${'x'.repeat(MAX_JWKS_BYTES)}"}`],
  ])('the issuer answers with %s', async (_, status, body) => {
    const server = await serveKeys((_request, response) => {
      response
        .writeHead(status, { location: keyServer.url })
        .end(body === 'keys' ? JSON.stringify({ keys: [signer.publicKey] }) : body)
    })
    const token = await signer.sign({ exp: EXP })
    expect(await answer(token, { jwks: { url: server.url } })).toMatchObject({ reason: 'unreachable' })
  })

  test('the issuer accepts the question and never answers', async () => {
    const server = await serveKeys(() => undefined)
    const jwks = { url: server.url, timeoutMs: 50 }
    expect(await answer(await signer.sign({ exp: EXP }), { jwks })).toMatchObject({ reason: 'unreachable' })
  })

  test('unknown key ids make us ask once, not every time', async () => {
    const server = await serveKeys((_, response) =>
      response.end(JSON.stringify({ keys: [signer.publicKey] })),
    )
    const one = provider({ jwks: { url: server.url } })
    for (let i = 0; i < 5; i++) {
      const password = unsigned({ alg: 'ES256', kid: `guess-${i}` }, { exp: EXP })
      expect(await ask(one, { login: 'x', password })).toMatchObject({ reason: 'wrong-secret' })
    }
    expect(server.requests()).toBe(1)
  })
})

describe('keys of the issuer are old after 10 minutes', () => {
  afterEach(() => {
    jest.useRealTimers()
  })

  test.each([
    ['goes on', 0],
    ['is set back', -3_600_000],
  ])('a key that was taken out proves nobody then, where the clock %s', async (_, ms) => {
    let published = [signer.publicKey]
    const server = await serveKeys((_, response) => response.end(JSON.stringify({ keys: published })))
    const okta = provider({ jwks: { url: server.url } })
    const shown = { login: 'any', password: await signer.sign({ exp: EXP }) }
    jest.useFakeTimers({
      doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'setTimeout', 'setInterval'],
    })
    expect(await ask(okta, shown)).toMatchObject({ id: 'ana' })
    published = [{ ...stranger.publicKey, kid: 'k2' }]
    jest.setSystemTime(Date.now() + ms)
    jest.advanceTimersByTime(JWKS_MAX_AGE_MS - 1)
    expect(await ask(okta, shown)).toMatchObject({ id: 'ana' })
    jest.advanceTimersByTime(1)
    expect(await ask(okta, shown)).toMatchObject({ reason: 'wrong-secret' })
  })
})

test('there is no verifier to answer a login with', () => {
  expect(provider().scram('ana')).toBeUndefined()
})

describe('what would let anybody in stops the start', () => {
  test.each<[string, Partial<JwtProviderOptions>, RegExp]>([
    ['no signature', { algorithms: ['none'] }, /`none` cannot be used/],
    ['a shared secret', { algorithms: ['ES256', 'HS256'] }, /`HS256` cannot be used/],
    ['no algorithm', { algorithms: [] }, /cannot be used/],
    ['no audience', { audience: [] }, /any token would do/],
    ['an empty audience', { audience: ['a', ''] }, /any token would do/],
    ['no issuer', { issuer: '' }, /any token would do/],
    ['keys over http', { jwks: { url: 'http://issuer.example/jwks' } }, /not https/],
    ['keys from a file', { jwks: { url: 'file:///jwks.json' } }, /not https/],
    ['no address', { jwks: { url: 'issuer' } }, /not a URL/],
    ['no keys', { jwks: { keys: [] } }, /`keys` is empty/],
    ['a shared key', { jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } }, /secret key/],
    ['a private key', { jwks: { keys: [{ kty: 'EC', d: 'AAAA' }] } }, /secret key/],
    ['a clock that may be off by hours', { clockToleranceSeconds: 301 }, /clockToleranceSeconds/],
    [
      'a clock that may be off by nobody knows',
      { clockToleranceSeconds: Number.NaN },
      /clockToleranceSeconds/,
    ],
  ])('%s', (_, changes, message) => {
    expect(() => provider(changes)).toThrow(message)
  })
})

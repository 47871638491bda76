import { beforeAll, describe, expect, test } from '@jest/globals'
import type { IdentityProvider, ScramVerifier } from '@sluice/gateway/ports/identity-provider'
import type { StaticPrincipal } from '@sluice/identity/providers/static/static-principal'
import { MAX_PASSWORD_CHARS, staticProvider } from '@sluice/identity/providers/static/static-provider'
import { formatScramVerifier, MIN_ITERATIONS, makeScramVerifier } from '@sluice/identity/scram-verifier'
import { Effect, Fiber } from 'effect'
import { ask, identityProviderSuite } from './suite.ts'

const ENDS = 2_000_000

const ana: Omit<StaticPrincipal, 'verifier'> = {
  id: 'ana@example.com',
  kind: 'human',
  groups: ['analysts'],
  login: 'ana',
}

async function entries(): Promise<StaticPrincipal[]> {
  const verifier = await makeScramVerifier('pencil')
  return [
    { ...ana, verifier },
    { id: 'ci', kind: 'workload', groups: [], login: 'ci', verifier, expires: ENDS },
    {
      id: 'helper',
      kind: 'agent',
      groups: ['analysts'],
      login: 'helper',
      verifier: formatScramVerifier(verifier),
      onBehalfOf: 'ana@example.com',
      agent: { name: 'helper' },
    },
  ]
}

function provider(principals: readonly StaticPrincipal[]): IdentityProvider {
  return staticProvider({ name: 'local', principals, nowSeconds: () => 0 })
}

function entry(id: string, verifier: ScramVerifier): StaticPrincipal {
  return { ...ana, id, login: id, verifier }
}

test('a check that nobody waits for any more keeps its turn until its hash is done', async () => {
  const verifier = await makeScramVerifier('pencil', 1_000_000)
  const check = Effect.runFork(provider([{ ...ana, verifier }]).verifyPassword('ana', 'pencil'))
  let over = false
  const interrupted = Effect.runPromise(Fiber.interrupt(check)).then(() => {
    over = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(over).toBe(false)
  await interrupted
})

describe('stored hashes', () => {
  const sha1 = '*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19'
  const sha256 = `SHA-256-TWICE$${'ab'.repeat(32)}`
  let verifier: ScramVerifier
  beforeAll(async () => {
    verifier = await makeScramVerifier('pencil')
  })

  test('are found by login and kind, with the principal', () => {
    const made = provider([{ ...ana, verifier, hashes: [sha1, sha256] }, entry('bo', verifier)])
    expect([...(made.hashKinds ?? [])]).toEqual(['sha1-twice', 'sha256-twice'])
    expect(made.hashed?.('ana', 'sha1-twice')).toMatchObject({ principal: { id: ana.id } })
    expect(Buffer.from(made.hashed?.('ana', 'sha256-twice')?.hash ?? []).toString('hex')).toBe(
      'ab'.repeat(32),
    )
    expect(made.hashed?.('bo', 'sha1-twice')).toBeUndefined()
    expect(made.hashed?.('eve', 'sha1-twice')).toBeUndefined()
  })

  test.each([
    ['another text', ['pencil']],
    ['one digit too few', [sha1.slice(0, -1)]],
    ['two of one kind', [sha1, sha1]],
  ])('%s is refused with the name of the entry, and without the text', (_name, hashes) => {
    const make = (): IdentityProvider => provider([{ ...ana, verifier, hashes }])
    expect(make).toThrow(/`ana@example\.com`/)
    expect(make).not.toThrow(/pencil|2470/)
  })
})

identityProviderSuite('static', async () => {
  let now = 0
  return {
    provider: staticProvider({ name: 'local', principals: await entries(), nowSeconds: () => now }),
    setClock: (seconds) => {
      now = seconds
    },
    good: {
      login: 'ana',
      password: 'pencil',
      principal: { id: 'ana@example.com', kind: 'human', groups: ['analysts'], provider: 'local' },
    },
    ending: { login: 'ci', password: 'pencil', endsAt: ENDS },
    toleranceSeconds: 0,
    refused: {
      unknown: { login: 'eve', password: 'pencil' },
      'wrong-secret': { login: 'ana', password: 'pencils' },
      expired: { login: 'ci', password: 'pencil', at: ENDS },
      revoked: 'a principal is revoked by taking it off the list: then it is unknown',
      'wrong-audience': 'a password has no audience',
      malformed: { login: 'ana', password: 'x'.repeat(MAX_PASSWORD_CHARS + 1) },
      unreachable: 'the list is in memory',
    },
  }
})

describe('static principals', () => {
  let list: StaticPrincipal[]
  beforeAll(async () => {
    list = await entries()
  })
  test('an agent carries whom it acts for', async () => {
    const agent = await ask(provider(list), { login: 'helper', password: 'pencil' })
    expect(agent).toEqual({
      id: 'helper',
      kind: 'agent',
      groups: ['analysts'],
      provider: 'local',
      agent: { name: 'helper' },
      onBehalfOf: { id: 'ana@example.com', kind: 'human', groups: ['analysts'], provider: 'local' },
    })
  })

  test('an expired password says so only to who knows it', async () => {
    const late = staticProvider({ name: 'local', principals: list, nowSeconds: () => ENDS })
    expect(await ask(late, { login: 'ci', password: 'wrong' })).toMatchObject({ reason: 'wrong-secret' })
  })

  test('taken off the list, a principal no longer stands', () => {
    const principal = provider(list).scram('ana')?.principal
    if (principal === undefined) throw new Error('ana is on the list')
    expect(provider(list).stillValid(principal, 0)).toBe(true)
    expect(provider(list.slice(1, 2)).stillValid(principal, 0)).toBe(false)
  })

  test('a principal of the same name that a token proved does not stand', () => {
    const principal = provider(list).scram('ana')?.principal
    if (principal === undefined) throw new Error('ana is on the list')
    expect(provider(list).stillValid({ ...principal, issuer: 'https://issuer.example' }, 0)).toBe(false)
  })

  test('taken off the list, it takes along who acts for it', () => {
    const agent = provider(list).scram('helper')?.principal
    const alone = list
      .filter(({ id }) => id !== 'ana@example.com')
      .map((one) => ({ ...one, onBehalfOf: undefined }))
    if (agent === undefined) throw new Error('helper is on the list')
    expect(provider(list).stillValid(agent, 0)).toBe(true)
    expect(provider(alone).stillValid(agent, 0)).toBe(false)
  })

  test('the password of one login is of no use to another', async () => {
    const other = await makeScramVerifier('other')
    const two = provider([...list, entry('bo', other)])
    expect(await ask(two, { login: 'bo', password: 'pencil' })).toMatchObject({ reason: 'wrong-secret' })
  })

  test('made-up verifiers show the iterations that most logins have', async () => {
    const slow = await makeScramVerifier('x', 5000)
    const usual = list[0]?.verifier as ScramVerifier
    expect(provider([]).mockIterations).toBe(MIN_ITERATIONS)
    expect(provider([entry('a', slow), entry('b', usual), entry('c', slow)]).mockIterations).toBe(5000)
  })

  describe('what is not clear stops the start, naming the entry', () => {
    const verifier = `SCRAM-SHA-256$4096:${'A'.repeat(22)}==$${'A'.repeat(43)}=:${'A'.repeat(43)}=`
    const one: StaticPrincipal = { ...ana, verifier }
    const agent: StaticPrincipal = { ...one, id: 'helper', kind: 'agent', login: 'helper' }
    const circle = [
      { ...agent, id: 'a', login: 'a', onBehalfOf: 'b' },
      { ...agent, id: 'b', login: 'b', onBehalfOf: 'a' },
    ]
    test.each<[string, readonly StaticPrincipal[], RegExp]>([
      ['an empty id', [{ ...one, id: '' }], /`id` is empty/],
      ['an empty login', [{ ...one, login: '' }], /ana@example.com.*`login` is empty/],
      ['one id twice', [one, { ...one, login: 'x' }], /`id` `ana@example.com` is taken/],
      ['one login twice', [one, { ...one, id: 'x' }], /principal `x`.*`login` `ana` is taken/],
      ['no verifier', [{ ...one, verifier: 'pencil' }], /ana@example.com.*not a verifier/],
      ['a human acting for somebody', [{ ...one, onBehalfOf: 'x' }], /acts for nobody/],
      ['acting for a stranger', [{ ...agent, onBehalfOf: 'x' }], /`x`, who is not in the list/],
      ['acting in a circle', circle, /open the circle/],
      ['an expiry that is no time', [{ ...one, expires: Number.NaN }], /not a time/],
    ])('%s', (_, principals, message) => {
      expect(() => provider(principals)).toThrow(message)
    })
  })
})

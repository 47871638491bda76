import { describe, expect, test } from '@jest/globals'
import type { Principal } from '@sluice/core/policy/principal'
import { type IdentityProvider, IdentityRefused } from '@sluice/gateway/ports/identity-provider'
import { identityChain } from '@sluice/identity/chain'
import { Effect } from 'effect'
import { ask } from './suite.ts'

const VERIFIER = { iterations: 4096, salt: new Uint8Array(16), storedKey: new Uint8Array(32) }

function of(provider: string): Principal {
  return { id: 'ana', kind: 'human', groups: [], provider }
}

/** Answers everything with one principal or one refusal, and notes that it was asked. */
function provider(
  name: string,
  says: IdentityRefused['reason'] | 'yes',
  asked: string[] = [],
): IdentityProvider {
  const principal = of(name)
  return {
    name,
    verifyPassword: () =>
      Effect.suspend(() => {
        asked.push(name)
        return says === 'yes'
          ? Effect.succeed(principal)
          : Effect.fail(new IdentityRefused(says, `it is ${says}`))
      }),
    scram: (login) =>
      login === name ? { verifier: { ...VERIFIER, serverKey: new Uint8Array(32) }, principal } : undefined,
    stillValid: (one, now) => one.provider === name && now < 10,
  }
}

const CREDENTIAL = { login: 'ana', password: 'pencil' }

test('asks in order and stops at the first who proves somebody', async () => {
  const asked: string[] = []
  const chain = identityChain([
    provider('a', 'unknown', asked),
    provider('b', 'yes', asked),
    provider('c', 'yes', asked),
  ])
  expect(await ask(chain, CREDENTIAL)).toMatchObject({ provider: 'b' })
  expect(asked).toEqual(['a', 'b'])
})

describe('reports the refusal that knows most about the credential', () => {
  test.each<[IdentityRefused['reason'], IdentityRefused['reason'], IdentityRefused['reason']]>([
    ['unknown', 'malformed', 'unknown'],
    ['unknown', 'wrong-secret', 'wrong-secret'],
    ['wrong-secret', 'unreachable', 'unreachable'],
    ['expired', 'wrong-secret', 'expired'],
    ['unreachable', 'expired', 'expired'],
    ['wrong-audience', 'unreachable', 'wrong-audience'],
    ['revoked', 'expired', 'revoked'],
  ])('%s and %s: %s', async (first, second, reported) => {
    const answer = await ask(identityChain([provider('a', first), provider('b', second)]), CREDENTIAL)
    expect(answer).toBeInstanceOf(IdentityRefused)
    expect(answer).toMatchObject({ reason: reported, message: `a: it is ${first}; b: it is ${second}` })
  })
})

test('the verifier comes from the first who keeps one', () => {
  const chain = identityChain([provider('a', 'unknown'), provider('b', 'unknown')])
  expect(chain.scram('b')?.principal.provider).toBe('b')
  expect(chain.scram('z')).toBeUndefined()
})

test('the iterations to show come from the first who keeps verifiers', () => {
  const chain = identityChain([provider('a', 'yes'), { ...provider('b', 'yes'), mockIterations: 5000 }])
  expect(chain.mockIterations).toBe(5000)
})

test('only who proved a principal can say that it stands', () => {
  const chain = identityChain([provider('a', 'yes'), provider('b', 'yes')])
  expect([chain.stillValid(of('b'), 9), chain.stillValid(of('b'), 10)]).toEqual([true, false])
  expect(chain.stillValid(of('z'), 9)).toBe(false)
})

test.each<[string, readonly IdentityProvider[], RegExp]>([
  ['nobody', [], /no identity provider/],
  ['two of one name', [provider('a', 'yes'), provider('a', 'yes')], /one name/],
])('no chain of %s', (_, providers, message) => {
  expect(() => identityChain(providers)).toThrow(message)
})

test('takes tokens where one of its providers does, and asks nobody else about one', async () => {
  const asked: string[] = []
  const taker: IdentityProvider = {
    ...provider('b', 'yes', asked),
    verifyToken: () => Effect.fail(new IdentityRefused('expired', 'it is expired')),
  }
  const list = provider('a', 'unknown', asked)
  expect(identityChain([list]).verifyToken).toBeUndefined()
  const answer = await Effect.runPromise(
    Effect.flip(identityChain([list, taker]).verifyToken?.('token') ?? Effect.die('takes none')),
  )
  expect(answer).toMatchObject({ reason: 'expired', message: 'b: it is expired' })
  expect(asked).toEqual([])
})

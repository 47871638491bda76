import { beforeEach, expect, jest, test } from '@jest/globals'
import * as real from '@sluice/core/secret/salted-password'
import type { ScramVerifier } from '@sluice/gateway/ports/identity-provider'
import { makeScramVerifier } from '@sluice/identity/scram-verifier'
import { ask } from './suite.ts'

// INVARIANT (no-probing) is about time. Time is not asserted; what takes it is counted instead.
const passwordMatches = jest.fn(real.passwordMatches)
jest.unstable_mockModule('@sluice/core/secret/salted-password', () => ({ ...real, passwordMatches }))

beforeEach(() => void passwordMatches.mockClear())

test.each(['ana', 'nobody'])('the login `%s` costs one hash of as many iterations', async (login) => {
  const verifier: ScramVerifier = await makeScramVerifier('pencil', 5000)
  const ana = { id: 'ana', kind: 'human', groups: [], login: 'ana', verifier } as const
  const { staticProvider } = await import('@sluice/identity/providers/static/static-provider')
  const provider = staticProvider({ name: 'local', principals: [ana], nowSeconds: () => 0 })
  await ask(provider, { login, password: 'guess' })
  expect(passwordMatches.mock.calls.map(([against]) => against.iterations)).toEqual([5000])
})

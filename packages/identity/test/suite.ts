import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Principal } from '@sluice/core/policy/principal'
import { type IdentityProvider, IdentityRefused } from '@sluice/gateway/ports/identity-provider'
import { Effect } from 'effect'

/** What a client shows. */
export type Credential = { readonly login: string; readonly password: string }

/** A provider with one good credential and a bad one for every reason to refuse. */
type ProviderBench = {
  readonly provider: IdentityProvider
  /** Moves the provider's clock. */
  setClock(seconds: number): void
  readonly good: Credential & { readonly principal: Principal }
  /** A credential that is good until `endsAt`. Both ends are tried with the clock off by the tolerance. */
  readonly ending: Credential & { readonly endsAt: number }
  readonly toleranceSeconds: number
  /** For every reason a credential, or why this provider never refuses for it. */
  readonly refused: Readonly<
    Record<IdentityRefused['reason'], (Credential & { readonly at?: number }) | string>
  >
}

const REASONS: readonly IdentityRefused['reason'][] = [
  'unknown',
  'wrong-secret',
  'expired',
  'revoked',
  'wrong-audience',
  'malformed',
  'unreachable',
]

/** The answer to a credential: a principal, or the refusal. Anything else fails the test. */
export async function ask(
  provider: IdentityProvider,
  { login, password }: Credential,
): Promise<Principal | IdentityRefused> {
  return await Effect.runPromise(
    Effect.match(provider.verifyPassword(login, password), {
      onSuccess: (principal): Principal | IdentityRefused => principal,
      onFailure: (refusal) => refusal,
    }),
  )
}

/** What every identity provider must do, whatever proves people to it. */
export function identityProviderSuite(name: string, make: () => Promise<ProviderBench>): void {
  describe(`${name}: every identity provider`, () => {
    let bench: ProviderBench
    beforeAll(async () => {
      bench = await make()
    })
    const clockAt = (seconds: number) => bench.setClock(seconds)

    test('proves the good credential', async () => {
      clockAt(bench.ending.endsAt - 100)
      expect(await ask(bench.provider, bench.good)).toEqual(bench.good.principal)
    })

    test('proves nobody without a password', async () => {
      expect(await ask(bench.provider, { ...bench.good, password: '' })).toBeInstanceOf(IdentityRefused)
    })

    test.each(REASONS)('refuses: %s', async (reason) => {
      const credential = bench.refused[reason]
      if (typeof credential === 'string') return // does not apply; the string says why
      clockAt(credential.at ?? bench.ending.endsAt - 100)
      const answer = await ask(bench.provider, credential)
      expect(answer).toBeInstanceOf(IdentityRefused)
      expect(answer).toMatchObject({ reason })
      expect((answer as IdentityRefused).message).not.toContain(credential.password)
    })

    test('a credential ends when it says, give or take the tolerance and no more', async () => {
      const { provider, ending, toleranceSeconds } = bench
      clockAt(ending.endsAt + toleranceSeconds - 1)
      const principal = await ask(provider, ending)
      expect(principal).toMatchObject({ expiresAt: ending.endsAt })
      clockAt(ending.endsAt + toleranceSeconds)
      expect(await ask(provider, ending)).toMatchObject({ reason: 'expired' })
      expect(provider.stillValid(principal as Principal, ending.endsAt + toleranceSeconds - 1)).toBe(true)
      expect(provider.stillValid(principal as Principal, ending.endsAt + toleranceSeconds)).toBe(false)
    })

    test('stands by its own principals only', () => {
      const { provider, good, ending } = bench
      const now = ending.endsAt - 100
      expect(provider.stillValid(good.principal, now)).toBe(true)
      expect(provider.stillValid({ ...good.principal, provider: 'another' }, now)).toBe(false)
    })

    test('a principal stands no longer than the one it acts for', () => {
      const { provider, good, ending } = bench
      const behind: Principal = { ...good.principal, expiresAt: ending.endsAt }
      const agent: Principal = { ...good.principal, kind: 'agent', onBehalfOf: behind }
      const after = ending.endsAt + bench.toleranceSeconds
      expect(provider.stillValid(agent, ending.endsAt - 1)).toBe(true)
      expect(provider.stillValid({ ...agent, expiresAt: after + 1000 }, after)).toBe(false)
    })

    test('keeps verifiers of known logins only', () => {
      expect(bench.provider.scram('nobody-has-this-login')).toBeUndefined()
    })
  })
}

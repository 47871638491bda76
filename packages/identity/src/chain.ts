import type { X509Certificate } from 'node:crypto'
import type { Principal } from '@sluice/core/policy/principal'
import {
  type BearerLogin,
  type CertificateMatch,
  type IdentityProvider,
  IdentityRefused,
} from '@sluice/gateway/ports/identity-provider'
import * as Effect from 'effect/Effect'
import { IdentityMisconfigured } from './misconfigured.ts'

/**
 * Several providers as one. Each is asked in order until one proves somebody. Where none does, the refusal that
 * knows most about the credential is reported: a token that the issuer's provider calls expired is more than a login
 * that the list before it does not know. Throws `IdentityMisconfigured` for no provider or two of one name.
 */
export function identityChain(providers: readonly IdentityProvider[]): IdentityProvider {
  const byName = new Map(providers.map((provider) => [provider.name, provider]))
  if (providers.length === 0) throw new IdentityMisconfigured('no identity provider; configure at least one')
  if (byName.size < providers.length) {
    throw new IdentityMisconfigured('two identity providers have one name; rename one of them')
  }
  return {
    name: providers.map((provider) => provider.name).join(','),
    verifyPassword: (login, password) =>
      askInOrder(providers, (provider) => provider.verifyPassword(login, password)),
    verifyToken: tokenTaker(providers),
    scram: (login) => firstOf(providers, (provider) => provider.scram(login)),
    hashed: (login, kind) => firstOf(providers, (provider) => provider.hashed?.(login, kind)),
    hashKinds: new Set(providers.flatMap((provider) => [...(provider.hashKinds ?? [])])),
    certificate: (certificate, login) => bestMatch(providers, certificate, login),
    bearer: (login) => bearerOf(providers, login),
    mockIterations: firstOf(providers, (provider) => provider.mockIterations),
    // Nobody but the provider that proved a principal can say that it still stands.
    stillValid: (principal, nowSeconds) =>
      byName.get(principal.provider)?.stillValid(principal, nowSeconds) ?? false,
  }
}

/** From the refusal that says least about the credential to the one that says most. */
const TELLING: readonly IdentityRefused['reason'][] = [
  'malformed',
  'unknown',
  'wrong-secret',
  'unreachable',
  'wrong-audience',
  'expired',
  'revoked',
]

type Named = Pick<IdentityProvider, 'name'>

function askInOrder<Asked extends Named>(
  providers: readonly Asked[],
  ask: (provider: Asked) => Effect.Effect<Principal, IdentityRefused>,
): Effect.Effect<Principal, IdentityRefused> {
  return Effect.gen(function* () {
    let refusals: readonly IdentityRefused[] = []
    for (const provider of providers) {
      const answer = yield* Effect.result(ask(provider))
      if (answer._tag === 'Success') return answer.success
      refusals = [...refusals, answer.failure]
    }
    return yield* Effect.fail(mostTelling(providers, refusals))
  })
}

function rank(refusal: IdentityRefused): number {
  return TELLING.indexOf(refusal.reason)
}

/** The refusal to report, with what every provider said: the record shows the whole picture. */
function mostTelling(providers: readonly Named[], refusals: readonly IdentityRefused[]): IdentityRefused {
  const top = refusals.reduce((best, one) => (rank(one) > rank(best) ? one : best))
  const said = refusals.map((one, i) => `${providers[i]?.name}: ${one.message}`)
  return new IdentityRefused(top.reason, said.join('; '))
}

/** Who is meant by the login goes before who is meant by the certificate alone. */
function bestMatch(
  providers: readonly IdentityProvider[],
  certificate: X509Certificate,
  login: string,
): CertificateMatch | undefined {
  const matches = providers.flatMap((provider) => provider.certificate?.(certificate, login) ?? [])
  return matches.find(({ named }) => named) ?? matches[0]
}

/** The first provider says where to get a token; one of any issuer is taken. */
function bearerOf(providers: readonly IdentityProvider[], login: string): BearerLogin | undefined {
  const bearer = firstOf(providers, (provider) => provider.bearer?.(login))
  const verify = tokenTaker(providers)
  return bearer && verify && { ...bearer, verify }
}

/** Nobody else is asked about a token: a list of passwords would hash it for a login that it does not have. */
function tokenTaker(providers: readonly IdentityProvider[]): IdentityProvider['verifyToken'] {
  const takers = providers.flatMap(({ name, verifyToken }) =>
    verifyToken === undefined ? [] : [{ name, verifyToken }],
  )
  return takers.length === 0
    ? undefined
    : (token) => askInOrder(takers, ({ verifyToken }) => verifyToken(token))
}

function firstOf<A>(
  providers: readonly IdentityProvider[],
  ask: (provider: IdentityProvider) => A | undefined,
): A | undefined {
  for (const provider of providers) {
    const answer = ask(provider)
    if (answer !== undefined) return answer
  }
  return undefined
}

import type { Config, Identity } from '@sluice/config/config'
import type { IdentityProvider } from '@sluice/gateway/ports/identity-provider'
import { identityChain } from '@sluice/identity/chain'
import { IdentityMisconfigured } from '@sluice/identity/misconfigured'
import { certificateProvider } from '@sluice/identity/providers/certificate/certificate-provider'
import { jwtProvider } from '@sluice/identity/providers/jwt/jwt-provider'
import { staticProvider } from '@sluice/identity/providers/static/static-provider'
import * as Effect from 'effect/Effect'

/** The identity providers of the configuration, asked in its order. */
export const identityOf = (
  config: Config,
  nowSeconds: () => number,
): Effect.Effect<IdentityProvider, IdentityMisconfigured> =>
  Effect.try({
    try: () => identityChain(config.identity.map((entry) => providerOf(entry, nowSeconds))),
    catch: (cause) =>
      cause instanceof IdentityMisconfigured ? cause : new IdentityMisconfigured(String(cause)),
  })

const providerOf = (entry: Identity, nowSeconds: () => number): IdentityProvider => {
  if (entry.type === 'static') {
    return staticProvider({ name: entry.name, principals: entry.principals, nowSeconds })
  }
  if (entry.type === 'certificate') {
    const { name, principals, trustDomain } = entry
    return certificateProvider({ name, principals, trustDomain })
  }
  const { name, issuer, audience, jwks, algorithms, claims, clockToleranceSeconds, oauth } = entry
  return jwtProvider({
    name,
    issuer,
    audience,
    jwks: 'url' in jwks ? { url: jwks.url } : { keys: jwks.keys },
    algorithms,
    claims,
    oauth,
    clockToleranceSeconds,
    nowSeconds,
  })
}

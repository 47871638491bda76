import type { X509Certificate } from 'node:crypto'
import type { Principal } from '@sluice/core/policy/principal'
import {
  type CertificateMatch,
  type IdentityProvider,
  IdentityRefused,
  type ScramVerifier,
} from '@sluice/gateway/ports/identity-provider'
import * as Effect from 'effect/Effect'
import { ofEveryone, withinItsTime } from '../../expiry.ts'
import { principalsOf } from '../static/static-principal.ts'
import { type CertificateEntry, certificateEntries } from './certificate-entry.ts'
import { certificateNames } from './certificate-names.ts'

/** What SPIFFE ids of one trust domain stand for, where no entry says otherwise. */
type TrustDomain = {
  readonly name: string
  readonly kind: Principal['kind']
  readonly groups: readonly string[]
}

/** What `certificateProvider` is made from. */
type CertificateProviderOptions = {
  readonly name: string
  readonly principals: readonly CertificateEntry[]
  readonly trustDomain?: TrustDomain | undefined
}

/**
 * Whoever holds the key of a client certificate that the handshake has found good: chain, time, purpose, revocation
 * are the adapter's. An entry goes before the trust domain. A principal ends with its certificate.
 * Throws `IdentityMisconfigured`.
 */
export function certificateProvider(options: CertificateProviderOptions): IdentityProvider {
  const { name, trustDomain } = options
  const entries = certificateEntries(options.principals)
  const principals = principalsOf(name, options.principals)
  const ids = new Set([...principals.values()].map(({ id }) => id))
  const inDomain = (id: string): boolean => trustDomain !== undefined && isOf(id, trustDomain)
  // Whom a token proved has shown no certificate, whatever the provider of this name was before.
  const isKnown = ({ provider, issuer, id }: Principal): boolean =>
    provider === name && issuer === undefined && (ids.has(id) || inDomain(id))
  return {
    name,
    verifyPassword: () =>
      Effect.fail(new IdentityRefused('unknown', 'a certificate is asked for, not a password')),
    scram: () => undefined,
    certificate: (certificate, login) => {
      const names = certificateNames(certificate)
      const fitting = entries.filter((one) => names.has(one.certificate))
      // A certificate has several names: the entry that the login is of goes before one that takes any.
      const entry =
        fitting.find((one) => one.login === login) ?? fitting.find((one) => one.login === undefined)
      if (fitting.length > 0) return entry && matched(entry, principals.get(entry.id), certificate)
      const id = [...names].find(inDomain)
      if (id === undefined || trustDomain === undefined) return undefined
      const { kind, groups } = trustDomain
      return match({ id, kind, groups, provider: name }, certificate, undefined, false)
    },
    stillValid: (principal, nowSeconds) =>
      ofEveryone(principal, isKnown) && withinItsTime(principal, nowSeconds),
  }
}

/** SPIFFE id, "Trust Domain" and "Path": the domain ends at the first slash, and somebody is named behind it. */
function isOf(id: string, { name }: TrustDomain): boolean {
  const start = `spiffe://${name}/`
  return id.startsWith(start) && id.length > start.length
}

function matched(
  entry: CertificateEntry & { readonly checked: ScramVerifier | undefined },
  principal: Principal | undefined,
  certificate: X509Certificate,
): CertificateMatch | undefined {
  if (principal === undefined) return undefined
  return match(principal, certificate, entry.checked, entry.login !== undefined)
}

function match(
  principal: Principal,
  certificate: X509Certificate,
  verifier: ScramVerifier | undefined,
  named: boolean,
): CertificateMatch {
  const ends = Math.floor(certificate.validToDate.getTime() / 1000)
  const expiresAt = Math.min(principal.expiresAt ?? ends, ends)
  return { principal: { ...principal, expiresAt }, named, ...(verifier === undefined ? {} : { verifier }) }
}

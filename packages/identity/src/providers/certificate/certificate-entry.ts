import type { ScramVerifier } from '@sluice/gateway/ports/identity-provider'
import { IdentityMisconfigured } from '../../misconfigured.ts'
import { parseScramVerifier } from '../../scram-verifier.ts'
import type { PrincipalEntry } from '../static/static-principal.ts'

/** One entry of a list of certificates, as the configuration gives it. */
export type CertificateEntry = PrincipalEntry & {
  /** Unique in the list: a name in the certificate, in the form of `certificateNames`. */
  readonly certificate: string
  /** The user name that the client must give; absent: any that has no password. */
  readonly login?: string | undefined
  /** The stored form of a password that must be proven too. */
  readonly verifier?: string | undefined
}

/** The entries with their verifiers read. Throws `IdentityMisconfigured`, naming the entry. */
export function certificateEntries(
  entries: readonly CertificateEntry[],
): readonly (CertificateEntry & { readonly checked: ScramVerifier | undefined })[] {
  const taken = new Set<string>()
  return entries.map((entry) => {
    if (taken.has(entry.certificate)) {
      throw new IdentityMisconfigured(
        `principal \`${entry.id}\`: certificate \`${entry.certificate}\` is taken; give each its own`,
      )
    }
    taken.add(entry.certificate)
    const checked = entry.verifier === undefined ? undefined : parseScramVerifier(entry.verifier)
    return { ...entry, checked }
  })
}

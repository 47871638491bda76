// What protocols keep that check the answer to a challenge: not a password, but enough to check that one is known.
import type { HashKind } from '@sluice/gateway/ports/identity-provider'
import { IdentityMisconfigured } from './misconfigured.ts'

/** A stored hash of a password, and how it was made. */
type StoredHash = { readonly kind: HashKind; readonly hash: Uint8Array }

const FORMS: readonly (readonly [HashKind, RegExp])[] = [
  // MySQL and MariaDB, authentication_string of mysql_native_password; what PASSWORD('…') gives.
  ['sha1-twice', /^\*([0-9A-Fa-f]{40})$/],
  ['sha256-twice', /^SHA-256-TWICE\$([0-9A-Fa-f]{64})$/],
]

/**
 * Reads `*<40 hexadecimal digits>`, the SHA-1 of a password's SHA-1, or `SHA-256-TWICE$<64 hexadecimal digits>`. Throws
 * `IdentityMisconfigured`; the message never holds the text itself.
 */
export function parseStoredHash(text: string): StoredHash {
  for (const [kind, form] of FORMS) {
    const digits = form.exec(text)?.[1]
    if (digits !== undefined) return { kind, hash: Buffer.from(digits, 'hex') }
  }
  throw new IdentityMisconfigured(
    'not a stored hash of the form `*<40 hexadecimal digits>` or `SHA-256-TWICE$<64 hexadecimal digits>`; copy it whole',
  )
}

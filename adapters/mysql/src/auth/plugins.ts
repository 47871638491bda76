// MySQL: "Pluggable Authentication", "Authentication Plugins"; MariaDB: "Authentication Plugin - ed25519".

/** Names of authentication plugins as both sides spell them. */
export const plugin = {
  CACHING_SHA2: 'caching_sha2_password',
  NATIVE: 'mysql_native_password',
  CLEAR: 'mysql_clear_password',
  SHA256: 'sha256_password',
  ED25519: 'client_ed25519',
} as const

/** Bytes of a challenge. */
export const CHALLENGE_BYTES = 20

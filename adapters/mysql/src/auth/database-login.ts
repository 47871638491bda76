// MySQL: Client/Server Protocol, "Authentication Phase": the gateway as the client of a database.
import { ProtocolViolation } from '@sluice/wire/violation'
import {
  cachingProof,
  FAST_AUTH_SUCCESS,
  PERFORM_FULL_AUTH,
  REQUEST_PUBLIC_KEY,
  SHA256_REQUEST_PUBLIC_KEY,
} from './caching-sha2.ts'
import { clearPassword } from './clear-password.ts'
import { ED25519_NONCE_BYTES, ed25519Proof } from './ed25519-password.ts'
import { nativeProof } from './native-password.ts'
import { CHALLENGE_BYTES, plugin as plugins } from './plugins.ts'
import { encryptPassword, MAX_PUBLIC_KEY_BYTES } from './rsa-password.ts'

/** How the gateway may prove itself to a database. */
export type DatabaseCredentials = {
  readonly password: string
  /** The connection is encrypted, or a Unix socket: what is sent in clear is read by nobody else. */
  readonly secure: boolean
  /** Nobody stands between: the key that the other side shows is the database's. */
  readonly local: boolean
}

/** The gateway's side of one plugin's exchange. Both throw ProtocolViolation (fault `upstream`). */
export type PluginExchange = {
  /** The first word, by the challenge. */
  readonly first: () => Buffer
  /** What AuthMoreData is answered with; undefined: nothing, the server goes on. */
  readonly more: (data: Buffer) => Buffer | undefined
}

/** Begins the exchange of the plugin that the database wants. Throws ProtocolViolation for one the gateway has not. */
export function pluginExchange(name: string, challenge: Buffer, as: DatabaseCredentials): PluginExchange {
  switch (name) {
    case plugins.NATIVE:
      return proofOnly(nativeProof(as.password, checked(challenge, CHALLENGE_BYTES)))
    case plugins.ED25519:
      return proofOnly(ed25519Proof(as.password, checked(challenge, ED25519_NONCE_BYTES)))
    case plugins.CLEAR:
      return proofOnly(shown(as))
    case plugins.CACHING_SHA2:
      return cachingExchange(checked(challenge, CHALLENGE_BYTES), as)
    case plugins.SHA256:
      return sha256Exchange(checked(challenge, CHALLENGE_BYTES), as)
    default:
      throw refused(
        `asks for the authentication plugin \`${known(name)}\`, which the gateway does not have; give its login caching_sha2_password, or ed25519 on MariaDB`,
      )
  }
}

/** The name, where it is one that can be shown. */
function known(name: string): string {
  return /^[\w-]{1,64}$/.test(name) ? name : 'unknown'
}

function checked(challenge: Buffer, bytes: number): Buffer {
  if (challenge.length !== bytes)
    throw refused(`sent a challenge of ${challenge.length} bytes and not ${bytes}`)
  return challenge
}

function proofOnly(proof: Buffer): PluginExchange {
  return {
    first: () => proof,
    more: () => {
      throw refused('goes on after a proof that has one step')
    },
  }
}

function cachingExchange(challenge: Buffer, as: DatabaseCredentials): PluginExchange {
  let asked: 'nothing' | 'key' | 'done' = 'nothing'
  return {
    first: () => (as.password === '' ? Buffer.alloc(1) : cachingProof(as.password, challenge)),
    more: (data) => {
      if (asked === 'key') {
        asked = 'done'
        return encrypted(data, as, challenge)
      }
      if (asked === 'done' || data.length !== 1)
        throw refused('sent a word that caching_sha2_password does not have')
      if (data[0] === FAST_AUTH_SUCCESS) {
        asked = 'done'
        return undefined
      }
      if (data[0] !== PERFORM_FULL_AUTH) throw refused('sent a word that caching_sha2_password does not have')
      asked = as.secure ? 'done' : 'key'
      return as.secure ? shown(as) : keyRequest(as, REQUEST_PUBLIC_KEY)
    },
  }
}

function sha256Exchange(challenge: Buffer, as: DatabaseCredentials): PluginExchange {
  let keyDue = !as.secure && as.password !== ''
  return {
    first: () => {
      if (as.password === '') return Buffer.alloc(1)
      return as.secure ? shown(as) : keyRequest(as, SHA256_REQUEST_PUBLIC_KEY)
    },
    more: (data) => {
      if (!keyDue) throw refused('sent a word that sha256_password does not have')
      keyDue = false
      return encrypted(data, as, challenge)
    },
  }
}

function shown(as: DatabaseCredentials): Buffer {
  if (!as.secure) throw unprotected()
  return clearPassword(as.password)
}

/** Whoever stands between could show a key of its own, so that this is for connections within one machine. */
function keyRequest(as: DatabaseCredentials, word: number): Buffer {
  if (!as.local) throw unprotected()
  return Buffer.from([word])
}

function encrypted(publicKey: Buffer, as: DatabaseCredentials, challenge: Buffer): Buffer {
  if (publicKey.length > MAX_PUBLIC_KEY_BYTES) throw refused('sent a public key that is too long')
  try {
    return encryptPassword(publicKey, as.password, challenge)
  } catch {
    throw refused('sent a public key that is none, or too short for the password')
  }
}

function unprotected(): ProtocolViolation {
  return refused(
    'asks for the password over a connection without TLS; set `tls: verify-full`, or give the login mysql_native_password',
  )
}

function refused(problem: string): ProtocolViolation {
  return new ProtocolViolation('upstream', 'unexpected', `the database ${problem}`)
}

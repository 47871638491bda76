// PostgreSQL: Frontend/Backend Protocol, "Message Formats": the names.
import type { Authentication } from '../messages/authentication.ts'
import { backend, frontend } from '../messages/codes.ts'

/** What a client sends, by its name in the specification. */
export type FrontendMessage =
  | keyof typeof frontend
  | 'SSLRequest'
  | 'GSSENCRequest'
  | 'CancelRequest'
  | 'StartupMessage'

/** The messages that share the type byte `R`. */
type AuthenticationMessage =
  | 'AuthenticationOk'
  | 'AuthenticationCleartextPassword'
  | 'AuthenticationMD5Password'
  | 'AuthenticationSASL'
  | 'AuthenticationSASLContinue'
  | 'AuthenticationSASLFinal'
  /** Kerberos, SCM, GSSAPI, SSPI and whatever comes later. */
  | 'AuthenticationUnsupported'

/** What a server sends. The two answers of one byte are no messages by the specification; they are named here. */
export type BackendMessage =
  | Exclude<keyof typeof backend, 'Authentication'>
  | AuthenticationMessage
  | 'EncryptionAccepted'
  | 'EncryptionRefused'

const authenticationNames = {
  ok: 'AuthenticationOk',
  'cleartext-password': 'AuthenticationCleartextPassword',
  'md5-password': 'AuthenticationMD5Password',
  sasl: 'AuthenticationSASL',
  'sasl-continue': 'AuthenticationSASLContinue',
  'sasl-final': 'AuthenticationSASLFinal',
  unsupported: 'AuthenticationUnsupported',
} as const satisfies Record<Authentication['kind'], AuthenticationMessage>

/** The name of an authentication message. */
export function authenticationName(message: Authentication): AuthenticationMessage {
  return authenticationNames[message.kind]
}

// A type byte says which message it is, except where several share it: these need the state or the body.
type SharedFrontend = 'PasswordMessage' | 'SASLInitialResponse' | 'SASLResponse' | 'GSSResponse'
type NamedFrontend = Exclude<keyof typeof frontend, SharedFrontend>
type NamedBackend = Exclude<keyof typeof backend, 'Authentication'>

const frontendNames = byType(
  Object.entries(frontend).filter(([, type]) => type !== frontend.PasswordMessage),
) as readonly (NamedFrontend | undefined)[]
const backendNames = byType(
  Object.entries(backend).filter(([, type]) => type !== backend.Authentication),
) as readonly (NamedBackend | undefined)[]

/** The name of the message with this type byte, or `undefined` for `p`, which several share, and for unknown bytes. */
export function frontendName(type: number): NamedFrontend | undefined {
  return frontendNames[type]
}

/** The name of the message with this type byte, or `undefined` for `R`, which several share, and for unknown bytes. */
export function backendName(type: number): NamedBackend | undefined {
  return backendNames[type]
}

function byType(entries: readonly [string, number][]): readonly (string | undefined)[] {
  const names: (string | undefined)[] = Array.from({ length: 256 })
  for (const [name, type] of entries) names[type] = name
  return names
}

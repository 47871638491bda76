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
export type AuthenticationMessage =
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

/** A type byte says which message it is, except where several share it: these need the state or the body. */
type Unshared<Names, Shared> = Exclude<Names, Shared>
type SharedFrontend = 'PasswordMessage' | 'SASLInitialResponse' | 'SASLResponse' | 'GSSResponse'

const frontendNames = byType<Unshared<keyof typeof frontend, SharedFrontend>>(
  Object.entries(frontend).filter(([, type]) => type !== frontend.PasswordMessage),
)
const backendNames = byType<Unshared<keyof typeof backend, 'Authentication'>>(
  Object.entries(backend).filter(([, type]) => type !== backend.Authentication),
)

/** The name of the message with this type byte, or `undefined` for `p`, which several share, and for unknown bytes. */
export function frontendName(type: number): Unshared<keyof typeof frontend, SharedFrontend> | undefined {
  return frontendNames[type]
}

/** The name of the message with this type byte, or `undefined` for `R`, which several share, and for unknown bytes. */
export function backendName(type: number): Unshared<keyof typeof backend, 'Authentication'> | undefined {
  return backendNames[type]
}

function byType<Name extends string>(entries: readonly [string, number][]): readonly (Name | undefined)[] {
  const names: (Name | undefined)[] = Array.from({ length: 256 })
  for (const [name, type] of entries) names[type] = name as Name
  return names
}

import type { BackendMessage, FrontendMessage } from './message-name.ts'

/** Messages of the specification that no state lists, so that they always end the session, and why. */
export const unlisted: Readonly<Partial<Record<FrontendMessage | BackendMessage, string>>> = {
  GSSResponse: 'the gateway offers no GSSAPI',
  AuthenticationUnsupported: 'the gateway logs in with a password, MD5 or SCRAM',
}

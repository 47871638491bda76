// MySQL: Client/Server Protocol, "Protocol::AuthSwitchResponse".

/** The client's proof, or its next word: without any header. A secret. */
export type AuthSwitchResponse = { readonly data: Buffer }

/** Reads the payload: all of it is the plugin's. */
export function decodeAuthSwitchResponse(payload: Buffer): AuthSwitchResponse {
  return { data: payload }
}

/** The payload. */
export function encodeAuthSwitchResponse(message: AuthSwitchResponse): Buffer {
  return message.data
}

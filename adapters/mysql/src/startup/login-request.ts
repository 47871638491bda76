import { isAsciiSafe } from '../dialect/charsets.ts'
import type { Capabilities } from '../messages/capabilities.ts'
import type { HandshakeResponse41 } from '../messages/handshake-response-41.ts'
import { errno } from '../replies/errno.ts'
import { agreed } from '../upstream/capabilities.ts'
import { charsetOf, UTF8MB4_GENERAL_CI } from './collations.ts'
import { Refused } from './refused.ts'

/** What a client asks for in its login, sorted out. */
export type LoginRequest = {
  /** The login name: data, not a principal. */
  readonly user: string
  readonly database: string | undefined
  /** What the client calls itself: data. */
  readonly programName: string
  /** What is agreed on. */
  readonly capabilities: Capabilities
  /** Collation to ask the database for, and its character set. */
  readonly collation: number
  readonly characterSet: string
}

/** Longest name of a program that is kept, in characters. */
const MAX_PROGRAM_NAME_CHARS = 128

/** Sorts a client's answer to the greeting, in which it was offered `offer`. Throws Refused. */
export function loginRequest(response: HandshakeResponse41, offer: Capabilities): LoginRequest {
  const { user, database, attributes } = response
  // An id that is not known is one byte of a newer one; those are all of utf8mb4.
  const known = charsetOf(response.collation)
  const characterSet = known ?? 'utf8mb4'
  if (!isAsciiSafe(characterSet)) {
    throw new Refused({
      code: errno.unknownCharacterSet,
      message: `the character set \`${characterSet}\` cannot be read safely`,
      hint: 'connect with `utf8mb4`',
    })
  }
  const programName = attributes.get('program_name') ?? attributes.get('_client_name') ?? ''
  return {
    user,
    database,
    programName: programName.slice(0, MAX_PROGRAM_NAME_CHARS),
    capabilities: agreed(response.capabilities, offer),
    collation: known === undefined ? UTF8MB4_GENERAL_CI : response.collation,
    characterSet,
  }
}

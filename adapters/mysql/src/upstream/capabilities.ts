// MySQL: Client/Server Protocol, "Capabilities Flags": which of them the gateway passes on.
import { type Capabilities, capability as c, extendedCapability, has } from '../messages/capabilities.ts'
import type { ServerProfile } from './server-profile.ts'

/** What changes how results look or what a statement does: what the client has, the database is asked for. */
const RELAYED: number =
  c.FOUND_ROWS |
  c.LONG_FLAG |
  c.IGNORE_SPACE |
  c.INTERACTIVE |
  c.TRANSACTIONS |
  c.MULTI_RESULTS |
  c.PS_MULTI_RESULTS |
  c.DEPRECATE_EOF |
  c.QUERY_ATTRIBUTES

/** What the gateway itself deals with, whether or not the database has it. */
const OWN: number =
  c.CONNECT_WITH_DB |
  c.PROTOCOL_41 |
  c.IGNORE_SIGPIPE |
  c.RESERVED |
  c.SECURE_CONNECTION |
  c.MULTI_STATEMENTS |
  c.PLUGIN_AUTH |
  c.CONNECT_ATTRS |
  c.PLUGIN_AUTH_LENENC_DATA

/** Only where the database has it as well, and in the client's own form. */
const ALIKE: number = c.MYSQL | c.SESSION_TRACK

/**
 * Of MariaDB's: progress reports are no results, cached metadata would be no description of what comes, and results by row
 * of a bulk execution have a form of their own.
 */
const EXTENDED: number = extendedCapability.EXTENDED_METADATA | extendedCapability.STMT_BULK_OPERATIONS

/** Whether clients may be offered things. */
type Offering = {
  readonly tls: boolean
  /** Whether a rule could let LOAD DATA LOCAL through. */
  readonly localFiles: boolean
}

/**
 * What a client is offered in front of a database: nothing that the gateway does not honour, or the database does not.
 * Compression, multi-factor logins and results without a description are not offered.
 */
export function offered({ capabilities }: ServerProfile, { tls, localFiles }: Offering): Capabilities {
  const relayed = RELAYED | ALIKE | (localFiles ? c.LOCAL_FILES : 0)
  const flags = (capabilities.flags & relayed) | OWN | (tls ? c.SSL : 0)
  return { flags: flags >>> 0, extended: capabilities.extended & EXTENDED }
}

/** What is agreed on when a client asks for `asked`: what it was not offered does not count. */
export function agreed(asked: Capabilities, offer: Capabilities): Capabilities {
  return { flags: (asked.flags & offer.flags) >>> 0, extended: asked.extended & offer.extended }
}

/** What the database is asked for, so that its results have the form that was agreed on with the client. */
export function wanted(client: Capabilities, server: Capabilities, database: boolean): Capabilities {
  const relayed = client.flags & (RELAYED | c.LOCAL_FILES)
  const own =
    c.PROTOCOL_41 | c.SECURE_CONNECTION | c.PLUGIN_AUTH | c.CONNECT_ATTRS | c.PLUGIN_AUTH_LENENC_DATA
  // Texts are split in the gateway. What changed in the session is always asked for: the gateway follows it.
  const alike = server.flags & ALIKE
  const flags = relayed | own | alike | (database ? c.CONNECT_WITH_DB : 0)
  return { flags: flags >>> 0, extended: client.extended }
}

/** Whether a server has all that was agreed on with the client; it may be another one than before. */
export function honours(server: Capabilities, { flags, extended }: Capabilities): boolean {
  const must = flags & (RELAYED | c.LOCAL_FILES)
  return has(server.flags, must) && has(server.extended, extended)
}

// MySQL: Client/Server Protocol, "Protocol::HandshakeV10"; MariaDB: "Initial Handshake Packet" (the version's prefix).
import { type Capabilities, capability, has } from '../messages/capabilities.ts'
import type { HandshakeV10 } from '../messages/handshake-v10.ts'

/** What a database says of itself before anybody logs in. */
export type ServerProfile = {
  /** As it says it, for clients that look at it. */
  readonly serverVersion: string
  readonly mariadb: boolean
  /** As the servers count: 80036 for 8.0.36, 101119 for 10.11.19; 0 where it does not say. */
  readonly version: number
  readonly capabilities: Capabilities
  readonly collation: number
}

/** MariaDB 10 says a version of MySQL first, so that old replicas take it. */
const REPLICATION_PREFIX = '5.5.5-'

/** The profile in a greeting. */
export function profileOf({ serverVersion, capabilities, collation }: HandshakeV10): ServerProfile {
  const named = /mariadb/i.test(serverVersion)
  // MariaDB may be told to call itself anything; MySQL always says that it is MySQL.
  const mariadb = named || !has(capabilities.flags, capability.MYSQL)
  if (mariadb && !named) return { serverVersion, mariadb, version: 0, capabilities, collation }
  const own = serverVersion.startsWith(REPLICATION_PREFIX) && mariadb ? serverVersion.slice(6) : serverVersion
  const [, major = '0', minor = '0', patch = '0'] = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})/.exec(own) ?? []
  const version = Number(major) * 10_000 + Number(minor) * 100 + Number(patch)
  return { serverVersion, mariadb, version, capabilities, collation }
}

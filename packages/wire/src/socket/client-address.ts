import type { Socket } from 'node:net'

/** How an IPv4 client looks to a listener that takes both (RFC 4291, "IPv4-Mapped IPv6 Address"). */
const MAPPED = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i

/**
 * Where a client is, as rules and the record name it: an IPv4 address is the same at every listener. `[local]`, as
 * PostgreSQL says it, on a Unix socket, whose other end Node cannot name.
 */
export function clientAddress(socket: Pick<Socket, 'remoteAddress'>, unixSocket: boolean): string {
  return unixSocket ? '[local]' : (socket.remoteAddress ?? '').replace(MAPPED, '')
}

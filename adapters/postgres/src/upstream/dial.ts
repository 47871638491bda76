import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { encodeSSLRequest } from '../messages/ssl-request.ts'

/** Where a database is and how it is reached. `verify-full` checks the certificate's chain and host name. */
export type UpstreamAddress = {
  readonly host: string
  readonly port: number
  readonly tls: 'disable' | 'require' | 'verify-full'
  /** PEM of the certificate authorities to trust; absent: the system's. */
  readonly ca?: string
}

/** The database cannot be reached, or not the way the configuration asks for. */
export class UpstreamUnreachable extends Error {
  override readonly name = 'UpstreamUnreachable'
}

/** Whether a password can be sent in clear: encrypted, or never on a wire that others share. */
export function mayShowPassword({ tls, host }: UpstreamAddress): boolean {
  return tls !== 'disable' || host === 'localhost' || host === '::1' || host.startsWith('127.')
}

/** Longest wait for a TCP connection and the TLS handshake. */
const DIAL_TIMEOUT_MS = 10_000

const WILLING = 0x53

/** Opens the connection, encrypted where the address says so. Rejects with UpstreamUnreachable. */
export async function dial(address: UpstreamAddress): Promise<Duplex> {
  const socket = connect({ host: address.host, port: address.port, noDelay: true, keepAlive: true })
  const timer = setTimeout(() => socket.destroy(new Error('timed out')), DIAL_TIMEOUT_MS)
  try {
    await once(socket, 'connect')
    return address.tls === 'disable' ? socket : await secure(socket, address)
  } catch (error) {
    socket.destroy()
    throw new UpstreamUnreachable(
      `database at \`${address.host}:${address.port}\` cannot be reached: ${(error as Error).message}`,
      { cause: error },
    )
  } finally {
    clearTimeout(timer)
  }
}

/** PostgreSQL documentation, "SSL Session Encryption": one byte answers SSLRequest. */
async function secure(socket: Socket, address: UpstreamAddress): Promise<Duplex> {
  socket.write(encodeSSLRequest())
  const answer = await firstChunk(socket)
  if (answer.length !== 1 || answer[0] !== WILLING) {
    throw new Error('the database does not offer TLS; set `tls: disable` if that is meant')
  }
  const verify = address.tls === 'verify-full'
  const tls = connectTls({
    socket,
    rejectUnauthorized: verify,
    ...(/^[\d.]+$|:/.test(address.host) ? {} : { servername: address.host }),
    ...(verify ? { host: address.host } : {}),
    ...(address.ca === undefined ? {} : { ca: address.ca }),
  })
  await once(tls, 'secureConnect')
  return tls
}

function once(emitter: Duplex, event: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => (): void => {
      emitter.off('error', onError)
      emitter.off('close', onClose)
      act()
    }
    const onError = (error: Error): void => settle(() => reject(error))()
    const onClose = settle(() => reject(new Error('the connection was closed')))
    emitter.once(event, settle(resolve))
    emitter.once('error', onError)
    emitter.once('close', onClose)
  })
}

function firstChunk(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    socket.once('data', (chunk: Buffer) => {
      socket.pause()
      resolve(chunk)
    })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('the connection was closed')))
  })
}

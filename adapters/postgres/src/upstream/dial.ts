import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls, createSecureContext, type TLSSocket } from 'node:tls'
import { endPointBinding } from '../auth/end-point.ts'
import { encodeSSLRequest } from '../messages/ssl-request.ts'

/** Where a database is and how it is reached. `verify-full` checks the certificate's chain and host name. */
export type UpstreamAddress = {
  /** A host name or address, or the folder of a Unix socket: then it begins with `/`. */
  readonly host: string
  readonly port: number
  readonly tls: 'disable' | 'require' | 'verify-full'
  /** PEM of the certificate authorities to trust; absent: the system's. */
  readonly ca?: string
  /** PEM of the gateway's own certificate and key, where the database asks for one. */
  readonly certificate?: string
  readonly key?: string
}

/** An open connection on which nothing of the protocol was said yet. */
export type Dialled = {
  readonly stream: Duplex
  /** What SCRAM binds to; absent without TLS and for certificates that have no binding. */
  readonly endPoint: Buffer | undefined
}

/** Opens connections to one database. Rejects with UpstreamUnreachable. */
export type Dial = () => Promise<Dialled>

/** The database cannot be reached, or not the way the configuration asks for. */
export class UpstreamUnreachable extends Error {
  override readonly name = 'UpstreamUnreachable'
}

/** Whether a password can be sent in clear: encrypted, or never on a wire that others share. */
export function mayShowPassword({ tls, host }: UpstreamAddress): boolean {
  return (
    tls !== 'disable' || isUnix(host) || host === 'localhost' || host === '::1' || host.startsWith('127.')
  )
}

/** Longest wait for a TCP connection and the TLS handshake. */
const DIAL_TIMEOUT_MS = 10_000

const WILLING = 0x53

/**
 * Prepares the connections to one address: what all of them share (trusted authorities, our certificate, the last
 * TLS session) is made once. PostgreSQL itself resumes no TLS sessions; what stands before it may.
 */
export function dialler(address: UpstreamAddress): Dial {
  const secure = address.tls === 'disable' ? undefined : encryption(address)
  return async () => {
    const { host, port } = address
    const socket = isUnix(host)
      ? connect({ path: `${host}/.s.PGSQL.${port}` })
      : connect({ host, port, noDelay: true, keepAlive: true })
    const timer = setTimeout(() => socket.destroy(new Error('timed out')), DIAL_TIMEOUT_MS)
    try {
      await once(socket, 'connect')
      return secure === undefined ? { stream: socket, endPoint: undefined } : await secure(socket)
    } catch (error) {
      socket.destroy()
      throw new UpstreamUnreachable(
        `database at \`${host}:${port}\` cannot be reached: ${(error as Error).message}`,
        { cause: error },
      )
    } finally {
      clearTimeout(timer)
    }
  }
}

function isUnix(host: string): boolean {
  return host.startsWith('/')
}

/** PostgreSQL documentation, "SSL Session Encryption": one byte answers SSLRequest. */
function encryption(address: UpstreamAddress): (socket: Socket) => Promise<Dialled> {
  const { host, ca, certificate, key } = address
  const secureContext = createSecureContext({
    minVersion: 'TLSv1.2',
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined || key === undefined ? {} : { cert: certificate, key }),
  })
  const verify = address.tls === 'verify-full'
  const named = /^[\d.]+$|:/.test(host) ? {} : { servername: host }
  let session: Buffer | undefined
  let endPoint: Buffer | undefined
  return async (socket) => {
    await askForTls(socket)
    const tls = connectTls({
      socket,
      secureContext,
      rejectUnauthorized: verify,
      ...named,
      ...(verify ? { host } : {}),
      ...(session === undefined ? {} : { session }),
    })
    tls.on('session', (latest) => {
      session = latest
    })
    await once(tls, 'secureConnect')
    // A resumed session is with whoever showed the certificate before; it is not shown again.
    if (!tls.isSessionReused()) endPoint = endPointOf(tls)
    return { stream: tls, endPoint }
  }
}

async function askForTls(socket: Socket): Promise<void> {
  socket.write(encodeSSLRequest())
  const answer = await firstChunk(socket)
  // INVARIANT (no-unread-bytes): bytes glued to the answer were not sent by whom the handshake proves (CVE-2021-23222).
  if (answer.length !== 1)
    throw new Error('it sent bytes behind its answer to the TLS request, before the handshake')
  if (answer[0] !== WILLING) throw new Error('it does not offer TLS; set `tls: disable` if that is meant')
}

function endPointOf(tls: TLSSocket): Buffer | undefined {
  const certificate = tls.getPeerX509Certificate()
  return certificate === undefined ? undefined : endPointBinding(certificate.raw)
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

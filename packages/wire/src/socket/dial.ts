import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls, createSecureContext, type TLSSocket } from 'node:tls'
import { tcpOptions } from './tcp-options.ts'

/** Where a database is and how it is reached. `verify-full` checks the certificate's chain and host name. */
export type UpstreamAddress = {
  /** A host name or address, or a place in this machine's file system: then it begins with `/`. */
  readonly host: string
  readonly port: number
  readonly tls: 'disable' | 'require' | 'verify-full'
  /** PEM of the certificate authorities to trust; absent: the system's. */
  readonly ca?: string
  /** PEM of the gateway's own certificate and key, where the database asks for one. */
  readonly certificate?: string
  readonly key?: string
}

/** The database cannot be reached, or not the way the configuration asks for. */
export class UpstreamUnreachable extends Error {
  override readonly name = 'UpstreamUnreachable'
}

/** Longest wait for a TCP connection and the TLS handshake. */
const DIAL_TIMEOUT_MS = 10_000

/** Whether a host is a place in this machine's file system. */
export function isUnix(host: string): boolean {
  return host.startsWith('/')
}

/** Whether what is sent to this host never leaves the machine. */
export function isLocal(host: string): boolean {
  return isUnix(host) || host === 'localhost' || host === '::1' || host.startsWith('127.')
}

/** Whether a password can be sent in clear: encrypted, or never on a wire that others share. */
export function mayShowPassword({ tls, host }: UpstreamAddress): boolean {
  return tls !== 'disable' || isLocal(host)
}

/**
 * Opens a connection and has `begin` do what comes before the first login message, TLS among it, all within a bound.
 * `path`: the Unix socket, where the host is a place in the file system. Rejects with UpstreamUnreachable, or with what
 * `passes` says goes on as it is.
 */
export async function dial<Begun>(
  { host, port }: UpstreamAddress,
  path: string,
  begin: (socket: Socket) => Promise<Begun>,
  passes: (error: unknown) => boolean = () => false,
): Promise<Begun> {
  // Whether the database is still there the client cannot find out: the gateway answers it.
  const socket = isUnix(host) ? connect({ path }) : connect({ host, port, ...tcpOptions })
  const timer = setTimeout(() => socket.destroy(new Error('timed out')), DIAL_TIMEOUT_MS)
  try {
    await once(socket, 'connect')
    return await begin(socket)
  } catch (error) {
    socket.destroy()
    if (passes(error)) throw error
    const { message, code } = error as NodeJS.ErrnoException
    // An error that stands for several, one for each address of a name, has but a code.
    throw new UpstreamUnreachable(`database at \`${host}:${port}\` cannot be reached: ${message || code}`, {
      cause: error,
    })
  } finally {
    clearTimeout(timer)
  }
}

/** An encrypted connection to a database. */
type Encrypted = {
  readonly stream: TLSSocket
  /** What the database showed, in DER; in a resumed session, what it showed when that began. */
  readonly certificate: Buffer | undefined
}

/** The client's side of TLS with a database, once that has said that it is willing. */
export type Encrypt = (socket: Socket) => Promise<Encrypted>

/** A session to be resumed, and whose it is. INVARIANT (identity-bound): neither counts without the other. */
type Resumable = { readonly session: Buffer; readonly certificate: Buffer | undefined }

/**
 * Prepares TLS with one address: what all its connections share (trusted authorities, our certificate, the last TLS
 * session) is made once.
 */
export function encryption(address: UpstreamAddress): Encrypt {
  const { host, ca, certificate, key } = address
  const secureContext = createSecureContext({
    minVersion: 'TLSv1.2',
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined || key === undefined ? {} : { cert: certificate, key }),
  })
  const verify = address.tls === 'verify-full'
  const named = /^[\d.]+$|:/.test(host) ? {} : { servername: host }
  let latest: Resumable | undefined
  return async (socket) => {
    const before = latest
    const stream = connectTls({
      socket,
      secureContext,
      rejectUnauthorized: verify,
      ...named,
      ...(verify ? { host } : {}),
      ...(before === undefined ? {} : { session: before.session }),
    })
    let certificate: Buffer | undefined
    stream.once('secureConnect', () => {
      // A resumed session shows no certificate anew. Others may have been begun meanwhile, with another server.
      const resumed = stream.isSessionReused()
      certificate = resumed ? before?.certificate : stream.getPeerX509Certificate()?.raw
    })
    // Told once the certificate is found good, and maybe when the stream is gone.
    stream.on('session', (session) => {
      latest = { session, certificate }
    })
    await once(stream, 'secureConnect')
    return { stream, certificate }
  }
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

import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { dial, encryption, type UpstreamAddress } from '@sluice/wire/socket/dial'
import { endPointBinding } from '../auth/end-point.ts'
import { encodeSSLRequest } from '../messages/ssl-request.ts'

/** An open connection on which nothing of the protocol was said yet. */
type Dialled = {
  readonly stream: Duplex
  /** What SCRAM binds to; absent without TLS and for certificates that have no binding. */
  readonly endPoint: Buffer | undefined
  /** The address that it leads to; a Unix socket has none. */
  readonly address: string | undefined
}

/**
 * Opens connections to one database. `to`: the very address, where a name may lead to another by now; whose certificate it
 * must show stays the same. Rejects with UpstreamUnreachable.
 */
export type Dial = (to?: string) => Promise<Dialled>

const WILLING = 0x53

/** Prepares the connections to one address. PostgreSQL itself resumes no TLS sessions; what stands before it may. */
export function dialler(address: UpstreamAddress): Dial {
  const secure = address.tls === 'disable' ? undefined : encrypted(address)
  return (to) =>
    dial(
      { ...address, host: to ?? address.host },
      `${address.host}/.s.PGSQL.${address.port}`,
      async (socket) => {
        const at = socket.remoteAddress
        const begun = secure === undefined ? { stream: socket, endPoint: undefined } : await secure(socket)
        return { ...begun, address: at }
      },
    )
}

/** PostgreSQL documentation, "SSL Session Encryption": one byte answers SSLRequest. */
function encrypted(address: UpstreamAddress): (socket: Socket) => Promise<Omit<Dialled, 'address'>> {
  const encrypt = encryption(address)
  return async (socket) => {
    await askForTls(socket)
    const { stream, certificate } = await encrypt(socket)
    return { stream, endPoint: certificate === undefined ? undefined : endPointBinding(certificate) }
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

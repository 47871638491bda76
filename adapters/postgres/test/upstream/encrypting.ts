import type { Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'
import type { CertifiedKey } from '@sluice/testkit/certificates'

/** Who stands in front of a database and makes TLS itself, with session tickets, as a proxy may. */
export type Encrypting = {
  /** Answers SSLRequest, and says something once there is TLS: the ticket comes in front of it. */
  readonly answer: (socket: Socket) => void
  /** Whether each session was resumed. */
  readonly resumed: readonly boolean[]
}

/** Shows this certificate. */
export function encrypting({ cert, key }: CertifiedKey): Encrypting {
  const resumed: boolean[] = []
  const secureContext = createSecureContext({ cert, key })
  const answer = (socket: Socket): void => {
    socket.once('data', () => {
      socket.write('S')
      const tls = new TLSSocket(socket, { isServer: true, secureContext })
      tls.on('error', () => undefined)
      tls.on('secure', () => {
        resumed.push(tls.isSessionReused())
        tls.write('x')
      })
    })
  }
  return { answer, resumed }
}

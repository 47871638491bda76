import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** Both ends of one TCP connection over 127.0.0.1. */
type SocketPair = {
  readonly near: Socket
  readonly far: Socket
  /** Destroys both ends. */
  readonly close: () => void
}

/** A connected pair of real TCP sockets: with backpressure, half-close and resets, as no mock has them. */
export async function socketPair(): Promise<SocketPair> {
  const listener = await listen()
  const near = connect(portOf(listener), '127.0.0.1')
  const [[far]] = (await Promise.all([once(listener, 'connection'), once(near, 'connect')])) as [
    [Socket],
    unknown,
  ]
  listener.close()
  return {
    near,
    far,
    close: () => {
      near.destroy()
      far.destroy()
    },
  }
}

/** What a scripted peer does next: send bytes, wait for so many bytes to have come in, end politely, or reset. */
export type PeerStep =
  | { readonly send: Uint8Array }
  | { readonly await: number }
  | { readonly finish: 'end' | 'reset' }

/** A server that plays the same script to everybody who connects. */
export type ScriptedServer = {
  readonly host: string
  readonly port: number
  /** Everything received, a buffer per connection in the order they came. */
  readonly received: () => readonly Buffer[]
  /** Closes the listener and every connection. */
  readonly close: () => Promise<void>
}

/** Starts a peer that need not keep to any protocol. After the last step the connection stays open, silent. */
export async function scriptedServer(script: readonly PeerStep[]): Promise<ScriptedServer> {
  const received: Buffer[] = []
  const sockets = new Set<Socket>()
  const listener = await listen()
  listener.on('connection', (socket) => {
    const index = received.push(Buffer.alloc(0)) - 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    void play(socket, script, (chunk) => {
      const joined = Buffer.concat([received[index] ?? Buffer.alloc(0), chunk])
      received[index] = joined
      return joined.length
    })
  })
  return {
    host: '127.0.0.1',
    port: portOf(listener),
    received: () => received,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      listener.close()
      await once(listener, 'close')
    },
  }
}

async function play(
  socket: Socket,
  script: readonly PeerStep[],
  keep: (chunk: Buffer) => number,
): Promise<void> {
  const inbox = { total: 0, expected: 0 }
  socket.on('data', (chunk: Buffer) => {
    inbox.total = keep(chunk)
    socket.emit('progress')
  })
  for (const step of script) {
    if ('send' in step) socket.write(step.send)
    else if ('await' in step) {
      inbox.expected += step.await
      while (inbox.total < inbox.expected && !socket.destroyed)
        await Promise.race([once(socket, 'progress'), once(socket, 'close')])
    } else if (step.finish === 'end') socket.end()
    else if (step.finish === 'reset') socket.resetAndDestroy()
  }
}

async function listen(): Promise<Server> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function portOf(server: Server): number {
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('the listener has no TCP address')
  return address.port
}

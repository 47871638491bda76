import { readdir, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { StartupFramer } from '../framing/startup-framer.ts'
import { type CancelRequest, decodeCancelRequest, encodeCancelRequest } from '../messages/cancel-request.ts'
import type { CancelDesk } from './cancel-desk.ts'
import { INSTANCE_BYTES, LONG_KEY_BYTES } from './cancel-keys.ts'

/** Gateways of one host that are asked for a short key, which does not say whose it is. */
const MAX_NEIGHBOURS = 64
/** Longest wait for one of them. */
const NEIGHBOUR_TIMEOUT_MS = 2_000

const SUFFIX = '.cancel.sock'
const MINE = 0x59

/**
 * Gateways that share an address find each other by sockets in one folder, named after their instance: a cancel
 * request comes in at any of them. A long key names its gateway; for a short one all are asked. Who can open the
 * sockets (mode 0600) still needs the key. Resolves with what takes the socket away again.
 */
export async function meetNeighbours(desk: CancelDesk, directory: string): Promise<() => Promise<void>> {
  const own = join(directory, nameOf(desk.keys.instance))
  const server = createServer((socket) => answer(desk, socket))
  await listen(server, own)
  desk.askNeighbours = (request) => askAll(request, directory, desk.keys.instance)
  return async () => {
    desk.askNeighbours = undefined
    server.close()
    await rm(own, { force: true })
  }
}

function nameOf(instance: Buffer): string {
  return instance.toString('hex') + SUFFIX
}

/** The socket is made under a mask that closes it to others: there is no moment in which it is open. */
function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    const mask = process.umask(0o177)
    try {
      server.listen(path, () => resolve())
    } finally {
      process.umask(mask)
    }
  })
}

/** One request; one byte back where the key is of this process, and the end once its session was told. */
function answer(desk: CancelDesk, socket: Socket): void {
  const framer = new StartupFramer()
  socket.setTimeout(NEIGHBOUR_TIMEOUT_MS, () => socket.destroy())
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => {
    try {
      framer.push(chunk)
      const packet = framer.next()
      if (packet === undefined) return
      if (packet.kind !== 'CancelRequest') throw new Error('no cancel request')
      const cancel = desk.keys.find(decodeCancelRequest(packet.payload))
      // Said before the database is told, which may take longer than is waited for: the key was right all the same.
      if (cancel !== undefined) socket.write(Buffer.of(MINE))
      void Promise.resolve(cancel?.()).then(() => socket.end())
    } catch {
      socket.destroy()
    }
  })
}

async function askAll(request: CancelRequest, directory: string, own: Buffer): Promise<boolean> {
  const found = await candidates(request, directory, own)
  const answers = await Promise.all(found.map((name) => ask(request, join(directory, name))))
  return answers.includes(true)
}

async function candidates({ secretKey }: CancelRequest, directory: string, own: Buffer): Promise<string[]> {
  if (secretKey.length === LONG_KEY_BYTES) {
    const instance = secretKey.subarray(0, INSTANCE_BYTES)
    return instance.equals(own) ? [] : [nameOf(instance)]
  }
  const names = await readdir(directory).catch(() => [])
  return names.filter((name) => name.endsWith(SUFFIX) && name !== nameOf(own)).slice(0, MAX_NEIGHBOURS)
}

function ask(request: CancelRequest, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    let mine = false
    socket.setTimeout(NEIGHBOUR_TIMEOUT_MS, () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      mine = chunk[0] === MINE
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // Nobody listens there any more: its gateway ended without taking the socket along.
      if (error.code === 'ECONNREFUSED') void rm(path, { force: true })
    })
    socket.on('close', () => resolve(mine))
    socket.on('connect', () => socket.write(encodeCancelRequest(request)))
  })
}

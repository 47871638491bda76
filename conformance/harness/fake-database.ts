import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { Framer } from '@sluice/adapter-postgres/framing/framer'
import { StartupFramer } from '@sluice/adapter-postgres/framing/startup-framer'
import { encodeAuthentication } from '@sluice/adapter-postgres/messages/authentication'
import { encodeBackendKeyData } from '@sluice/adapter-postgres/messages/backend-key-data'
import { frontend } from '@sluice/adapter-postgres/messages/codes'
import { encodeCommandComplete } from '@sluice/adapter-postgres/messages/command-complete'
import { encodeDataRow } from '@sluice/adapter-postgres/messages/data-row'
import { encodeReadyForQuery } from '@sluice/adapter-postgres/messages/ready-for-query'
import { encodeRowDescription } from '@sluice/adapter-postgres/messages/row-description'
import { frontendName } from '@sluice/adapter-postgres/states/message-name'
import type { RunningPostgres } from '@sluice/testkit/postgres-server'
import { lookUps } from '../../adapters/postgres/test/session/look-ups.ts'

/** A message of the gateway to the database. */
type Asked = { readonly name: string; readonly payload: Buffer }

/** What a fake database does on a session. The gateway's own questions are answered for it. */
export type Part = {
  /** Instead of an ordinary login. `socket`: to say anything on, at any time. */
  readonly login?: (socket: Socket) => void
  /** Said to a message; undefined: silence. */
  readonly answer?: (asked: Asked, socket: Socket) => Buffer | undefined
}

/** A database that lets the gateway read a real one's catalog, and plays a part on every session. */
export type FakeDatabase = {
  readonly host: string
  readonly port: number
  readonly superuser: string
  readonly password: string
  play: Part
  /** False: the catalog cannot be read either. */
  catalog: boolean
  /** Sessions under way. */
  readonly sessions: () => number
  readonly close: () => Promise<void>
}

export async function fakeDatabase(real: RunningPostgres): Promise<FakeDatabase> {
  const sockets = new Set<Socket>()
  let sessions = 0
  const listener = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    const framer = new StartupFramer()
    socket.once('data', (first: Buffer) => {
      framer.push(first)
      const packet = framer.next()
      if (packet?.kind !== 'StartupMessage') return socket.destroy()
      if (packet.payload.includes('sluice catalog'))
        return fake.catalog ? relay(socket, first, real, sockets) : socket.destroy()
      sessions += 1
      socket.on('close', () => {
        sessions -= 1
      })
      return perform(socket, fake.play)
    })
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as { port: number }
  const fake: FakeDatabase = {
    host: '127.0.0.1',
    port,
    superuser: real.superuser,
    password: real.password,
    play: {},
    catalog: true,
    sessions: () => sessions,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      listener.close()
      await once(listener, 'close')
    },
  }
  return fake
}

function relay(socket: Socket, first: Buffer, real: RunningPostgres, sockets: Set<Socket>): void {
  const onward = connect(real.port, real.host)
  sockets.add(onward)
  onward.on('error', () => socket.destroy())
  onward.write(first)
  socket.pipe(onward).pipe(socket)
  socket.on('close', () => onward.destroy())
}

/** An ordinary login, up to ReadyForQuery. */
export const welcome: Buffer = Buffer.concat([
  encodeAuthentication({ kind: 'ok' }),
  encodeBackendKeyData({ processId: 7, secretKey: Buffer.alloc(4) }),
  encodeReadyForQuery({ status: 'I' }),
])

function perform(socket: Socket, part: Part): void {
  const lookedUp = lookUps()
  const framer = new Framer({ fault: 'client', types: Object.values(frontend), maxFrameBytes: 1 << 26 })
  socket.on('data', (chunk: Buffer) => {
    framer.push(chunk)
    for (let piece = framer.next(); piece !== undefined; piece = framer.next()) {
      if (piece.kind !== 'frame') continue
      const asked = { name: frontendName(piece.type) ?? 'p', payload: Buffer.from(piece.payload) }
      const said = lookedUp(asked) ?? part.answer?.(asked, socket)
      if (said !== undefined) socket.write(said)
    }
  })
  if (part.login === undefined) socket.write(welcome)
  else part.login(socket)
}

/** A text column as a server describes it. */
export const column = (name: string, tableId = 0, columnNumber = 0) => ({
  name,
  tableId,
  columnNumber,
  typeId: 25,
  typeSize: -1,
  typeModifier: -1,
  format: 0 as const,
})

export const rowOf = (...values: (string | null)[]): Buffer =>
  encodeDataRow({ values: values.map((value) => (value === null ? null : Buffer.from(value))) })

/** CommandComplete and ReadyForQuery. */
export const completed = (tag: string): Buffer =>
  Buffer.concat([encodeCommandComplete({ tag }), encodeReadyForQuery({ status: 'I' })])

/** A whole answer to a simple query. */
export const answerOf = (
  fields: readonly ReturnType<typeof column>[],
  ...rows: readonly (string | null)[][]
): Buffer =>
  Buffer.concat([
    encodeRowDescription({ fields }),
    ...rows.map((values) => rowOf(...values)),
    completed(`SELECT ${rows.length}`),
  ])

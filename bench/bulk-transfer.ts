// Clients that cost next to nothing: what comes is thrown away, what goes out was made before.
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { backend, frontend } from '../adapters/postgres/src/messages/codes.ts'
import { decodeErrorResponse } from '../adapters/postgres/src/messages/error-response.ts'
import { encodeQuery } from '../adapters/postgres/src/messages/query.ts'
import { upstreamSource } from '../adapters/postgres/src/upstream/source.ts'
import type { Target } from './run-pgbench.ts'

/** What a transfer took. */
type Transfer = { readonly bytes: number; readonly seconds: number }

/** ReadyForQuery outside a transaction. Texts hold no zero byte: where a stream ends so, it is one. */
const READY = Buffer.from('Z\0\0\0\x05I', 'latin1')
const COPY_DONE = Buffer.from([frontend.CopyDone, 0, 0, 0, 4])

/** Reads the whole answer to a query. Rejects with the database's, or the gateway's, error. */
export async function readAll(target: Target, query: string): Promise<Transfer> {
  const stream = await loggedIn(target)
  try {
    const begun = performance.now()
    stream.write(encodeQuery({ sql: query }))
    return { bytes: await untilReady(stream), seconds: (performance.now() - begun) / 1000 }
  } finally {
    stream.destroy()
  }
}

/** Sends `chunk`, whole CopyData messages, `times` over to a COPY FROM STDIN. */
export async function copyIn(target: Target, query: string, chunk: Buffer, times: number): Promise<Transfer> {
  const stream = await loggedIn(target)
  try {
    const begun = performance.now()
    stream.write(encodeQuery({ sql: query }))
    const [answer] = (await once(stream, 'data')) as [Buffer]
    if (answer[0] !== backend.CopyInResponse) throw failure(answer)
    const ready = untilReady(stream)
    for (let sent = 0; sent < times; sent += 1) {
      if (!stream.write(chunk)) await Promise.race([once(stream, 'drain'), ready])
    }
    stream.write(COPY_DONE)
    await ready
    return { bytes: chunk.length * times, seconds: (performance.now() - begun) / 1000 }
  } finally {
    stream.destroy()
  }
}

async function loggedIn({ port, user, password, database }: Target): Promise<Duplex> {
  const source = upstreamSource(
    {
      host: '127.0.0.1',
      port,
      tls: 'disable',
      user,
      database,
      password: () => Promise.resolve(password),
      channelBinding: 'prefer',
    },
    { authenticationTimeoutMs: 30_000, maxFrameBytes: 1 << 20 },
  )
  const { stream } = await source.connect(new Map())
  stream.resume()
  return stream
}

/** Resolves with how many bytes came until the database was ready again. */
function untilReady(stream: Duplex): Promise<number> {
  return new Promise((resolve, reject) => {
    let bytes = 0
    let tail: Buffer = Buffer.alloc(0)
    stream.on('data', (chunk: Buffer) => {
      if (chunk[0] === backend.ErrorResponse && tail.length === 0) reject(failure(chunk))
      bytes += chunk.length
      tail = chunk.length >= READY.length ? chunk.subarray(-READY.length) : Buffer.concat([tail, chunk])
      if (tail.subarray(-READY.length).equals(READY)) resolve(bytes)
    })
    stream.on('error', reject)
    stream.on('close', () => reject(new Error('the connection was closed')))
  })
}

function failure(answer: Buffer): Error {
  if (answer[0] !== backend.ErrorResponse) return new Error(`unexpected answer 0x${answer[0]?.toString(16)}`)
  const { fields } = decodeErrorResponse(answer.subarray(5, 1 + answer.readUInt32BE(1)))
  return new Error([...fields.values()].join(' '))
}

// The least that a gateway could do which records what it passes on, and still call it that: it finds where messages begin
// and end, looks the statement's name up, puts two records of 80 bytes a statement into a block, hashes and writes that once a
// turn before anything is passed on, and sends 400 bytes of span a statement. It has no identity, no states, no policy, no
// masks: what remains for these is what lies between it and the goal. Usage: node bench/least.ts LISTEN_PORT HOST PORT COLLECTOR_PORT JOURNAL
import { Buffer } from 'node:buffer'
import { hash } from 'node:crypto'
import { openSync, writeSync } from 'node:fs'
import { request } from 'node:http'
import { connect, createServer, type Socket } from 'node:net'

const [listenPort, host = '127.0.0.1', port, collectorPort, journal = ''] = process.argv.slice(2)

const HASH_BYTES = 32
const RECORD_BYTES = 80
const SPAN_BYTES = 400

const file = openSync(journal, 'w')
const block = Buffer.alloc(1 << 20)
const spans = Buffer.alloc(16 << 20)
let blockEnd = HASH_BYTES
let spansEnd = 0
let sessions = 0

/** What goes on to the database when the records of this turn are in the file. */
const held: { readonly to: Socket; readonly bytes: Buffer }[] = []

function endTurn(): void {
  const records = block.subarray(0, blockEnd)
  writeSync(file, records)
  hash('sha256', records, 'buffer').copy(block)
  blockEnd = HASH_BYTES
  for (const { to, bytes } of held.splice(0)) to.write(bytes)
}

function hold(to: Socket, bytes: Buffer): void {
  if (held.length === 0) setImmediate(endTurn)
  held.push({ to, bytes })
}

type Session = {
  readonly id: number
  readonly statements: Map<string, number>
  statement: number
  rows: number
}

function record(kind: number, { id, statement, rows }: Session): void {
  if (blockEnd + RECORD_BYTES > block.length) endTurn()
  block.writeUInt8(kind, blockEnd)
  block.writeDoubleLE(performance.now(), blockEnd + 1)
  block.writeUInt32LE(id, blockEnd + 9)
  block.writeUInt32LE(statement, blockEnd + 13)
  block.writeUInt32LE(rows, blockEnd + 17)
  blockEnd += RECORD_BYTES
}

function span({ id }: Session): void {
  if (spansEnd + SPAN_BYTES > spans.length) return
  for (let at = 0; at < SPAN_BYTES; at += 10) spans.writeUInt32LE(id, spansEnd + at)
  spansEnd += SPAN_BYTES
}

setInterval(() => {
  if (spansEnd === 0) return
  const body = Buffer.from(spans.subarray(0, spansEnd))
  spansEnd = 0
  const sent = request({ host: '127.0.0.1', port: Number(collectorPort), method: 'POST', path: '/v1/traces' })
  sent.on('response', (response) => response.resume())
  sent.end(body)
}, 1000)

/** Calls `onMessage` for each whole message, with its type and where its body begins. The first may be one without a type. */
function messages(isStartup: boolean, onMessage: (type: number, bytes: Buffer, start: number) => void) {
  let rest: Buffer | undefined
  let untyped = isStartup
  return (chunk: Buffer): void => {
    const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    while (at + 5 <= bytes.length) {
      const body = untyped ? at + 4 : at + 5
      const end = bytes.readInt32BE(body - 4) + body - 4
      if (end > bytes.length) break
      if (!untyped) onMessage(bytes[at] ?? 0, bytes, body)
      untyped = false
      at = end
    }
    rest = at < bytes.length ? bytes.subarray(at) : undefined
  }
}

const message = { Parse: 0x50, Bind: 0x42, Query: 0x51, Execute: 0x45, DataRow: 0x44, CommandComplete: 0x43 }

function serve(client: Socket): void {
  const upstream = connect({ host, port: Number(port), noDelay: true })
  const session: Session = { id: ++sessions, statements: new Map(), statement: 0, rows: 0 }
  let runs = false
  const fromClient = messages(true, (type, bytes, start) => {
    if (type === message.Parse) {
      const name = bytes.toString('latin1', start, bytes.indexOf(0, start))
      session.statements.set(name, session.statements.size + 1)
    } else if (type === message.Bind) {
      const statement = bytes.indexOf(0, start) + 1
      const name = bytes.toString('latin1', statement, bytes.indexOf(0, statement))
      session.statement = session.statements.get(name) ?? 0
    } else if (type === message.Execute || type === message.Query) {
      session.rows = 0
      runs = true
      record(1, session)
    }
  })
  const fromServer = messages(false, (type) => {
    if (type === message.DataRow) session.rows += 1
    else if (type === message.CommandComplete) {
      record(2, session)
      span(session)
    }
  })
  client.on('data', (chunk) => {
    runs = false
    fromClient(chunk)
    if (runs) hold(upstream, chunk)
    else upstream.write(chunk)
  })
  upstream.on('data', (chunk) => {
    fromServer(chunk)
    client.write(chunk)
  })
  client.on('close', () => upstream.destroy()).on('error', () => upstream.destroy())
  upstream.on('close', () => client.destroy()).on('error', () => client.destroy())
}

createServer({ noDelay: true }, serve).listen(Number(listenPort), '127.0.0.1')

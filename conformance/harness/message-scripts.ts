import { frameHeader } from '@sluice/adapter-postgres/framing/frame-piece'
import { encodeBind } from '@sluice/adapter-postgres/messages/bind'
import { encodeClose } from '@sluice/adapter-postgres/messages/close'
import { backend } from '@sluice/adapter-postgres/messages/codes'
import { encodeCopyData } from '@sluice/adapter-postgres/messages/copy-data'
import { encodeCopyDone } from '@sluice/adapter-postgres/messages/copy-done'
import { encodeCopyFail } from '@sluice/adapter-postgres/messages/copy-fail'
import { encodeDescribe } from '@sluice/adapter-postgres/messages/describe'
import { decodeErrorResponse } from '@sluice/adapter-postgres/messages/error-response'
import { encodeExecute } from '@sluice/adapter-postgres/messages/execute'
import { encodeFlush } from '@sluice/adapter-postgres/messages/flush'
import { encodeFunctionCall } from '@sluice/adapter-postgres/messages/function-call'
import { decodeNotificationResponse } from '@sluice/adapter-postgres/messages/notification-response'
import { encodeParse } from '@sluice/adapter-postgres/messages/parse'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import { decodeRowDescription } from '@sluice/adapter-postgres/messages/row-description'
import { encodeSync } from '@sluice/adapter-postgres/messages/sync'
import { backendName } from '@sluice/adapter-postgres/states/message-name'
import type { RawClient, Received } from './raw-client.ts'
import { comparable } from './side-by-side.ts'

/** What a client sends, a message or a text after the other, and what it is about. */
export type Script = { readonly name: string; readonly texts: readonly string[] }

/**
 * Reads scripts: `-- name` begins one, each line below is one simple Query. A line that begins with `+` goes on with
 * the text of the line before.
 */
export function scriptsOf(source: string): readonly Script[] {
  const scripts: { name: string; texts: string[] }[] = []
  for (const line of source.split('\n')) {
    const text = line.trim()
    if (text.startsWith('-- ')) scripts.push({ name: text.slice(3), texts: [] })
    else if (text.startsWith('+'))
      scripts.at(-1)?.texts.push(`${scripts.at(-1)?.texts.pop()}\n${text.slice(1)}`)
    else if (text !== '') scripts.at(-1)?.texts.push(text)
  }
  return scripts
}

/** Lines of a client without what must differ between two databases. */
export function comparableLines(lines: readonly string[]): readonly string[] {
  return comparable(lines.join('\n')).split('\n')
}

/** A step of a script of messages: one message, or a word that waits, as `read` for ReadyForQuery. */
type Step = { readonly word: string; readonly message?: Buffer; readonly reads?: number }

const unquoted = (name: string): string => (name === '-' ? '' : name)
const bytesOf = (text: string): Buffer | null =>
  text === 'NULL' ? null : Buffer.from(text.replaceAll('_', ' '))
const formatsOf = (codes: string | undefined): number[] => Array.from(codes ?? '', Number)

const steps: Readonly<Record<string, (rest: string) => Buffer>> = {
  query: (sql) => encodeQuery({ sql }),
  parse: (rest) => {
    const [name = '', ...sql] = rest.split(' ')
    return encodeParse({ name: unquoted(name), sql: sql.join(' '), parameterTypes: [] })
  },
  bind: (rest) => {
    const [names = '', formats = ''] = rest.split('/')
    const [portal = '', statement = '', ...values] = names.trim().split(' ')
    const [given, result] = formats.includes(':') ? formats.split(':') : ['', formats]
    return encodeBind({
      portal: unquoted(portal),
      statement: unquoted(statement),
      parameterFormats: formatsOf(given),
      values: values.map(bytesOf),
      resultFormats: formatsOf(result),
    })
  },
  execute: (rest) => {
    const [portal = '', rows = '0'] = rest.split(' ')
    return encodeExecute({ portal: unquoted(portal), maxRows: Number(rows) })
  },
  describe: (rest) => encodeDescribe(targetOf(rest)),
  close: (rest) => encodeClose(targetOf(rest)),
  sync: () => encodeSync(),
  flush: () => encodeFlush(),
  data: (text) => encodeCopyData({ data: Buffer.from(JSON.parse(`"${text}"`) as string, 'latin1') }),
  raw: (rest) => {
    const body = Buffer.from(JSON.parse(`"${rest.slice(2)}"`) as string, 'latin1')
    return Buffer.concat([frameHeader(rest.charCodeAt(0), body.length), body])
  },
  done: () => encodeCopyDone(),
  fail: (reason) => encodeCopyFail({ message: reason }),
  call: (rest) => {
    const [oid = '', ...args] = rest.split(' ')
    return encodeFunctionCall({
      functionId: Number(oid),
      argumentFormats: [],
      args: args.map(bytesOf),
      resultFormat: 0,
    })
  },
}

function targetOf(rest: string): { readonly target: 'statement' | 'portal'; readonly name: string } {
  const [target = '', name = '-'] = rest.split(' ')
  return { target: target === 'S' ? 'statement' : 'portal', name: unquoted(name) }
}

/**
 * The messages of a script. Names: `-` is the unnamed one. Bind: `bind PORTAL STATEMENT VALUE… /GIVEN:RESULT`, the
 * formats as digits, `_` a space in a value. `raw TYPE BODY`: any message, the body as in JSON. `read 2`: waits for two ReadyForQuery; `hear 3`: for three messages;
 * `pause`: for what there is to hear, of `playPaused` alone.
 */
export function stepsOf({ texts }: Script): readonly Step[] {
  return texts.map((text): Step => {
    const [word = '', ...rest] = text.split(' ')
    if (word === 'read' || word === 'hear' || word === 'pause') return { word, reads: Number(rest[0] ?? '1') }
    const encode = steps[word]
    if (encode === undefined) throw new Error(`\`${word}\` is no message`)
    return { word, message: encode(rest.join(' ')) }
  })
}

/** Plays a script: what stands between two `read` goes out in one piece, or each message by itself. */
export async function play(client: RawClient, script: Script, pieces: 'one' | 'each'): Promise<string[]> {
  const lines: string[] = []
  let waiting: Buffer[] = []
  for (const { word, message, reads = 0 } of stepsOf(script)) {
    if (message !== undefined) waiting.push(message)
    if (message === undefined || pieces === 'each') {
      if (waiting.length > 0) client.send(...waiting)
      waiting = []
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (word === 'read') lines.push(...(await client.ready(reads)))
    for (let left = word === 'hear' ? reads : 0; left > 0; left -= 1) {
      const heard = await client.next()
      lines.push(heard === undefined ? 'closed' : client.lineOf(heard))
    }
  }
  return lines
}

/** Where in the server's source an error was raised: it differs between builds. */
const SOURCE_FIELDS: ReadonlySet<string> = new Set(['F', 'L', 'R'])

/** A message with all that it says, but for what differs between two connections. */
export function fullLine({ type, payload }: Received): string {
  return `${backendName(type) ?? '?'} ${JSON.stringify(said(type, payload))}`
}

function said(type: number, payload: Buffer): unknown {
  switch (type) {
    case backend.ErrorResponse:
    case backend.NoticeResponse:
      return [...decodeErrorResponse(payload).fields].filter(([field]) => !SOURCE_FIELDS.has(field))
    case backend.RowDescription:
      return decodeRowDescription(payload).fields.map(({ tableId, ...field }) => ({
        ...field,
        ofTable: tableId > 0,
      }))
    case backend.NotificationResponse: {
      const { channel, payload: text } = decodeNotificationResponse(payload)
      return { channel, text }
    }
    default:
      return payload.toString('latin1')
  }
}

import { parentPort } from 'node:worker_threads'
import { loadModule, parseSync, SqlError } from 'libpg-query'
import { lower } from '../lower/lower.ts'
import { Unreadable } from '../unreadable.ts'
import type { ParseReply, ParseRequest } from './protocol.ts'

/** The parser's message without the text that it quotes: that may be a literal. */
const messageOf = (error: SqlError): string => error.message.replace(/( at or near)? *".*$/s, '')

const failure = (id: number, error: unknown): ParseReply => {
  if (error instanceof Unreadable) return { kind: 'unreadable', id, reason: error.message, spoiled: false }
  if (error instanceof SqlError)
    return {
      kind: 'unreadable',
      id,
      reason: `not accepted by the parser: ${messageOf(error)}`,
      spoiled: false,
    }
  // A trap inside the parser or a stack that ran out: its memory can no longer be trusted.
  return { kind: 'unreadable', id, reason: 'the parser failed on it', spoiled: true }
}

const answer = (request: ParseRequest): ParseReply => {
  try {
    const parsed = parseSync(request.text)
    return { kind: 'tree', id: request.id, statement: lower(parsed, request, request.treeDepth) }
  } catch (error) {
    return failure(request.id, error)
  }
}

const port = parentPort
if (port === null) throw new Error('`parser-worker` runs only as a worker thread')
const post = (reply: ParseReply) => port.postMessage(reply)

await loadModule()
port.on('message', (request: ParseRequest) => {
  const reply = answer(request)
  try {
    post(reply)
  } catch (error) {
    // A tree too deep to be cloned.
    post(failure(request.id, error))
  }
})
post({ kind: 'ready' })

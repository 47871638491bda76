/* oxlint-disable typescript/no-unnecessary-type-parameters -- `Source` ties the requests to what `read` takes */
import { parentPort } from 'node:worker_threads'
import type { Statement } from '@sluice/core/statement/command'
import type { ParseReply, ParseRequest } from './protocol.ts'
import { Unreadable } from './unreadable.ts'

const failure = (id: number, error: unknown): ParseReply =>
  error instanceof Unreadable
    ? { kind: 'unreadable', id, reason: error.message, spoiled: false }
    : // A trap inside the parser or a stack that ran out: its memory can no longer be trusted.
      { kind: 'unreadable', id, reason: 'the parser failed on it', spoiled: true }

/**
 * Answers requests of a `Parser` in its worker thread; call it once the parser is loaded. `read` parses and lowers
 * one statement, of the kind of source that the `Parser` was made for, and throws Unreadable where it is not understood; any other error ends the thread.
 */
export const serveParser = <Source>(read: (source: Source, treeDepth: number) => Statement): void => {
  const port = parentPort
  if (port === null) throw new Error('`serveParser` runs only in a worker thread')
  const post = (reply: ParseReply) => port.postMessage(reply)
  const answer = ({ id, source, treeDepth }: ParseRequest<Source>): ParseReply => {
    try {
      return { kind: 'tree', id, statement: read(source, treeDepth) }
    } catch (error) {
      return failure(id, error)
    }
  }
  port.on('message', (request: ParseRequest<Source>) => {
    const reply = answer(request)
    try {
      post(reply)
    } catch (error) {
      // A tree too deep to be cloned.
      post(failure(request.id, error))
    }
  })
  post({ kind: 'ready' })
}

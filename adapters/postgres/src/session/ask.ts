import { randomUUID } from 'node:crypto'
import { encodeBind } from '../messages/bind.ts'
import { encodeClose } from '../messages/close.ts'
import { encodeExecute } from '../messages/execute.ts'
import { encodeFlush } from '../messages/flush.ts'
import { encodeParse } from '../messages/parse.ts'
import { encodeQuery } from '../messages/query.ts'
import { encodeSync } from '../messages/sync.ts'
import type { Session } from './session.ts'

/**
 * The gateway's own statement and portal on the server: a name that nobody can guess. Where a question failed the statement
 * may stand in `pg_prepared_statements` until the next one closes it.
 */
const ASK = `sluice_ask_${randomUUID()}`

/**
 * Resolves when the database owes nothing. In an unfinished pipeline it holds its answers back until it is told to
 * flush them, which the client may mean to do only behind the message that waits here.
 */
export function allAnswered(session: Session): Promise<void> {
  if (session.expectations.size > 0 && session.sinceSync > 0) session.toUpstream.add(encodeFlush())
  session.toUpstream.flush()
  return session.expectations.empty()
}

/** In a failed transaction nothing but its end is executed, and behind an error nothing up to Sync. */
export function canAsk({ skipping, transaction }: Session): boolean {
  return !skipping && transaction !== 'E'
}

/** What the database answers; undefined: it refused the question. */
export type Answer = readonly (readonly (string | null)[])[] | undefined

/**
 * Puts a question of the gateway's own to the database, on the session's connection, between the client's messages.
 * Resolves with what `hear` makes of the answer, or rejects with what it throws: it is told in the order in which the database
 * speaks, so that what comes behind the answer counts more. Nothing of it reaches the client.
 */
export function askServer<T>(session: Session, sql: string, hear: (answer: Answer) => T): Promise<T> {
  const { replication, sinceSync, pipelineOpen, pipelineBegun } = session
  // For replication a database takes nothing but Query; in a pipeline that a Query left open a Sync would end that.
  const simple = replication !== 'off' || (pipelineOpen && sinceSync === 0)
  // Behind Parse and Close no transaction is open. Without a Sync there would be one behind the question, in which VACUUM and
  // a CALL that commits cannot run, and which a Query behind it would leave open.
  const alone = simple || sinceSync === 0 || !(pipelineBegun || pipelineOpen)
  const left = session.questionFailed && !simple
  if (left) session.questionFailed = false
  return new Promise((resolve, reject) => {
    const answered = (answer: Answer): void => {
      try {
        resolve(hear(answer))
      } catch (error) {
        reject(error)
      }
    }
    const state = simple ? 'ask-simple' : left ? 'ask-close-left' : 'ask'
    session.expectations.push({ kind: 'ask', simple, rows: [], answered, closes: left ? 3 : 2, state })
    if (alone) session.expectations.push({ kind: 'sync', own: true, state: 'sync' })
    if (left) session.toUpstream.add(encodeClose({ target: 'statement', name: ASK }))
    session.toUpstream.add(simple ? encodeQuery({ sql }) : question(sql))
    // A Sync inside an unfinished pipeline would end the implicit transaction.
    if (!simple) session.toUpstream.add(alone ? encodeSync() : encodeFlush())
    session.toUpstream.flush()
  })
}

/** Named, and no Query: the statement and the portal that are called "" stay the client's. */
function question(sql: string): Buffer {
  return Buffer.concat([
    encodeParse({ name: ASK, sql, parameterTypes: [] }),
    encodeBind({ portal: ASK, statement: ASK, parameterFormats: [], values: [], resultFormats: [] }),
    encodeExecute({ portal: ASK, maxRows: 0 }),
    encodeClose({ target: 'portal', name: ASK }),
    encodeClose({ target: 'statement', name: ASK }),
  ])
}

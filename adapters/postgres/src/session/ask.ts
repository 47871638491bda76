import { encodeBind } from '../messages/bind.ts'
import { encodeClose } from '../messages/close.ts'
import { encodeExecute } from '../messages/execute.ts'
import { encodeFlush } from '../messages/flush.ts'
import { encodeParse } from '../messages/parse.ts'
import { encodeQuery } from '../messages/query.ts'
import type { Session } from './session.ts'

/** Names of the gateway's own on the server: not ones a client would choose. */
const ASK = 'sluice_ask'

/**
 * Resolves when the database owes nothing. In an unfinished pipeline it holds its answers back until it is told to
 * flush them, which the client may mean to do only behind the message that waits here.
 */
export function allAnswered(session: Session): Promise<void> {
  if (session.expectations.size > 0 && session.sinceSync > 0) session.toUpstream.add(encodeFlush())
  session.toUpstream.flush()
  return session.expectations.empty()
}

/**
 * Puts a question of the gateway's own to the database, on the session's connection, between the client's messages.
 * Resolves with the rows, or undefined when the database refused it. Nothing of it reaches the client.
 */
export function askServer(session: Session, sql: string): Promise<(string | null)[][] | undefined> {
  const protocol = session.sinceSync === 0 ? 'simple' : 'extended'
  return new Promise((answered) => {
    session.expectations.push({
      kind: 'ask',
      protocol,
      rows: [],
      answered,
      closes: 0,
      failed: false,
      state: protocol === 'simple' ? 'ask-simple' : 'ask-extended',
    })
    session.toUpstream.add(protocol === 'simple' ? encodeQuery({ sql }) : extended(sql))
    session.toUpstream.flush()
  })
}

/** Inside an unfinished pipeline a Query would end the implicit transaction; named, so that "" stays the client's. */
function extended(sql: string): Buffer {
  return Buffer.concat([
    encodeParse({ name: ASK, sql, parameterTypes: [] }),
    encodeBind({ portal: ASK, statement: ASK, parameterFormats: [], values: [], resultFormats: [] }),
    encodeExecute({ portal: ASK, maxRows: 0 }),
    encodeClose({ target: 'portal', name: ASK }),
    encodeClose({ target: 'statement', name: ASK }),
    encodeFlush(),
  ])
}

import type { Analysis } from '@sluice/core/analysis/context'
import { CONSTANT_BYTES, withLongValues } from '@sluice/core/analysis/with-long-values'
import type { Unread } from '@sluice/gateway/pipeline/unread'
import { mysqlTraits } from '../analysis-traits/traits.ts'
import type { Frame } from '../framing/frame-piece.ts'
import { errno } from '../replies/errno.ts'
import type { Refusal } from '../replies/refusal.ts'
import { CANCELED, canceled, orCanceled } from './canceled.ts'
import { mustAsk, readAgain, refreshContext } from './context.ts'
import type { Prepared } from './prepared.ts'
import { otherGrammar } from './read-one.ts'
import { refuseUnread } from './refuse-unread.ts'
import { sameFlags } from './sql-mode.ts'
import { readsAlike } from './text.ts'
import type { WireSession } from './wire-session.ts'

/** What a prepared statement means at this execution; undefined where the client was told that it does not run. */
export async function meaningNow(
  session: WireSession,
  prepared: Prepared,
  frame: Frame,
): Promise<Analysis | undefined> {
  if (mustAsk(session) && !prepared.needsNoAnswer) await refreshContext(session)
  // `modes` are those before a `sql_mode` that is not read.
  if (session.text.unsure.has('sql_mode') && !prepared.needsNoAnswer)
    return refused(session, prepared, frame, otherGrammar)
  if (!sameFlags(prepared.modes, session.text.modes))
    return refused(session, prepared, frame, other('sql_mode'))
  const { characterSet } = prepared
  if (characterSet !== undefined && !readsAlike(characterSet, session.text.characterSet))
    return refused(session, prepared, frame, other('character_set_client'))
  const read = readAgain(session, prepared)
  const analysis = read instanceof Promise ? await orCanceled(session, read) : read
  if (analysis === CANCELED) return refused(session, prepared, frame, canceled)
  const long = prepared.textBytes > CONSTANT_BYTES || frame.payload.length > CONSTANT_BYTES
  return long || prepared.long.any ? withLongValues(analysis, mysqlTraits) : analysis
}

function refused(session: WireSession, prepared: Prepared, frame: Frame, refusal: Refusal): undefined {
  refuseUnread(session, execution(prepared, frame), refusal)
  return undefined
}

/** An execution that is refused before its values are read. */
export const execution = ({ read, traceparent }: Prepared, { payload }: Frame): Unread => ({
  what: 'an execution',
  bytes: payload.length,
  prepared: read,
  traceparent,
})

/** A server may read the text anew when a table has changed, and then by the settings of today. */
const other = (setting: string): Refusal => ({
  code: errno.needsReprepare,
  message: `the statement was prepared under another \`${setting}\``,
  hint: 'prepare it again',
})

/** What a client is told of a statement that this session does not have. */
export const unknownStatement: Refusal = {
  code: errno.unknownStatementHandler,
  message: 'unknown prepared statement handler',
  hint: 'prepare the statement first, on this connection',
}

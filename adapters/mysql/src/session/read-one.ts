import { CONSTANT_BYTES, withLongValues } from '@sluice/core/analysis/with-long-values'
import type { Understood } from '@sluice/gateway/pipeline/understand'
import { mysqlTraits } from '../analysis-traits/traits.ts'
import { errno } from '../replies/errno.ts'
import type { Refusal } from '../replies/refusal.ts'
import { CANCELED, canceled, orCanceled } from './canceled.ts'
import { hidden, mustAsk, needsNoAnswer, readText, refreshContext } from './context.ts'
import { isAscii, readableText } from './text.ts'
import type { WireSession } from './wire-session.ts'

/** A text of one statement as it was understood, or of none: `nothing` says whether it had a comment at least. */
type ReadOne =
  | { readonly kind: 'statement'; readonly text: string; readonly understood: Understood }
  | { readonly kind: 'nothing'; readonly comment: boolean }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** Makes sure that it is known how the database reads its next text. Rejects where it does not say. */
export async function settleContext(session: WireSession, latin1: string): Promise<void> {
  if (mustAsk(session) && !needsNoAnswer(latin1)) await refreshContext(session)
}

/** Reads the text of one statement, given as latin1, in the session's context. Rejects when no catalog can be had. */
export async function readOne(session: WireSession, latin1: string): Promise<ReadOne> {
  if (mustAsk(session)) await settleContext(session, latin1)
  const text = readableText(latin1, session.text.characterSet)
  if (typeof text !== 'string') return { kind: 'refused', refusal: text }
  if (session.text.unsure.has('sql_mode') && !needsNoAnswer(latin1))
    return { kind: 'refused', refusal: otherGrammar }
  const reading = readText(session, text)
  const read = reading instanceof Promise ? await orCanceled(session, reading) : reading
  if (read === CANCELED) return { kind: 'refused', refusal: canceled }
  const [first, second] = read.filter(({ analysis }) => analysis.facts.verb !== 'empty')
  if (first === undefined) return { kind: 'nothing', comment: /\S/.test(text.replaceAll(';', '')) }
  if (second !== undefined) return { kind: 'refused', refusal: severalStatements }
  const here = hidden(session, first.analysis)
  const analysis = latin1.length > CONSTANT_BYTES ? withLongValues(here, mysqlTraits) : here
  const understood = { read: first.read, analysis }
  if (!isAscii(latin1) && first.analysis.changes.some(({ kind }) => kind === 'prepare'))
    session.text = { ...session.text, namesBeyondAscii: true }
  return { kind: 'statement', text, understood }
}

const severalStatements: Refusal = {
  code: errno.parseError,
  message: 'the text holds several statements, which this connection did not ask to send together',
  hint: 'send them one by one, or turn on multi-statements in the driver',
}

/** What a client is told of whatever is to be read while `sql_mode` cannot be. */
export const otherGrammar: Refusal = {
  code: errno.notSupportedYet,
  message: '`sql_mode` has a mode under which SQL has another grammar, which is not read',
  hint: 'connect again without `ORACLE`, `HIGH_NOT_PRECEDENCE`, `MYSQL323` and `MYSQL40` in `sql_mode`',
}

import type { Analysis } from '@sluice/core/analysis/context'
import type { Statement } from '@sluice/core/statement/command'
import type { Outcome } from './session.ts'
import type { WireSession } from './wire-session.ts'

/** What a text does with a distributed transaction. `xid` as it is written, spaces aside. */
type Distributed = { readonly does: 'begins' | 'ends'; readonly xid: string }

/** Transactions of its own that one session is known to have; others are not taken for its own. */
const MAX_DISTRIBUTED = 1000

const PART = "(?:x?'[\\x20-\\x26\\x28-\\x5b\\x5d-\\x7e]{0,130}'|0x[0-9a-f]{1,130})"
/** Ids that are the same under every setting ("XA Transaction SQL Statements"). */
const WRITTEN = new RegExp(
  `^xa\\s+(start|begin|commit|rollback)\\s+(${PART}(?:\\s*,\\s*${PART}(?:\\s*,\\s*(?:\\d{1,10}|0x[0-9a-f]{1,8}))?)?)(?:\\s+one\\s+phase)?\\s*;?$`,
  'i',
)

/** XA START, COMMIT and ROLLBACK of an id that is plainly written; undefined: it is another statement. */
export function asDistributed(statement: Statement, text: string): Distributed | undefined {
  if (statement.kind !== 'transaction' || statement.called?.startsWith('xa ') !== true) return undefined
  const [, word, xid] = WRITTEN.exec(text.trim()) ?? []
  if (word === undefined || xid === undefined) return undefined
  const does = /^(?:start|begin)$/i.test(word) ? 'begins' : 'ends'
  return { does, xid: xid.replace(/\s*,\s*/g, ',') }
}

/** What ends a transaction that this session began is no more than a COMMIT or ROLLBACK: the server has each id once. */
export function ofOneself(session: WireSession, one: Distributed | undefined, analysis: Analysis): Analysis {
  if (one?.does !== 'ends' || !session.text.distributed.has(one.xid)) return analysis
  const effects = analysis.facts.effects.map((effect) => (effect === 'admin' ? 'write' : effect))
  return { ...analysis, facts: { ...analysis.facts, effects } }
}

/** Keeps which are the session's own, on the database's word. */
export function noteDistributed(session: WireSession, one: Distributed | undefined, outcome: Outcome): void {
  if (one === undefined || outcome === 'failed') return
  const distributed = new Set(session.text.distributed)
  if (one.does === 'ends') distributed.delete(one.xid)
  else if (distributed.size < MAX_DISTRIBUTED) distributed.add(one.xid)
  session.text = { ...session.text, distributed }
}

import type { Statement } from '@sluice/core/statement/command'
import { Kind } from '../lexer/kind.ts'
import { statementStarts } from '../lexer/reserved.ts'
import { readBegin, readIf, readWhile } from './block.ts'
import type { Cursor } from './cursor.ts'
import { readDcl } from './dcl.ts'
import { readDdl } from './ddl.ts'
import { readCursorStatement, readDeclare } from './declare.ts'
import { executeFollows, readExecute } from './execute.ts'
import { procedural, readPrint, readRaiserror, readReturn, readThrow, readWaitFor } from './message.ts'
import { readRows } from './rows.ts'
import { readStatement } from './rules.ts'
import {
  readBulkInsert,
  readExecuteAs,
  readMaintenance,
  readRevert,
  readTransaction,
  readUse,
} from './session.ts'
import { readSet } from './set.ts'

type Rule = (c: Cursor) => Statement

/** What each first word starts; the word itself is still to be read. */
const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['select', readRows],
  ['with', readRows],
  ['insert', readRows],
  ['update', (c) => (c.is('statistics', 1) ? readMaintenance(c) : readRows(c))],
  ['delete', readRows],
  ['merge', readRows],
  ['begin', readBegin],
  ['if', readIf],
  ['while', readWhile],
  ['break', bareWord],
  ['continue', bareWord],
  ['goto', readGoto],
  ['declare', readDeclare],
  ['set', readSet],
  ['print', readPrint],
  ['return', readReturn],
  ['raiserror', readRaiserror],
  ['throw', readThrow],
  ['waitfor', readWaitFor],
  ['open', readCursorStatement],
  ['close', readCursorStatement],
  ['deallocate', readCursorStatement],
  ['fetch', readCursorStatement],
  ['commit', readTransaction],
  ['rollback', readTransaction],
  ['save', readTransaction],
  ['use', readUse],
  ['exec', runs],
  ['execute', runs],
  ['revert', readRevert],
  ['grant', readDcl],
  ['revoke', readDcl],
  ['deny', readDcl],
  ['create', readDdl],
  ['alter', readDdl],
  ['drop', readDdl],
  ['truncate', readDdl],
  ['enable', readDdl],
  ['disable', readDdl],
  ['bulk', readBulkInsert],
  ['dbcc', readMaintenance],
  ['backup', readMaintenance],
  ['restore', readMaintenance],
  ['kill', readMaintenance],
  ['checkpoint', readMaintenance],
  ['reconfigure', readMaintenance],
  ['shutdown', readMaintenance],
])

function bareWord(c: Cursor): Statement {
  return procedural(c.next().value)
}

function readGoto(c: Cursor): Statement {
  c.at++
  c.name()
  return procedural('goto')
}

function runs(c: Cursor): Statement {
  return executeFollows(c) ? readExecute(c) : readExecuteAs(c)
}

/** Whether a word that ends a block or a branch stands here. */
const closes = (c: Cursor): boolean => c.isOneOf(['end', 'else'])

/** One statement, at most one `;` behind it left unread. `first`: it is the batch's first. */
export const statementRule = (c: Cursor, first = false): Statement =>
  c.deeper(() => {
    if (c.isSign('(')) return readRows(c)
    const rule = c.peek().kind === Kind.word ? rules.get(c.peek().value) : undefined
    if (rule !== undefined && startsStatement(c)) return rule(c)
    if (c.isName() && c.isSign(':', 1)) return label(c)
    // "EXECUTE": the word may be left out of the first statement of a batch.
    if (first && c.isName()) return readExecute(c, true)
    return c.fail('a statement was expected')
  })

/** THROW, ENABLE and DISABLE are no reserved words: they may be names. */
const startsStatement = (c: Cursor): boolean => {
  const { value } = c.peek()
  if (statementStarts.has(value)) return true
  if (value === 'throw') return true
  return c.is('trigger', 1)
}

const label = (c: Cursor): Statement => {
  c.at += 2
  return procedural('label')
}

/** One statement of a batch and the tokens `[from, to)` that it consists of. */
export type Placed = { readonly statement: Statement; readonly from: number; readonly to: number }

/** All statements to the end of the tokens. A `;` is needed between none of them but before WITH. */
export const readPlaced = (c: Cursor, limit: number): Placed[] => {
  const found: Placed[] = []
  for (;;) {
    while (c.takeSign(';'));
    if (c.done) return found
    if (found.length >= limit) c.fail('the batch is over the limit `statements`')
    const from = c.at
    unambiguous(c, found.length > 0)
    const statement = readStatement(c, found.length === 0)
    found.push({ statement, from, to: c.at })
  }
}

/** WITH and THROW behind a statement without `;` are read by the server as part of that statement, or refused. */
const unambiguous = (c: Cursor, later: boolean): void => {
  if (!later || !c.isOneOf(['with', 'throw'])) return
  const before = c.tokens[c.at - 1]
  if (before?.kind !== Kind.mark || before.value !== ';') c.fail('`;` was expected')
}

const statementsInside = 10_000

/** The statements of a text that is run. */
export const statementsRule = (c: Cursor): Statement[] =>
  readPlaced(c, statementsInside).map(({ statement }) => statement)

/** The statements up to END, which is left unread. */
export const bodyRule = (c: Cursor): Statement[] => {
  const found: Statement[] = []
  for (;;) {
    while (c.takeSign(';'));
    if (closes(c)) return found
    if (found.length > 0) unambiguous(c, true)
    found.push(readStatement(c))
  }
}

import type { SetVariable, Statement, Transaction } from '@sluice/core/statement/command'
import type { Expression } from '@sluice/core/statement/expression'
import type { Cte } from '@sluice/core/statement/query'
import { Unreadable } from '@sluice/reading/unreadable'
import type { Node } from 'libpg-query'
import { type Body, expect, lookUp, make, only, type RowSource, required } from './context.ts'
import type { Rules } from './expression.ts'
import { typeName } from './type-name.ts'

const operations: Readonly<Record<string, Transaction['op']>> = {
  TRANS_STMT_BEGIN: 'begin',
  TRANS_STMT_START: 'begin',
  TRANS_STMT_COMMIT: 'commit',
  TRANS_STMT_ROLLBACK: 'rollback',
  TRANS_STMT_SAVEPOINT: 'savepoint',
  TRANS_STMT_RELEASE: 'release',
  TRANS_STMT_ROLLBACK_TO: 'rollback to',
  TRANS_STMT_PREPARE: 'prepare transaction',
  TRANS_STMT_COMMIT_PREPARED: 'commit prepared',
  TRANS_STMT_ROLLBACK_PREPARED: 'rollback prepared',
}

const transaction = (body: Body<'TransactionStmt'>): Transaction => {
  const { kind, savepoint_name, gid } = only(
    'TransactionStmt',
    body,
    'kind',
    'options',
    'savepoint_name',
    'gid',
    'chain',
  )
  return make<Transaction>({
    kind: 'transaction',
    at: undefined,
    op: lookUp(operations, kind ?? '', 'transaction command'),
    name: savepoint_name ?? gid,
    others: undefined,
  })
}

/** The words of one value given to a setting. `interval '…' hour to minute` keeps its text only. */
const settingValue = (node: Node): string => {
  if ('TypeCast' in node)
    return settingValue(required(only('TypeCast', node.TypeCast, 'arg', 'typeName').arg, 'TypeCast.arg'))
  if ('DefElem' in node) {
    const { defname, arg } = only('DefElem', node.DefElem, 'defnamespace', 'defname', 'arg', 'defaction')
    return `${defname ?? ''} ${arg === undefined ? '' : settingValue(arg)}`.trim()
  }
  const { ival, fval, sval, boolval } = only(
    'A_Const',
    expect('A_Const', node),
    'ival',
    'fval',
    'sval',
    'boolval',
    'isnull',
  )
  if (sval !== undefined) return sval.sval ?? ''
  if (ival !== undefined) return String(ival.ival ?? 0)
  if (fval !== undefined) return fval.fval ?? ''
  return String(boolval?.boolval ?? false)
}

const valueKinds: ReadonlySet<string> = new Set(['VAR_SET_VALUE', 'VAR_SET_MULTI'])
const resetKinds: ReadonlySet<string> = new Set([
  'VAR_SET_DEFAULT',
  'VAR_SET_CURRENT',
  'VAR_RESET',
  'VAR_RESET_ALL',
])

const set = (body: Body<'VariableSetStmt'>): SetVariable | Transaction => {
  const { kind, name, args, is_local } = only(
    'VariableSetStmt',
    body,
    'kind',
    'name',
    'args',
    'jumble_args',
    'is_local',
  )
  const how = required(kind, 'VariableSetStmt.kind')
  if (how === 'VAR_SET_MULTI' && (name === 'TRANSACTION' || name === 'TRANSACTION SNAPSHOT'))
    return { kind: 'transaction', op: 'set transaction' }
  if (!valueKinds.has(how) && !resetKinds.has(how))
    throw new Unreadable(`the kind of SET \`${how}\` is not known`)
  return make<SetVariable>({
    kind: 'set',
    at: undefined,
    // Settings are found whatever their case is (guc_name_compare).
    name: how === 'VAR_RESET_ALL' ? 'all' : required(name, 'VariableSetStmt.name').toLowerCase(),
    local: is_local ?? false,
    value: valueKinds.has(how) ? (args ?? []).map(settingValue) : undefined,
    toDefault: how === 'VAR_SET_DEFAULT' ? true : undefined,
    expressions: undefined,
  })
}

const discards: Readonly<Record<string, string>> = {
  DISCARD_ALL: 'all',
  DISCARD_PLANS: 'plans',
  DISCARD_SEQUENCES: 'sequences',
  DISCARD_TEMP: 'temp',
}

/**
 * EXECUTE makes a value of each type that PREPARE lists, whether the statement uses it or not (prepare.c, EvaluateParams):
 * a query that nothing can name does so in front of it.
 */
const withParameters = (statement: RowSource, types: readonly Node[] | undefined): RowSource => {
  if (types === undefined || types.length === 0) return statement
  const row = types.map((node, i): Expression => {
    const { name, array } = typeName(expect('TypeName', node))
    return { kind: 'cast', operand: { kind: 'param', index: i + 1 }, type: name, array }
  })
  const given: Cte = {
    kind: 'cte',
    name: '',
    columns: [],
    query: { kind: 'values', rows: [row], orderBy: [] },
    extraColumns: false,
  }
  const { recursive = false, ctes = [] } = statement.with ?? {}
  return { ...statement, with: { kind: 'with', recursive, ctes: [given, ...ctes] } }
}

/** DECLARE's option bits (parsenodes.h, CURSOR_OPT_HOLD). */
const CURSOR_OPT_HOLD = 0x20

/** Transactions, settings, cursors, prepared statements, notifications: what changes the session. */
export const sessionRules = {
  TransactionStmt: transaction,
  VariableSetStmt: set,
  VariableShowStmt: (body) => {
    const { name } = only('VariableShowStmt', body, 'name')
    return { kind: 'show', name: required(name, 'VariableShowStmt.name').toLowerCase() }
  },
  ConstraintsSetStmt: (body) => {
    const { deferred } = only('ConstraintsSetStmt', body, 'constraints', 'deferred')
    return {
      kind: 'set',
      name: 'constraints',
      local: true,
      value: [deferred === true ? 'deferred' : 'immediate'],
    }
  },
  DiscardStmt: (body) => ({
    kind: 'discard',
    target: lookUp(discards, only('DiscardStmt', body, 'target').target ?? '', 'target of DISCARD'),
  }),
  PrepareStmt: (body, context) => {
    const { name, argtypes, query } = only('PrepareStmt', body, 'name', 'argtypes', 'query')
    return {
      kind: 'prepare',
      name: required(name, 'PrepareStmt.name'),
      statement: withParameters(context.rowSource(required(query, 'PrepareStmt.query')), argtypes),
    }
  },
  ExecuteStmt: (body, context) => {
    const { name, params } = only('ExecuteStmt', body, 'name', 'params')
    return { kind: 'execute', name: required(name, 'ExecuteStmt.name'), args: context.expressions(params) }
  },
  DeallocateStmt: (body) => {
    const { name, isall } = only('DeallocateStmt', body, 'name', 'isall')
    return isall === true
      ? { kind: 'deallocate' }
      : { kind: 'deallocate', name: required(name, 'DeallocateStmt.name') }
  },
  DeclareCursorStmt: (body, context) => {
    const { portalname, options, query } = only('DeclareCursorStmt', body, 'portalname', 'options', 'query')
    return {
      kind: 'declare-cursor',
      name: required(portalname, 'DeclareCursorStmt.portalname'),
      hold: ((options ?? 0) & CURSOR_OPT_HOLD) !== 0,
      query: context.query(required(query, 'DeclareCursorStmt.query')),
    }
  },
  FetchStmt: (body) => {
    const { portalname, ismove } = only('FetchStmt', body, 'direction', 'howMany', 'portalname', 'ismove')
    return { kind: 'fetch', cursor: required(portalname, 'FetchStmt.portalname'), move: ismove ?? false }
  },
  ClosePortalStmt: (body) => {
    const { portalname } = only('ClosePortalStmt', body, 'portalname')
    return portalname === undefined ? { kind: 'close-cursor' } : { kind: 'close-cursor', name: portalname }
  },
  ListenStmt: (body) => ({
    kind: 'notification',
    op: 'listen',
    channel: required(only('ListenStmt', body, 'conditionname').conditionname, 'ListenStmt.conditionname'),
  }),
  UnlistenStmt: (body) => ({
    kind: 'notification',
    op: 'unlisten',
    channel: only('UnlistenStmt', body, 'conditionname').conditionname ?? '*',
  }),
  NotifyStmt: (body) => ({
    kind: 'notification',
    op: 'notify',
    channel: required(
      only('NotifyStmt', body, 'conditionname', 'payload').conditionname,
      'NotifyStmt.conditionname',
    ),
  }),
} satisfies Rules<Statement>

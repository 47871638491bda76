import { toPackets } from '@sluice/adapter-mysql/framing/packets'
import { capability, extendedCapability } from '@sluice/adapter-mysql/messages/capabilities'
import { columnType } from '@sluice/adapter-mysql/messages/column-types'
import { encodeComFieldList } from '@sluice/adapter-mysql/messages/com-field-list'
import { encodeComInitDb } from '@sluice/adapter-mysql/messages/com-init-db'
import { encodeComQuery } from '@sluice/adapter-mysql/messages/com-query'
import {
  type BulkValue,
  bulkFlag,
  encodeComStmtBulkExecute,
} from '@sluice/adapter-mysql/messages/com-stmt-bulk-execute'
import { encodeComStmtClose } from '@sluice/adapter-mysql/messages/com-stmt-close'
import { cursorFlag, encodeComStmtExecute } from '@sluice/adapter-mysql/messages/com-stmt-execute'
import { encodeComStmtFetch } from '@sluice/adapter-mysql/messages/com-stmt-fetch'
import { encodeComStmtPrepare } from '@sluice/adapter-mysql/messages/com-stmt-prepare'
import { encodeComStmtReset } from '@sluice/adapter-mysql/messages/com-stmt-reset'
import { encodeComStmtSendLongData } from '@sluice/adapter-mysql/messages/com-stmt-send-long-data'
import { command } from '@sluice/adapter-mysql/messages/commands'
import { ERR_HEADER } from '@sluice/adapter-mysql/messages/err-packet'
import type { Parameter } from '@sluice/adapter-mysql/messages/parameters'
import { type MysqlLogin, MysqlWire, packetsIn, type ReceivedPacket } from './mysql-wire.ts'

/** Commands that are sent one by one on a session of their own, by the capabilities that were agreed on. */
export type Exchange = {
  readonly name: string
  /** Capabilities of MariaDB's that it needs. */
  readonly extended?: number
  readonly commands: (flags: number) => readonly Buffer[]
}

/** A text as a value, or as an attribute of that name. */
export const text = (value: string, name = ''): Parameter => ({
  type: columnType.VAR_STRING,
  unsigned: false,
  name,
  value: Buffer.from(value),
})
/** The same of a whole number. */
export const number = (value: number, name = ''): Parameter => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(BigInt(value))
  return { type: columnType.LONGLONG, unsigned: false, name, value: bytes }
}
/** The same of NULL. */
export const nothing = (name = ''): Parameter => ({
  type: columnType.NULL,
  unsigned: false,
  name,
  value: null,
})

/** COM_QUERY, with attributes where they were agreed on. */
export const query = (flags: number, sql: string, attributes: readonly Parameter[] = []): Buffer =>
  encodeComQuery({ sql, attributes }, flags)

/** A command that is a few bytes. */
export const bare = (code: number, ...more: readonly number[]): Buffer => Buffer.of(code, ...more)

type Executed = {
  readonly id?: number
  readonly parameters?: readonly Parameter[]
  readonly cursor?: number
  readonly newTypes?: boolean
  /** Those of `parameters` that came ahead. */
  readonly sent?: readonly number[]
  readonly placeholders?: number
}

/** COM_STMT_EXECUTE. `id`: which of the statements that the session prepared, from 1. */
export const execute = (flags: number, given: Executed = {}): Buffer => {
  const { id = 1, parameters = [], cursor = 0, newTypes = true, sent = [] } = given
  const counted = (flags & capability.QUERY_ATTRIBUTES) === 0 ? 0 : cursorFlag.PARAMETER_COUNT_AVAILABLE
  return encodeComStmtExecute(
    { statementId: id, flags: cursor | counted, iterations: 1, newTypes, parameters },
    {
      flags,
      placeholders: given.placeholders ?? parameters.length,
      types: undefined,
      sent: (index) => sent.includes(index),
    },
  )
}

/** COM_STMT_PREPARE. */
export const prepare = (sql: string): Buffer => encodeComStmtPrepare({ sql })
/** COM_STMT_FETCH of the statement that the session prepared as the first, the second … */
export const fetch = (rows: number, id = 1): Buffer => encodeComStmtFetch({ statementId: id, rows })
/** The same of COM_STMT_RESET. */
export const reset = (id = 1): Buffer => encodeComStmtReset({ statementId: id })
/** The same of COM_STMT_SEND_LONG_DATA. */
export const long = (parameter: number, data: string, id = 1): Buffer =>
  encodeComStmtSendLongData({ statementId: id, parameter, data: Buffer.from(data) })

const UNKNOWN = 99

/** COM_STMT_BULK_EXECUTE of a whole number and a text in each row; `told`: their types come along. */
const bulk = (id: number, rows: readonly (readonly (Parameter | BulkValue)[])[], told = true): Buffer =>
  encodeComStmtBulkExecute({
    statementId: id,
    flags: told ? bulkFlag.SEND_TYPES : 0,
    types: [number(0), text('')],
    rows: rows.map((row) =>
      row.map((one) => ('kind' in one ? one : { kind: 'value', value: one.value ?? Buffer.alloc(0) })),
    ),
  })

/** What a server is asked directly and through a gateway that allows everything: the answers are the same, to the byte. */
export const exchanges: readonly Exchange[] = [
  {
    name: 'COM_QUERY',
    commands: (flags) =>
      [
        "SELECT 1, 'x', NULL",
        'SELECT * FROM every_type',
        'SELECT id FROM customers WHERE false',
        'DO 1',
        'SELECT 1; SELECT 2',
        'CALL two(5, @b)',
        'SELECT @b',
        'SELECT 1 / 0',
        'SELECT nothing',
        'SELEC',
        '',
        ' ',
      ].map((sql) => query(flags, sql)),
  },
  {
    name: 'COM_SET_OPTION',
    commands: (flags) => [
      bare(command.COM_SET_OPTION, 0, 0),
      query(flags, 'SELECT 1; SET @a = 1; SELECT @a; SELECT nothing; SELECT 2'),
      query(flags, 'SELECT 1; ;'),
      // What the procedure set is not known, and how many rows it changed is not lost by asking.
      query(flags, 'CALL two(5, @b); SELECT row_count(); SELECT @b'),
      bare(command.COM_SET_OPTION, 1, 0),
      query(flags, 'SELECT 1; SELECT 2'),
      query(flags, "SET sql_mode = 'ANSI_QUOTES'"),
      bare(command.COM_SET_OPTION, 0, 0),
    ],
  },
  {
    name: 'session state',
    commands: (flags) => [
      query(flags, 'SET session_track_state_change = 1'),
      query(flags, 'SET @a = 1, NAMES latin1'),
      query(flags, 'SELECT @a'),
      encodeComInitDb({ database: 'shop' }),
      bare(command.COM_RESET_CONNECTION),
      encodeComInitDb({ database: 'shop' }),
    ],
  },
  {
    name: 'results in another form than ASCII',
    commands: (flags) =>
      [
        'SET character_set_results = utf16',
        'CALL two(5, @b)',
        "SELECT @b, 'x' AS y",
        'SELECT nothing',
        'SET NAMES utf8mb4',
        'SELECT @b',
      ].map((sql) => query(flags, sql)),
  },
  {
    name: 'COM_FIELD_LIST',
    commands: () =>
      [
        ['customers', ''],
        ['customers', '%id%'],
        ['contacts', ''],
        ['nowhere', ''],
      ].map(([table = '', wildcard = '']) => encodeComFieldList({ table, wildcard })),
  },
  {
    name: 'COM_STMT_EXECUTE',
    commands: (flags) => [
      prepare('SELECT ? AS a, ? AS b'),
      execute(flags, { parameters: [number(-5), text('ä')] }),
      execute(flags, { parameters: [number(6), text('again')], newTypes: false }),
      execute(flags, { parameters: [nothing(), nothing()] }),
      prepare('SELECT * FROM every_type'),
      execute(flags, { id: 2 }),
      encodeComStmtClose({ statementId: 2 }),
      execute(flags, { id: 2 }),
      execute(flags, { id: UNKNOWN }),
      prepare('SELEC'),
      prepare('SELECT nothing FROM customers'),
      reset(),
      reset(UNKNOWN),
      bare(command.COM_RESET_CONNECTION),
      execute(flags, { parameters: [number(1), text('x')] }),
    ],
  },
  {
    name: 'parameters that a procedure sets',
    commands: (flags) => [
      prepare('CALL two(?, ?)'),
      execute(flags, { parameters: [number(5), nothing()] }),
      execute(flags, { parameters: [number(6), number(1)] }),
      prepare('SELECT 1'),
      execute(flags, { id: 2 }),
    ],
  },
  {
    name: 'COM_STMT_SEND_LONG_DATA',
    commands: (flags) => [
      prepare('SELECT ? AS a, ? AS b'),
      long(1, 'long '),
      long(1, 'data'),
      execute(flags, { parameters: [number(1), { ...text(''), value: null }], sent: [1] }),
      execute(flags, { parameters: [number(2), text('short')] }),
      long(0, 'forgotten'),
      reset(),
      execute(flags, { parameters: [number(3), text('short')] }),
      long(0, 'no such statement', UNKNOWN),
      execute(flags, { parameters: [number(4), text('short')] }),
      long(2, 'no such parameter'),
      execute(flags, { parameters: [text('refused'), text('refused')] }),
      reset(),
      execute(flags, { parameters: [number(5), text('reset')] }),
    ],
  },
  {
    name: 'COM_STMT_FETCH',
    commands: (flags) => [
      prepare('SELECT id, email FROM customers ORDER BY id'),
      fetch(1),
      execute(flags, { cursor: cursorFlag.READ_ONLY }),
      fetch(1),
      fetch(1),
      fetch(1),
      fetch(1),
      execute(flags, { cursor: cursorFlag.READ_ONLY }),
      fetch(5),
      execute(flags, { cursor: cursorFlag.READ_ONLY }),
      reset(),
      fetch(1),
      fetch(1, UNKNOWN),
      // MySQL 9.7 loses its way where a statement that had a cursor is executed without one.
      prepare('SELECT id FROM customers'),
      execute(flags, { id: 2 }),
      fetch(1, 2),
    ],
  },
  {
    name: 'COM_INIT_DB and others without a result',
    commands: (flags) => [
      encodeComInitDb({ database: 'shop' }),
      encodeComInitDb({ database: 'nowhere' }),
      query(flags, 'SELECT DATABASE()'),
      bare(command.COM_PING),
      query(flags, 'SET @kept = 1'),
      bare(command.COM_RESET_CONNECTION),
      query(flags, 'SELECT @kept, DATABASE()'),
    ],
  },
  {
    name: 'commands that only servers use',
    commands: () =>
      [command.COM_SLEEP, command.COM_CONNECT, command.COM_TIME, 0x7f].map((code) => bare(code)),
  },
]

/** Of MySQL, where they are agreed on: attributes of statements, which its functions show. */
export const attributes: Exchange = {
  name: 'query attributes',
  commands: (flags) => {
    const shown = "SELECT mysql_query_attribute_string('n1') AS n1, mysql_query_attribute_string('n2') AS n2"
    const some = [text('given', 'n1'), number(7, 'n2'), nothing('n3')]
    return [
      query(flags, shown, some),
      query(flags, shown),
      bare(command.COM_SET_OPTION, 0, 0),
      query(flags, `${shown}; ${shown}`, some),
      prepare(`${shown}, ? AS a`),
      execute(flags, { parameters: [number(1), ...some], placeholders: 1 }),
      // Types of attributes are not of the next execution.
      execute(flags, { parameters: [number(2)], newTypes: false }),
      execute(flags, { parameters: [number(3)] }),
    ]
  },
}

/** Of MariaDB: one execution for many rows. */
export const bulks: Exchange = {
  name: 'COM_STMT_BULK_EXECUTE',
  extended: extendedCapability.STMT_BULK_OPERATIONS,
  commands: (flags) => [
    query(
      flags,
      'CREATE TEMPORARY TABLE many (k int PRIMARY KEY AUTO_INCREMENT, n int DEFAULT 7, t varchar(50))',
    ),
    prepare('INSERT INTO many (n, t) VALUES (?, ?)'),
    bulk(1, [
      [number(1), text('a')],
      [number(2), { kind: 'null' }],
      [{ kind: 'default' }, { kind: 'ignore' }],
    ]),
    bulk(1, [[number(3), text('ä')]], false),
    execute(flags, { parameters: [number(4), text('once')] }),
    execute(flags, { parameters: [number(5), text('again')], newTypes: false }),
    prepare('UPDATE many SET n = ? WHERE t = ?'),
    bulk(2, [
      [number(8), text('a')],
      [{ kind: 'ignore' }, text('once')],
    ]),
    prepare('INSERT INTO many (k, t) VALUES (?, ?)'),
    bulk(3, [
      [number(100), text('new')],
      [number(1), text('there is one')],
    ]),
    prepare('INSERT INTO many (n, t) VALUES (?, ?) RETURNING k, t'),
    bulk(4, [
      [number(9), text('b')],
      [number(10), text('c')],
    ]),
    prepare('DELETE FROM many WHERE n = ? AND t = ? RETURNING k'),
    bulk(5, [
      [number(9), text('b')],
      [number(10), text('c')],
    ]),
    bulk(UNKNOWN, [[number(1), text('no such statement')]]),
    query(flags, 'SELECT * FROM many ORDER BY k'),
  ],
}

/** Results without EOF. */
export const WITHOUT_EOF: number = capability.DEPRECATE_EOF
/** Attributes of statements, which MariaDB has not. */
export const ATTRIBUTES: number = capability.QUERY_ATTRIBUTES
/** What statements changed in the session. */
export const TRACKED: number = capability.SESSION_TRACK
/** What clients of either server have had for long. */
export const PLAIN: number =
  capability.TRANSACTIONS | capability.MULTI_RESULTS | capability.PS_MULTI_RESULTS | capability.LONG_FLAG

/** Commands that begin with the id of a statement. */
const OF_STATEMENTS: ReadonlySet<number> = new Set([
  command.COM_STMT_EXECUTE,
  command.COM_STMT_BULK_EXECUTE,
  command.COM_STMT_SEND_LONG_DATA,
  command.COM_STMT_CLOSE,
  command.COM_STMT_RESET,
  command.COM_STMT_FETCH,
])

/** What was answered to each command; of an error what kind it is, for texts of the gateway's own differ. */
export async function answersTo(
  exchange: Exchange,
  login: MysqlLogin,
  wished: number,
): Promise<readonly string[]> {
  const { wire, flags } = await MysqlWire.loginWith(login, wished, exchange.extended)
  const ids: number[] = []
  try {
    const answers: string[] = []
    for (const payload of exchange.commands(flags)) {
      if (OF_STATEMENTS.has(payload[0] ?? 0)) withId(payload, ids)
      const packets = packetsIn(await wire.exchange(toPackets(payload, 0)))
      if (payload[0] === command.COM_STMT_PREPARE) idTaken(packets, ids)
      answers.push(packets.map(shown).join('\n'))
    }
    return answers
  } finally {
    wire.close()
  }
}

/** The payload names the statement that was prepared as the first, the second …; servers count in ways of their own. */
function withId(payload: Buffer, ids: readonly number[]): void {
  payload.writeUInt32LE(ids[payload.readUInt32LE(1) - 1] ?? NO_STATEMENT, 1)
}

/** Takes the id out of the answer to COM_STMT_PREPARE. */
function idTaken([first]: readonly ReceivedPacket[], ids: number[]): void {
  if (first === undefined || first.payload[0] === ERR_HEADER) return
  ids.push(first.payload.readUInt32LE(1))
  first.payload.fill(0, 1, 5)
}

const NO_STATEMENT = 0x7fff_ffff
/** Number and SQLSTATE of an error: its header, the number, `#` and five characters. */
const ERROR_BYTES = 9

const shown = ({ sequence, payload }: ReceivedPacket): string => {
  const error = payload[0] === ERR_HEADER
  const bytes = error ? payload.subarray(1, ERROR_BYTES) : payload
  return `${sequence} ${error ? `error ${payload.readUInt16LE(1)} ` : ''}${JSON.stringify(bytes.toString('latin1'))}`
}

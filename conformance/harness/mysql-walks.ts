import { encodeComFieldList } from '@sluice/adapter-mysql/messages/com-field-list'
import { encodeComInitDb } from '@sluice/adapter-mysql/messages/com-init-db'
import { cursorFlag } from '@sluice/adapter-mysql/messages/com-stmt-execute'
import { command } from '@sluice/adapter-mysql/messages/commands'
import type { Parameter } from '@sluice/adapter-mysql/messages/parameters'
import { type Chance, chanceFrom } from '@sluice/testkit/chance'
import {
  bare,
  type Exchange,
  execute,
  fetch,
  long,
  nothing,
  number,
  prepare,
  query,
  reset,
  text,
} from './mysql-exchanges.ts'

/** Commands of one walk. */
const COMMANDS = 40

/** Tables of the session alone: what a walk writes is gone with it. */
const MADE_FIRST = [
  'CREATE TEMPORARY TABLE scratch (k int PRIMARY KEY AUTO_INCREMENT, n int, t varchar(200))',
  "INSERT INTO scratch (n, t) VALUES (1, 'a'), (2, NULL), (3, 'ä')",
]

const texts = [
  "SELECT 1, 'x', NULL",
  'SELECT * FROM every_type',
  'SELECT * FROM scratch ORDER BY k',
  'SELECT k FROM scratch WHERE false',
  'SELECT id, email FROM customers ORDER BY id',
  "SELECT repeat('x', 70000)",
  "INSERT INTO scratch (n, t) VALUES (1, 'b'), (9, NULL)",
  "INSERT INTO scratch (k, n) VALUES (1, 'no number')",
  'UPDATE scratch SET n = n + 1',
  'DELETE FROM scratch WHERE n > 2',
  'START TRANSACTION',
  'COMMIT',
  'ROLLBACK',
  'SAVEPOINT a',
  'ROLLBACK TO a',
  'SET autocommit = 0',
  'SET autocommit = 1',
  'CALL two(5, @b)',
  'SELECT @b',
  "SET @v = 'v'",
  'SELECT @v',
  'CREATE TEMPORARY TABLE made (a int)',
  'ALTER TABLE made ADD COLUMN b int',
  'DROP TEMPORARY TABLE IF EXISTS made',
  'SELECT * FROM made',
  'SELECT nothing FROM scratch',
  'SELECT * FROM nowhere',
  'SELEC',
  'DO 1',
  '/*! SELECT 1 */',
  'SELECT 1 -- tail',
  'SET NAMES latin1',
  'SET NAMES utf8mb4',
  'SET session_track_state_change = 1',
  "PREPARE s FROM 'SELECT ?, k FROM scratch ORDER BY k'",
  'EXECUTE s USING @v',
  'DEALLOCATE PREPARE s',
  'USE nowhere',
  'USE shop',
]

/** What prepares as long as the session has its tables, and whether a cursor may be asked for. */
const placed = [
  { sql: 'SELECT ? AS a, ? AS b', cursor: true },
  { sql: 'SELECT k, t FROM scratch WHERE n > ? ORDER BY k', cursor: true },
  { sql: 'SELECT id, email FROM customers ORDER BY id', cursor: true },
  { sql: 'INSERT INTO scratch (n, t) VALUES (?, ?)', cursor: false },
  { sql: 'UPDATE scratch SET t = ? WHERE n = ?', cursor: false },
  { sql: 'CALL two(?, @b)', cursor: false },
  { sql: 'DO ?', cursor: false },
] as const

type Kind = 'text' | 'number' | 'nothing'

/** A statement that the session has, by how many were prepared before it. */
type Placed = {
  readonly id: number
  readonly placeholders: number
  readonly cursor: boolean
  /** Types that were told last. */
  kinds: readonly Kind[] | undefined
  /** Values that were sent ahead. */
  readonly sent: Set<number>
  /** Rows may be fetched. */
  open: boolean
}

/** Commands as no driver sends them one after the other, the same for the same seed. */
export const walks: readonly Exchange[] = [1, 2, 3, 4].map((seed) => ({
  name: `walk of seed ${seed}`,
  commands: (flags) => new Walk(seed, flags).commands(),
}))

class Walk {
  readonly #chance: Chance
  readonly #flags: number
  #statements: Placed[] = []
  #prepared = 0
  #several = false

  constructor(seed: number, flags: number) {
    this.#chance = chanceFrom(seed)
    this.#flags = flags
  }

  commands(): readonly Buffer[] {
    return [...this.#made(), ...Array.from({ length: COMMANDS }, () => this.#command()).flat()]
  }

  #made(): readonly Buffer[] {
    return MADE_FIRST.map((sql) => query(this.#flags, sql))
  }

  #command(): Buffer | readonly Buffer[] {
    const chance = this.#chance
    const one = this.#statements.length === 0 ? undefined : chance.pick(this.#statements)
    const kind = chance.below(100)
    if (kind < 15) return this.#prepare()
    if (one !== undefined && kind < 50) return this.#ofStatement(one, kind)
    if (kind < 90) return this.#query()
    return this.#ofSession(kind)
  }

  #query(): Buffer {
    const count = this.#several && this.#chance.often(40) ? 2 + this.#chance.below(2) : 1
    const sql = Array.from({ length: count }, () => this.#chance.pick(texts))
    return query(this.#flags, sql.join(this.#chance.pick([';', '; ', ';\n'])))
  }

  #prepare(): Buffer {
    if (this.#chance.often(10)) return prepare('SELECT nothing FROM customers')
    const { sql, cursor } = this.#chance.pick(placed)
    this.#prepared += 1
    const placeholders = sql.split('?').length - 1
    const id = this.#prepared
    // MySQL 9.7 loses its way where a statement that had a cursor is executed without one.
    const asks = cursor && this.#chance.often(50)
    this.#statements.push({ id, placeholders, cursor: asks, kinds: undefined, sent: new Set(), open: false })
    return prepare(sql)
  }

  #ofStatement(one: Placed, kind: number): Buffer {
    const { id } = one
    if (kind < 35) return this.#execute(one)
    if (kind < 40 && one.open) return fetch(this.#chance.below(3), id)
    if (kind < 44 && one.placeholders > 0) return this.#sendAhead(one)
    if (kind < 46) {
      one.sent.clear()
      one.open = false
      return reset(id)
    }
    return this.#execute(one)
  }

  #sendAhead(one: Placed): Buffer {
    const parameter = this.#chance.below(one.placeholders)
    one.sent.add(parameter)
    return long(parameter, this.#chance.pick(['', '1', 'long data', 'ä']), one.id)
  }

  #execute(one: Placed): Buffer {
    const newTypes = one.kinds === undefined || this.#chance.often(50)
    const told = newTypes ? Array.from({ length: one.placeholders }, () => this.#kind()) : one.kinds
    const kinds = told ?? []
    const sent = [...one.sent]
    const parameters = kinds.map((kind, at) =>
      one.sent.has(at) ? { ...text(''), value: null } : this.#value(kind),
    )
    one.kinds = kinds.map((kind, at) => (one.sent.has(at) && newTypes ? 'text' : kind))
    one.sent.clear()
    one.open = one.cursor
    const cursor = one.cursor ? cursorFlag.READ_ONLY : 0
    return execute(this.#flags, { id: one.id, parameters, cursor, newTypes, sent })
  }

  #kind(): Kind {
    return this.#chance.pick(['text', 'text', 'number', 'number', 'nothing'])
  }

  #value(kind: Kind): Parameter {
    if (kind === 'nothing') return nothing()
    return kind === 'text'
      ? text(this.#chance.pick(['', 'x', '2', "it's", 'ä']))
      : number(this.#chance.below(5))
  }

  #ofSession(kind: number): Buffer | readonly Buffer[] {
    const chance = this.#chance
    // MySQL says of the next two how many warnings the statement before them had.
    const quiet = query(this.#flags, 'DO 1')
    if (kind < 92) {
      this.#several = chance.often(70)
      return [quiet, bare(command.COM_SET_OPTION, this.#several ? 0 : 1, 0)]
    }
    if (kind < 94) return [quiet, encodeComInitDb({ database: chance.pick(['shop', 'nowhere']) })]
    if (kind < 96) return encodeComFieldList({ table: chance.pick(['customers', 'nowhere']), wildcard: '' })
    if (kind < 97) {
      this.#statements = []
      this.#several = false
      return [bare(command.COM_RESET_CONNECTION), ...this.#made()]
    }
    return bare(command.COM_PING)
  }
}

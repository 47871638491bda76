import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from '@jest/globals'
import type { ReadStatement } from '@sluice/core/statement/reading'
import { postgresDialect } from '../../src/dialect/dialect.ts'
import type { Naming } from '../../src/dialect/lexer/naming.ts'

const modes = { standardConformingStrings: true }
const dialect = postgresDialect({ limits: { parseTimeoutMs: 10_000 } })
afterAll(() => dialect.close())

const one = async (text: string): Promise<ReadStatement> => {
  const [statement, ...more] = await dialect.read(text, modes)
  expect(more).toEqual([])
  if (statement === undefined) throw new Error('nothing was read')
  return statement
}

describe('a reading', () => {
  test('is there at once the second time, for the text and for any text with the same canonical one', async () => {
    const first = dialect.read("SELECT a FROM t WHERE b = 'x'", modes)
    expect(first).toBeInstanceOf(Promise)
    const reading = await first
    expect(dialect.read("SELECT a FROM t WHERE b = 'x'", modes)).toBe(reading)
    const same = dialect.read("select a from t where b='y' -- again", modes)
    expect(same).toEqual(reading)
    expect(same).not.toBeInstanceOf(Promise)
  })

  test('is asked for once by sessions that come at the same time', async () => {
    const text = 'select together from t'
    const readings = await Promise.all([dialect.read(text, modes), dialect.read(text, modes)])
    expect(readings[0]?.[0]).toBe(readings[1]?.[0])
  })

  test('depends on the lexer modes', async () => {
    const text = String.raw`select 'a\' , secret from users --' from pub`
    const [on] = await dialect.read(text, modes)
    const [off] = await dialect.read(text, { standardConformingStrings: false })
    expect(on?.canonical).toBe("select '?', secret from users")
    expect(off?.canonical).toBe("select '?' from pub")
  })

  test('carries the fingerprint of its canonical text', async () => {
    const { fingerprint, canonical } = await one('select 1')
    const hash = createHash('sha256').update(`postgresql\n${canonical}`).digest('hex')
    expect(fingerprint).toBe(hash.slice(0, 32))
  })

  test('counts parameters by the highest', async () => {
    expect((await one('select $3, $1')).parameterCount).toBe(3)
  })

  test('is frozen to its leaves', async () => {
    const { statement } = await one('select frozen from t')
    if (statement.kind !== 'select') throw new Error(statement.kind)
    expect(Object.isFrozen(statement.targets)).toBe(true)
    expect(Object.isFrozen(statement.targets[0]?.expression)).toBe(true)
  })

  test('of nothing is empty', async () => {
    for (const text of ['', ' ; ', '-- a', '/* a */;;'])
      expect((await dialect.read(text, modes)).map(({ statement }) => statement)).toEqual([{ kind: 'empty' }])
  })

  test('has one entry for each statement, readable ones beside Opaque ones', async () => {
    const reading = await dialect.read('select 1; select from where; begin', modes)
    expect(reading.map(({ statement }) => statement.kind)).toEqual(['select', 'opaque', 'transaction'])
  })

  test('of a text that cannot be split is one Opaque without the text', async () => {
    const reading = await dialect.read("select 1; select 'secret", modes)
    expect(reading).toHaveLength(1)
    expect(reading[0]).toMatchObject({
      statement: { kind: 'opaque', reason: 'a quoted string is not terminated' },
      canonical: '',
    })
  })

  test('of a text that the parser splits otherwise is one Opaque', async () => {
    // Not a routine for the parser, so its `;` ends a statement: the splitter must not be trusted alone.
    const text = 'create function f() returns int begin atomic select 1; case; end; select 2; select 3; end'
    const reading = await dialect.read(text, modes)
    expect(reading.every(({ statement }) => statement.kind === 'opaque')).toBe(true)
  })

  test('gives no reason that quotes a literal', async () => {
    const { statement } = await one("set role 'secret' 'secret'")
    expect(statement).toEqual({ kind: 'opaque', reason: 'not accepted by the parser: syntax error' })
  })

  test.each([
    ['selec email from t', 'syntax error at or near `selec`'],
    ["select * form t where a = 'secret'", 'syntax error at or near `form`'],
    ["select 'secret' 'secret'", 'syntax error'],
    ['select a b sk_live_4eC39HqLyjWDarjtT1zdp7dc', 'syntax error'],
    ['alter role a encrypted hunter', 'syntax error'],
    ['set app.token = swordfish hunter', 'syntax error'],
    ['select 1 from', 'syntax error at end of input'],
  ])('says at which word a text is wrong, and nothing that may be a value: %s', async (text, reason) => {
    const { statement } = await one(text)
    expect(statement).toEqual({ kind: 'opaque', reason: `not accepted by the parser: ${reason}` })
  })

  test('knows where its nodes are, in characters', async () => {
    const { statement, canonical } = await one("select 'ü', é.ß from é")
    if (statement.kind !== 'select') throw new Error(statement.kind)
    expect(statement.targets.map(({ at }) => canonical.slice(at))).toEqual(["'?', é.ß from é", 'é.ß from é'])
    expect(statement.targets[0]?.expression).toMatchObject({ kind: 'literal', slot: 0 })
  })
})

describe('literals', () => {
  test('are in the tree where the meaning hangs on them, and only there', async () => {
    const { statement, canonical, literals } = await one("select set_config('role', 'admin', -1, true)")
    expect(literals).toBe(true)
    expect(canonical).toBe("select set_config('?', '?', -1, true)")
    expect(statement).toMatchObject({
      targets: [
        {
          expression: {
            args: [
              { type: 'string', slot: 0, value: 'role' },
              { type: 'string', slot: 1, value: 'admin' },
              { type: 'number', slot: 2, value: '-1' },
              { type: 'boolean', value: 'true' },
            ],
          },
        },
      ],
    })
    const plain = await one("select lower('role'), true")
    expect(JSON.stringify(plain.statement)).not.toContain('role')
    expect(plain.statement).toMatchObject({
      targets: [{}, { expression: { type: 'boolean', value: 'true' } }],
    })
  })

  test('do not share a reading where the meaning hangs on them', async () => {
    const role = await one("set role 'a'")
    const other = await one("set role 'b'")
    expect([role.statement, other.statement]).toEqual([
      { kind: 'set', name: 'role', local: false, value: ['a'] },
      { kind: 'set', name: 'role', local: false, value: ['b'] },
    ])
    expect(role.fingerprint).toBe(other.fingerprint)
  })
})

test('an idle dialect keeps no process alive, one that is asked does until it has answered', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@sluice/source', new URL('fixtures/idle-process.ts', import.meta.url).pathname],
    { timeout: 20_000 },
  )
  expect(stdout).toBe('select\n')
}, 30_000)

/** Which of the blocks is understood. */
const bodies = async (naming: Naming): Promise<boolean[]> => {
  const texts = [
    'do $$ begin perform É from t; end $$',
    'do $$ declare É int; begin perform 1; end $$',
    String.raw`do $$ begin perform U&"\00e9" from t; end $$`,
    "do $$ begin execute 'select É from t'; end $$",
    "do $$ begin perform é, 'É' from t; end $$",
  ]
  const read = await Promise.all(
    texts.map((text) => Promise.resolve(dialect.read(text, { ...modes, naming }))),
  )
  return read.map(([first]) => first?.statement.kind === 'do' && first.statement.runs !== undefined)
}

test('bodies are read as the database keeps their names, each database by itself', async () => {
  const all = [true, true, true, true, true]
  expect(await bodies('utf8')).toEqual(all)
  expect(await bodies('single-byte')).toEqual([false, false, false, false, true])
  expect(await bodies('utf8')).toEqual(all)
})

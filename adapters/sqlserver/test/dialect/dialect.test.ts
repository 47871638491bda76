import { afterAll, describe, expect, test } from '@jest/globals'
import { sqlserverDialect } from '../../src/dialect/dialect.ts'
import { firstOf } from './reading.ts'

const dialect = sqlserverDialect({ limits: { parseTimeoutMs: 10_000 } })
afterAll(() => dialect.close())
const read = (text: string, quotedIdentifier = true) => dialect.read(text, { quotedIdentifier })

describe('the dialect', () => {
  test('answers a text that it knows at once', async () => {
    await read('select a from t where b = 1')
    expect(read('select a from t where b = 1')).not.toBeInstanceOf(Promise)
    expect(read('SELECT a FROM t WHERE b = 22')).not.toBeInstanceOf(Promise)
  })

  test('keeps apart what a mode reads differently', async () => {
    const on = firstOf(await read('select "a" from t'))
    const off = firstOf(await read('select "a" from t', false))
    expect(on.canonical).toBe('select [a] from t')
    expect(off.canonical).toBe("select '?' from t")
    expect(on.fingerprint).not.toBe(off.fingerprint)
  })

  test('keeps apart what another batch puts into a variable', async () => {
    const clean = firstOf(await read('select @p'))
    const tainted = (await read('select @p = a from t; select @p'))[1]
    expect(clean.statement).toMatchObject({ targets: [{ expression: { kind: 'param' } }] })
    expect(tainted?.statement).toMatchObject({ targets: [{ expression: { kind: 'call' } }] })
    expect([clean.parameterCount, tainted?.parameterCount]).toEqual([1, 0])
  })

  test('leaves literals out of what it records, and reads them where the meaning hangs on them', async () => {
    const { canonical, literals, statement } = firstOf(await read("exec('select a from secret')"))
    expect([canonical, literals]).toEqual(["exec ('?')", true])
    expect(statement).toMatchObject({ statements: [{ kind: 'select', from: [{ name: ['secret'] }] }] })
  })

  test('says why it does not read something, without its literals', async () => {
    const { statement } = firstOf(await read("select 'secret' from t where"))
    expect(statement).toMatchObject({ kind: 'opaque', reason: expect.not.stringContaining('secret') })
  })

  test('reads nothing as nothing', async () => {
    expect(firstOf(await read(' ; -- only a comment')).statement.kind).toBe('empty')
  })
})

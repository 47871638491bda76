import { afterAll, describe, expect, test } from '@jest/globals'
import { defaultLimits } from '@sluice/reading/limits'
import { Parser } from '@sluice/reading/parser'

type Misread = { readonly text: string; readonly taken: string }

const parser = new Parser<Misread>(
  { ...defaultLimits, parseTimeoutMs: 10_000 },
  new URL('fixtures/misreading-worker.ts', import.meta.url),
)
afterAll(() => parser.close())

/** What is said where our grammar takes `text` for `taken`; undefined where nobody objects. */
const objection = async (text: string, taken: string): Promise<string | undefined> => {
  const { statement } = await parser.parse({ text, taken })
  return statement.kind === 'opaque' ? statement.reason : undefined
}

describe('a reading is refused where another parser', () => {
  test.each([
    ['finds another table', 'select a from users', 'select a from pub', 'other tables'],
    ['finds one table more', 'select a from pub, users', 'select a from pub', 'other tables'],
    ['finds one table less', 'select a from pub', 'select a from pub, users', 'other tables'],
    ['finds another database', 'select a from x.pub', 'select a from y.pub', 'other tables'],
    ['finds another column', 'select secret from pub', 'select a from pub', 'other columns'],
    ['finds a column more', 'select a, secret from pub', 'select a from pub', 'other columns'],
    ['finds another kind of statement', 'delete from pub', 'select 1 from pub', 'another kind'],
    [
      'nests conditions otherwise',
      'select 1 from pub where a = 1 or b = 1 and c = 1',
      'select 1 from pub where (a = 1 or b = 1) and c = 1',
      'nests AND and OR',
    ],
    ['does not know the text', 'select 1 1 from from', 'select 1', 'no other parser'],
  ])('%s', async (_what, text, taken, reason) => {
    expect(await objection(text, taken)).toContain(reason)
    expect(await objection(taken, taken)).toBeUndefined()
  })
})

describe('no difference is', () => {
  test.each([
    'select @a, _utf8mb4 0x00, timestampdiff(day, a, b) from t',
    'insert ignore into t (a) values (1) on duplicate key update a = values(a)',
    'replace into t (a, b) values (1, 1)',
    'with c as (select a from t) select a from c',
    'delete c from users as c where c.id = 1',
    'insert into t () values ()',
    "select a || '?' = b from t",
    'select a into @x, @y from t',
  ])('%s', async (text) => {
    expect(await objection(text, text)).toBeUndefined()
  })
})

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type PostgresDialect, postgresDialect } from '../../src/dialect/dialect.ts'

let dialect: PostgresDialect

beforeAll(() => {
  dialect = postgresDialect({ limits: { parseTimeoutMs: 10_000 } })
})

afterAll(() => dialect.close())

/** What a trigger's body puts into the new row: names of columns, `*` for any, `=` where the value is known. */
const fills = async (body: string): Promise<string> => {
  const text = `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $f$ DECLARE r record; BEGIN ${body} END $f$`
  const [read] = await dialect.read(text, { standardConformingStrings: true })
  const statement = read?.statement
  if (statement?.kind !== 'ddl' || statement.runs?.kind !== 'procedural') return 'unread'
  return (statement.runs.fills ?? [])
    .map(({ column = '*', value }) => `${column}${value === undefined ? '' : ' ='}`)
    .join(', ')
}

describe('what a trigger puts into the new row', () => {
  test.each([
    ['RETURN NEW;', ''],
    ['RETURN OLD;', ''],
    ['RETURN NULL;', ''],
    ['r := NEW; RETURN NEW;', ''],
    ["INSERT INTO t VALUES (NEW.a); PERFORM set_config('x.y', OLD.a, true); RETURN NEW;", ''],
    ['NEW.a := 1; RETURN NEW;', 'a ='],
    ['NEW.a = b.c FROM b; RETURN NEW;', 'a ='],
    ['New . A := 1; RETURN NEW;', 'a ='],
    ['NEW."Odd ""one" := 1; RETURN NEW;', 'Odd "one ='],
    ['IF NEW.a > 1 THEN NEW.b := OLD.c; ELSE NEW.d := 2; END IF; RETURN NEW;', 'b =, d ='],
    ['SELECT max(b) INTO NEW.a FROM t; RETURN NEW;', 'a'],
    ['SELECT b, c INTO NEW.a, NEW.d FROM t; RETURN NEW;', 'a, d'],
    ['SELECT b, c INTO r FROM t; RETURN NEW;', ''],
    ['SELECT * INTO NEW FROM t; RETURN NEW;', '*'],
    ["EXECUTE 'SELECT 1' INTO NEW.a; RETURN NEW;", 'a'],
    ['UPDATE t SET b = 1 RETURNING c INTO NEW.a; RETURN NEW;', 'a'],
    ['FOR NEW.a IN SELECT b FROM t LOOP END LOOP; RETURN NEW;', 'a'],
    ['FOREACH NEW.a IN ARRAY ARRAY[1, 2] LOOP END LOOP; RETURN NEW;', 'a'],
    ['GET DIAGNOSTICS NEW.a = ROW_COUNT; RETURN NEW;', 'a'],
    ['NEW := OLD; RETURN NEW;', '*'],
    ['NEW := r; RETURN NEW;', '*'],
    ['NEW.a[1] := 5; RETURN NEW;', 'a'],
    ['SELECT * INTO r FROM t; RETURN r;', '*'],
    ['RETURN (SELECT t FROM t LIMIT 1);', '*'],
  ])('%s', async (body, expected) => {
    expect(await fills(body)).toBe(expected)
  })
})

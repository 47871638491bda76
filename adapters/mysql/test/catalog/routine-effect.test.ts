import { describe, expect, test } from '@jest/globals'
import { bodyStatements } from '../../src/catalog/routine-body.ts'
import { routineEffect } from '../../src/catalog/routine-effect.ts'
import { CONTEXT } from '../analysis/shop.ts'
import { openShop } from '../analysis/shop-statements.ts'
import { mariadb } from '../dialect/modes.ts'

const shop = openShop()

const effectOf = async (body: string): Promise<string> => {
  const { dialect, catalog } = shop()
  const texts = bodyStatements(body, mariadb)
  const readings = texts && (await Promise.all(texts.map(async (text) => dialect.read(text, mariadb))))
  return routineEffect(readings, catalog, CONTEXT)
}

describe('what calling a routine does whose body is', () => {
  test.each([
    ['RETURN LOWER(TRIM(x))', 'pure'],
    ['BEGIN RETURN x + 1; END', 'pure'],
    ['RETURN (SELECT MAX(email) FROM customers)', 'reads'],
    ['SELECT name FROM customers WHERE id = x', 'reads'],
    ['RETURN NOW() + LAST_INSERT_ID()', 'reads'],
    ['RETURN email_of(x)', 'reads'],
    ['DELETE FROM orders WHERE id < x', 'writes'],
    ['BEGIN INSERT INTO audit_log (note) VALUES (x); SELECT 1; END', 'writes'],
    ['begin update orders set note = x where id = 1; end;', 'writes'],
    ['RETURN scrub(x)', 'writes'],
    ['DO NEXTVAL(s)', 'writes'],
    ['TRUNCATE orders', 'unknown'],
    ["SET GLOBAL general_log = 'ON'", 'unknown'],
    ['SET @x = 1', 'unknown'],
    ["RETURN LOAD_FILE('/etc/passwd')", 'unknown'],
    ['CALL other()', 'unknown'],
    ['RETURN mystery(x)', 'unknown'],
    ['BEGIN DECLARE a INT; SELECT 1; END', 'unknown'],
    ['BEGIN IF x > 1 THEN DELETE FROM orders; END IF; END', 'unknown'],
    ['BEGIN SELECT 1; BEGIN DELETE FROM orders; END; END', 'unknown'],
    ["BEGIN PREPARE s FROM 'x'; EXECUTE s; END", 'unknown'],
    ["SELECT 'not closed", 'unknown'],
    ['', 'unknown'],
    ['BEGIN END', 'unknown'],
  ])('%s', async (body, expected) => {
    expect(await effectOf(body)).toBe(expected)
  })
})

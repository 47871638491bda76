import { expect, test } from '@jest/globals'
import { CONSTANT_BYTES } from '@sluice/core/analysis/with-long-values'
import { BUILTIN_SCHEMA, mysqlTraits } from '../../src/analysis-traits/traits.ts'

test.each([
  ['lower', 'pure', 'arguments'],
  ['load_file', 'file', 'unknown'],
  [':=', 'session', 'arguments'],
  ['@a', 'reads', 'unknown'],
  ['@@version', 'reads', 'arguments'],
  ['@@init_connect', 'reads', 'unknown'],
  ['get_lock', 'session', 'arguments'],
  ['st_distance', 'pure', 'arguments'],
  ['vec_distance', 'pure', 'arguments'],
  ['vector_to_string', 'pure', 'arguments'],
])('%s', (name, effect, lineage) => {
  expect(mysqlTraits.builtinFunction(name)).toMatchObject({ effect, lineage })
})

test('a function that is not listed can do anything', () => {
  expect(mysqlTraits.builtinFunction('my_function')).toBeUndefined()
})

test('no database passes for the place of built-in functions', () => {
  for (const schema of ['mysql', 'sys', 'information_schema'])
    expect(mysqlTraits.isSystemSchema(schema)).toBe(false)
  expect(mysqlTraits.isSystemSchema(BUILTIN_SCHEMA)).toBe(true)
})

test('a SET of several settings is as harmless as the worst of them', () => {
  expect(mysqlTraits.isHarmlessSetting('autocommit, timestamp')).toBe(true)
  for (const name of ['sql_mode', 'autocommit, sql_mode', 'database', 'names', 'global autocommit'])
    expect(mysqlTraits.isHarmlessSetting(name)).toBe(false)
})

test('what is made of an exact number or a date warns of nothing', () => {
  for (const type of ['bigint(20) unsigned', 'decimal(10,2)', 'datetime(3)'])
    expect(mysqlTraits.isNumberType?.(type)).toBe(true)
  for (const type of ['double', 'float', 'varchar(9)', 'json', "enum('a')"])
    expect(mysqlTraits.isNumberType?.(type)).toBe(false)
})

test('what quotes values of rows is not open', () => {
  expect(mysqlTraits.isOpenSetting('columns')).toBe(true)
  for (const name of ['warnings', 'errors', 'processlist', 'engine innodb status'])
    expect(mysqlTraits.isOpenSetting(name)).toBe(false)
})

test('what is put together of columns of a usual length is never too long', () => {
  const [email, notes] = ['varchar(100)', 'text'].map((type) => mysqlTraits.columnBytes?.(type) ?? 0)
  if (email === undefined || notes === undefined) throw new Error('a type has no length')
  expect([email, notes]).toEqual([400, 65_535])
  for (const [name, given] of [
    ['concat', [email, CONSTANT_BYTES, notes]],
    ['concat_ws', [CONSTANT_BYTES, email, email]],
    ['replace', [email, CONSTANT_BYTES, CONSTANT_BYTES]],
    ['lpad', [notes, CONSTANT_BYTES, CONSTANT_BYTES]],
    ['json_object', [CONSTANT_BYTES, email]],
    ['repeat', [Number.POSITIVE_INFINITY]],
  ] as const)
    expect(mysqlTraits.overflows?.(name, given)).toBe(false)
})

test.each(['longtext', 'mediumblob', 'json', 'point'])('%s has values of any length', (type) => {
  expect(mysqlTraits.columnBytes?.(type)).toBeUndefined()
})

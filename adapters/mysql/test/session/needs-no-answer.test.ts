import { describe, expect, test } from '@jest/globals'
import { needsNoAnswer } from '../../src/session/context.ts'

describe('the gateway asks the database nothing before', () => {
  test.each([
    'SHOW WARNINGS',
    '  show   errors ; ',
    'Select ROW_COUNT( ) , found_rows() AS n;',
    'select last_insert_id() x',
    'show warnings limit 10',
    'show errors limit 1, 5',
    'show count(*) warnings',
    'select @@warning_count, @@session.error_count as e',
  ])('%s', (text) => expect(needsNoAnswer(text)).toBe(true))

  test.each(['select 1', 'show tables', 'select row_count(), 1', ''])('but before %s', (text) =>
    expect(needsNoAnswer(text)).toBe(false),
  )

  // A client could have a pattern go over its text for hours: what is long is none of these.
  test.each([
    ['spaces inside', `show${' '.repeat(300)}warnings`],
    ['spaces behind', `show warnings${' '.repeat(300)};`],
  ])('but before a long text with %s', (_where, text) => expect(needsNoAnswer(text)).toBe(false))
})

import { expect } from '@jest/globals'
import type pg from 'pg'
import type { RawClient } from './raw-client.ts'

/** A table in which what ran leaves a number. */
export const LOG_TABLE = 'CREATE TABLE log (n integer)'
export const INSERT = 'INSERT INTO log VALUES (1)'

/** The numbers in it. */
export async function logged(direct: pg.Client): Promise<number[]> {
  const { rows } = await direct.query<{ n: number }>('SELECT n FROM log ORDER BY n')
  return rows.map(({ n }) => n)
}

/** Expects that a session goes on, in no transaction. */
export async function usable(raw: RawClient): Promise<void> {
  expect(await raw.query('SELECT 7 AS n')).toEqual([
    'RowDescription',
    'DataRow 7',
    'CommandComplete SELECT 1',
    'ReadyForQuery I',
  ])
}

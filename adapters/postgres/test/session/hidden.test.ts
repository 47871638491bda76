import { expect, test } from '@jest/globals'
import type { Analysis } from '@sluice/core/analysis/context'
import { isHidden } from '../../src/session/hidden.ts'
import type { Prepared } from '../../src/session/names.ts'
import type { Session } from '../../src/session/session.ts'

/** What a statement means that reads these tables. */
const reading = (...tables: readonly string[]): Analysis => {
  const named = tables.map((table) => {
    const [schema, name] = table.split('.')
    return { schema, name }
  })
  return { facts: { tables: named, functions: [] } } as unknown as Analysis
}

/** A session with this search path, in which all these tables are there. */
const session = (searchPath: readonly string[], ...there: readonly string[]): Session =>
  ({
    context: { database: 'shop', searchPath },
    governance: {
      catalog: {
        current: () => ({
          relation: (schema: string, name: string) => (there.includes(`${schema}.${name}`) ? {} : undefined),
        }),
      },
    },
  }) as unknown as Session

const prepared = (analysis: Analysis, path: readonly string[] | undefined): Prepared => ({
  name: 's',
  analysis,
  weight: 1,
  path,
  parameterTypes: [],
  described: undefined,
})

const PATH = ['early', 'public']
const both = session(PATH, 'early.t', 'public.t', 'public.u')

test('INVARIANT (no-unproven-column): a name that leads to something newer on the same path is not certain', () => {
  const one = prepared(reading('public.t'), PATH)
  expect(isHidden(both, one, one.analysis)).toBe(false)
  expect(isHidden(both, one, reading('early.t'))).toBe(true)
  // Also where the older is named beside it.
  expect(isHidden(both, prepared(reading('public.t'), PATH), reading('early.t', 'public.t'))).toBe(true)
})

test('INVARIANT (no-unproven-column): it stays so, and what was read in between counts too', () => {
  const one = prepared(reading('public.u'), PATH)
  expect(isHidden(both, one, reading('public.t'))).toBe(false)
  const newer = reading('early.t')
  expect([isHidden(both, one, newer), isHidden(both, one, newer)]).toEqual([true, true])
})

test('where the path was another, the database has looked its names up again', () => {
  const one = prepared(reading('public.t'), ['public'])
  expect(isHidden(both, one, reading('early.t'))).toBe(false)
  expect(isHidden(session(['public', 'early'], 'early.t', 'public.t'), one, reading('public.t'))).toBe(false)
})

test('INVARIANT (no-unproven-column): a path that is not certain counts, and temporary tables make no other path', () => {
  expect(isHidden(both, prepared(reading('public.t'), undefined), reading('early.t'))).toBe(true)
  const temporary = session(['pg_temp_3', ...PATH], 'pg_temp_3.t', 'public.t')
  expect(isHidden(temporary, prepared(reading('public.t'), PATH), reading('pg_temp_3.t'))).toBe(true)
})

test('what it led to is gone: the database has noticed that', () => {
  const gone = session(PATH, 'early.t')
  expect(isHidden(gone, prepared(reading('public.t'), PATH), reading('early.t'))).toBe(false)
})

test('nothing is certain of a statement whose names led to ever others', () => {
  const one = prepared(reading('public.t'), PATH)
  for (let i = 0; i < 200; i += 1) isHidden(both, one, reading(`public.t${i}`))
  expect(isHidden(both, one, reading('public.last'))).toBe(true)
})

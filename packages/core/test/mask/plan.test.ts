import { describe, expect, test } from '@jest/globals'
import type { OutputLineage, Outputs } from '../../src/analysis/facts.ts'
import {
  type CellMasker,
  type CellMaskerFor,
  keepsCell,
  type MaskPlan,
  planFor,
  type ResultColumn,
} from '../../src/mask/plan.ts'
import type { TransformSpec } from '../../src/mask/transform.ts'
import type { ColumnMasks } from '../../src/policy/decision.ts'
import { catalog, described, lineage, masksOf, showTransform } from './fixture.ts'

const email: TransformSpec = { kind: 'email' }
const masks = masksOf({ 'customers.email': email })

const plan = (columns: readonly ResultColumn[], outputs: Outputs, asked: ColumnMasks = masks): MaskPlan =>
  planFor(columns, outputs, asked, catalog, showTransform)

/** What becomes of one column: `raw`, or the transform and why. */
const fate = (column: ResultColumn, output: OutputLineage, asked: ColumnMasks = masks): string => {
  const made = plan([column], [output], asked)
  const [masked] = made.masked
  return masked === undefined ? 'raw' : `${masked.transform}, ${masked.why}`
}

/** A column of which the server says a relation, a place in it that need not be there, and a name. */
const named = (relation: number, name: string, ordinal = 1_000_000): ResultColumn => ({
  ...described(),
  origin: { relation, ordinal, name },
})

describe('INVARIANT (no-unproven-column): the server names a column of a view, and a relation behind it', () => {
  const DISAGREES = 'redact, metadata disagrees'
  test.each<[string, ResultColumn, OutputLineage, string]>([
    [
      'a masked one',
      named(100, 'mail'),
      lineage(['contacts.mail', 'customers.email'], { direct: true }),
      'email, policy',
    ],
    ['an unmasked one', named(200, 'title', 1), lineage(['contacts.title', 'products.title']), 'raw'],
    ['of another view', named(200, 'mail'), lineage(['contacts.mail', 'customers.email']), DISAGREES],
    ['of another name', named(200, 'id'), lineage(['contacts.title', 'products.title']), DISAGREES],
    ['of a table, which has no view’s name', named(200, 'loud'), lineage(['products.title']), DISAGREES],
    ['of a query', named(200, 'called'), lineage(['products.title'], { as: ['called'] }), 'raw'],
    [
      'of a query, masked',
      named(100, 'mail'),
      lineage(['customers.email'], { as: ['mail'] }),
      'email, policy',
    ],
    [
      'of a query, as another is called',
      named(100, 'id', 1),
      lineage(['customers.email'], { as: ['id'] }),
      'redact, derived',
    ],
    [
      'of a query over another',
      named(100, 'called'),
      lineage(['products.title'], { as: ['called'] }),
      DISAGREES,
    ],
    [
      'of a query that has no such name',
      named(200, 'called'),
      lineage(['products.title'], { as: ['x'] }),
      DISAGREES,
    ],
    ['of a view of the database’s own', named(999, 'pid'), lineage(['pg_stat_activity.pid']), 'raw'],
    ['of one, but a table of the users’', named(200, 'pid'), lineage(['pg_stat_activity.pid']), DISAGREES],
    [
      'of a relation that nobody knows',
      named(999, 'title'),
      lineage(['products.title']),
      'redact, unknown relation',
    ],
  ])('%s', (_what, column, output, expected) => {
    expect(fate(column, output)).toBe(expected)
  })
})

describe('INVARIANT (no-unproven-column): one column', () => {
  test.each<[string, ResultColumn, OutputLineage, string]>([
    ['an unmasked column', described('products.title'), lineage(['products.title']), 'raw'],
    ['a constant', described(), lineage([]), 'raw'],
    ['a masked column', described('customers.email'), lineage(['customers.email']), 'email, policy'],
    [
      'a masked column of which the server says nothing (COPY)',
      described(),
      lineage(['customers.email']),
      'email, policy',
    ],
    [
      'something derived from it',
      described(),
      lineage(['customers.email'], { direct: false }),
      'redact, derived',
    ],
    [
      'something derived from it and others',
      described(),
      lineage(['products.title', 'customers.email']),
      'redact, derived',
    ],
    [
      'two sources that claim to be direct',
      described(),
      lineage(['customers.email', 'products.title'], { direct: true }),
      'redact, derived',
    ],
    [
      'metadata that disagrees, of which NULL tells something',
      described('products.title'),
      lineage(['customers.email'], { direct: false, blank: true }),
      'null, metadata disagrees',
    ],
    ['an unknown source', described(), lineage([], { unknown: true }), 'redact, unproven'],
    [
      'something derived from it of which NULL tells something',
      described(),
      lineage(['customers.email'], { direct: false, blank: true }),
      'null, derived',
    ],
    [
      'an unknown source of which NULL tells something',
      described(),
      lineage([], { unknown: true, blank: true }),
      'null, unproven',
    ],
    [
      'an unknown source beside a raw one',
      described('products.title'),
      lineage(['products.title'], { unknown: true }),
      'redact, unproven',
    ],
    ['a relation that the catalog lacks', described([999, 1]), lineage([]), 'redact, unknown relation'],
    ['a system column', described([100, -1]), lineage([]), 'raw'],
    [
      'a whole row with a masked column',
      described('customers.*'),
      lineage(['customers.id', 'customers.email', 'customers.phone']),
      'redact, derived',
    ],
    [
      'a whole row where only the server says so',
      described('customers.*'),
      lineage(['customers.id'], { direct: true }),
      'redact, derived',
    ],
    ['a whole row without one', described('products.*'), lineage(['products.id', 'products.title']), 'raw'],
    ['a whole row of nothing', described('empty.*'), lineage([]), 'raw'],
    ['a view over it', described('contacts.mail'), lineage(['customers.email']), 'email, policy'],
    [
      'a view over it, in the analysis too',
      described('contacts.mail'),
      lineage(['contacts.mail']),
      'email, policy',
    ],
    [
      'a view over it and what it reads, as one value',
      described('contacts.mail'),
      lineage(['contacts.mail', 'customers.email'], { direct: true }),
      'email, policy',
    ],
    [
      'a view that derives from it, as one value',
      described('contacts.loud'),
      lineage(['contacts.loud', 'customers.email'], { direct: true }),
      'redact, derived',
    ],
    [
      'a view that derives from it',
      described('contacts.loud'),
      lineage(['customers.email'], { direct: true }),
      'redact, derived',
    ],
    ['a view over something else', described('contacts.title'), lineage(['products.title']), 'raw'],
    ['a view column that could not be followed', described('contacts.lost'), lineage([]), 'redact, unproven'],
    ['a view column that is a constant', described('contacts.fixed'), lineage([]), 'raw'],
    ['a view that was not understood', described('dark.x'), lineage(['dark.x']), 'redact, unproven'],
    [
      'a view of the database itself',
      described('pg_stat_activity.pid'),
      lineage(['pg_stat_activity.pid']),
      'raw',
    ],
    [
      'another column than the analysis found',
      described('customers.email'),
      lineage(['products.title']),
      'redact, metadata disagrees',
    ],
    [
      'an ordinal that the table lacks',
      described([100, 77]),
      lineage(['customers.id']),
      'redact, metadata disagrees',
    ],
    [
      'a row that the analysis did not find',
      described('products.*'),
      lineage(['customers.id']),
      'redact, metadata disagrees',
    ],
    [
      'a view the analysis did not go through',
      described('contacts.mail'),
      lineage(['products.title']),
      'redact, metadata disagrees',
    ],
  ])('%s', (_title, column, output, expected) => {
    expect(fate(column, output)).toBe(expected)
  })
})

describe('the narrower transform wins', () => {
  test.each<[string, Record<string, TransformSpec>, string]>([
    ['null over email', { 'customers.email': email, 'contacts.mail': { kind: 'null' } }, 'null, policy'],
    [
      'redact for two that hide different things',
      { 'customers.email': email, 'contacts.mail': { kind: 'hash' } },
      'redact, policy',
    ],
    ['a mask on the view alone', { 'contacts.mail': { kind: 'hash' } }, 'hash, policy'],
  ])('%s', (_title, transforms, expected) => {
    expect(fate(described('contacts.mail'), lineage(['customers.email']), masksOf(transforms))).toBe(expected)
  })

  test.each<[TransformSpec, string]>([
    [{ kind: 'null' }, 'null, policy'],
    [{ kind: 'constant', value: 'x' }, 'constant, policy'],
    [{ kind: 'redact' }, 'redact, policy'],
    [{ kind: 'hash' }, 'redact, derived'],
    [{ kind: 'partial', first: 1, last: 1 }, 'redact, derived'],
    [{ kind: 'email' }, 'redact, derived'],
  ])('derived values keep only what tells nothing: %j', (transform, expected) => {
    const asked = masksOf({ 'customers.email': transform })
    expect(fate(described(), lineage(['customers.email'], { direct: false }), asked)).toBe(expected)
  })
})

describe('INVARIANT (no-unproven-column): whole results', () => {
  const raw = described('products.title')
  const rawLineage = lineage(['products.title'])

  test.each<[string, Outputs]>([
    ['outputs are unknown', 'unknown'],
    ['the statement should return nothing', 'none'],
    ['fewer outputs than columns', [rawLineage]],
    ['more outputs than columns', [rawLineage, rawLineage, rawLineage]],
    ['one column disagrees', [rawLineage, lineage(['customers.id'])]],
  ])('everything is redacted where %s', (_title, outputs) => {
    const made = plan([raw, raw], outputs)
    expect(made.pass).toBe(false)
    expect(made.exposed).toEqual([])
    expect(made.masked.map(({ transform, rule }) => [transform, rule])).toEqual([
      ['redact', 'no-unproven-column'],
      ['redact', 'no-unproven-column'],
    ])
    expect(made.cells.every((cell) => cell !== undefined)).toBe(true)
  })

  test('everything is redacted where no catalog is at hand', () => {
    expect(planFor([raw], [rawLineage], masks, undefined, showTransform).exposed).toEqual([])
  })

  test('everything is NULL where a NULL of one column tells something, and no catalog is at hand', () => {
    const outputs = [rawLineage, lineage(['customers.email'], { direct: false, blank: true })]
    const { masked } = planFor([raw, raw], outputs, masks, undefined, showTransform)
    expect(masked.map(({ transform }) => transform)).toEqual(['null', 'null'])
  })

  test('proven columns are raw beside a masked one', () => {
    const made = plan([raw, described('customers.email')], [rawLineage, lineage(['customers.email'])])
    expect(made.pass).toBe(false)
    expect(made.cells.map((cell) => cell?.(Buffer.from('x'))?.toString())).toEqual([undefined, 'email'])
    expect(made.exposed).toEqual(['out'])
    expect(made.masked).toEqual([
      { name: 'out', transform: 'email', rule: 'rule:customers.email', why: 'policy' },
    ])
  })

  test('a result that is proven whole passes', () => {
    const made = plan([raw, raw], [rawLineage, rawLineage])
    expect(made).toEqual({ pass: true, cells: [undefined, undefined], exposed: ['out', 'out'], masked: [] })
  })

  test('nothing has to be proven where no rule masks anything', () => {
    const none: ColumnMasks = { any: false, forColumn: () => undefined }
    const made = plan([raw, described([999, 1])], 'unknown', none)
    // What cannot be followed counts as labelled.
    const exposed = ['out', 'out']
    expect(made).toEqual({ pass: true, cells: [undefined, undefined], exposed, masked: [], labelled: 2 })
  })

  test('a result described without columns proves nothing of a row that comes all the same', () => {
    expect(plan([], 'none').pass).toBe(false)
    expect(plan([], []).pass).toBe(false)
  })
})

test('a row of one column is not that column', () => {
  const asked = masksOf({ 'single.email': email })
  expect(fate(described('single.*'), lineage(['single.email']), asked)).toBe('redact, derived')
})

test('columns of two readings of the catalog are the same column by their ids', () => {
  const again = { ...lineage(['customers.email']).sources[0] } as OutputLineage['sources'][number]
  const output = lineage([], { sources: [again], direct: true })
  expect(fate(described('customers.email'), output)).toBe('email, policy')
})

const scanned: CellMasker = (cell) => cell

const makes: CellMaskerFor = (transform, column) => {
  if (transform.kind !== 'scan') return () => null
  return column.type === 25 ? scanned : keepsCell
}

describe('texts that no rule masks', () => {
  const number = { ...described('products.id'), type: 23 }
  const made = (asked: ColumnMasks): MaskPlan =>
    planFor(
      [described('products.title'), number, described(), described('customers.email')],
      [lineage(['products.title']), lineage(['products.id']), lineage([]), lineage(['customers.email'])],
      asked,
      catalog,
      makes,
    )

  test('are searched where a rule says so: stored texts, not numbers and not what the statement itself says', () => {
    const { cells, exposed, masked, pass } = made({ ...masks, scan: 'rule' })
    expect(cells.slice(0, 3)).toEqual([scanned, undefined, undefined])
    expect([exposed.length, masked.length, pass]).toEqual([3, 1, false])
  })

  test('pass as they are where none does', () => {
    expect(made(masks).cells.slice(0, 3)).toEqual([undefined, undefined, undefined])
  })

  test('a result that is only searched does not pass as a slice', () => {
    const only = planFor(
      [described('products.title')],
      [lineage(['products.title'])],
      { ...masks, scan: 'rule' },
      catalog,
      makes,
    )
    expect(only).toMatchObject({ pass: false, masked: [], exposed: ['out'] })
  })
})

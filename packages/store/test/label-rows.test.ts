import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Label } from '@sluice/core/catalog/label'
import Database from 'better-sqlite3'
import { type LabelFile, LabelFileError, openLabelFile } from '../src/label-file.ts'
import { LabelRows, type MoveRow } from '../src/label-rows.ts'
import { columnName, labelNames, nameParts } from '../src/names.ts'
import { differences, noteScan } from '../src/scanned.ts'
import { cameFrom, changesOf, sayOf } from '../src/spoken.ts'
import { MAX_COUNTED, Usage } from '../src/usage.ts'

let folder: string
let files: LabelFile[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-labels-'))
  files = []
})

afterEach(() => {
  for (const file of files) file.close()
  rmSync(folder, { recursive: true })
})

const path = (): string => join(folder, 'deep', 'labels')

/** What another process has open. */
const rowsOf = (database = 'shop'): LabelRows => {
  const file = openLabelFile(path())
  files.push(file)
  return new LabelRows(file, database)
}

const email = { name: 'pii.email', origin: 'human', confidence: 1 } as const
const phone = { name: 'pii.phone', origin: 'sample', confidence: 0.9 } as const

const column = (name: string, ordinal: number) => ({
  relation: { schema: 'public', name: 'misc', id: 16_400 },
  name,
  ordinal,
  type: 'text',
  labels: [],
})

describe('the file', () => {
  test('is for its owner alone, and so are those beside it', () => {
    rowsOf().setIdentity('1/1')
    const names = readdirSync(dirname(path()))
    expect(names).toContain('labels-wal')
    for (const name of names) expect(statSync(join(dirname(path()), name)).mode & 0o077).toBe(0)
  })

  test('keeps what is written, for whoever opens it next, each database by itself', () => {
    const rows = rowsOf()
    const place = rows.addPlace({ schema: 'a', table: 't', column: 'c', instead: [7], since: 1 })
    rows.assign(place.id, 'human', [email])
    const other = rowsOf()
    expect(other.places()).toEqual([place])
    expect(other.assignments()).toEqual([{ place: place.id, origin: 'human', labels: [email] }])
    expect(rowsOf('else').places()).toEqual([])
    expect(rowsOf('else').assignments()).toEqual([])
  })

  test.each([
    ['the same copy', '1/1', 16_400],
    ['another copy', '2/1', undefined],
    ['who knows which', undefined, undefined],
  ])('of one database under two names becomes one: %s', (_, identity, relation) => {
    const [shop, admin] = [rowsOf(), rowsOf('admin')]
    shop.setIdentity('1/1')
    if (identity !== undefined) admin.setIdentity(identity)
    const at = { schema: 'a', table: 't', column: 'c', instead: [], since: 1 }
    const place = admin.addPlace({ ...at, relation: 16_400 })
    admin.assign(place.id, 'human', [email])
    const target = admin.addPlace({ ...at, column: 'd' })
    admin.addEdge({ source: place.id, target: target.id, direct: true, labels: [email], from: 'a.t' })
    shop.adopt('admin')
    shop.adopt('admin')
    const [one, two] = rowsOf().places()
    expect([one, two]).toEqual([{ ...at, id: place.id, ...(relation && { relation }) }, target])
    expect(rowsOf().assignments()).toHaveLength(1)
    expect(rowsOf().edges()).toHaveLength(1)
    expect(rowsOf().identity()).toBe('1/1')
    expect([...rowsOf('admin').places(), ...rowsOf('admin').edges()]).toEqual([])
    expect(rowsOf('admin').identity()).toBeUndefined()
  })

  test('is told by its number that another process has written, not that this one has', () => {
    const [rows, other] = [rowsOf(), rowsOf()]
    const before = rows.version()
    rows.setIdentity('1/1')
    expect(rows.version()).toBe(before)
    other.setIdentity('2/2')
    expect(rows.version()).not.toBe(before)
    expect(rows.identity()).toBe('2/2')
  })

  test('takes all of what is written together, or nothing', () => {
    const rows = rowsOf()
    expect(() =>
      rows.together(() => {
        rows.addPlace({ schema: 'a', table: 't', instead: [], since: 1 })
        throw new Error('midway')
      }),
    ).toThrow('midway')
    expect(rows.places()).toEqual([])
  })

  test('of another version is not opened', () => {
    rowsOf()
    const file = new Database(path())
    file.pragma('user_version = 99')
    file.close()
    expect(() => openLabelFile(path())).toThrow(LabelFileError)
    expect(() => openLabelFile(path())).toThrow(/of another version of sluice; give this one a `store.path`/)
  })

  test('of the first layout is brought up to this one', () => {
    const rows = rowsOf()
    const place = rows.addPlace({ schema: 's', table: 't', column: 'a', instead: [], since: 1 })
    const edge = { source: place.id, target: place.id, direct: true, labels: [email], from: 's.t.a' }
    const id = rows.addEdge(edge)
    const file = new Database(path())
    file.exec('ALTER TABLE edge DROP COLUMN relied; PRAGMA user_version = 1')
    file.close()
    expect(rowsOf().edges()).toEqual([{ ...edge, id, database: 'shop', relied: false }])
    expect(rowsOf().takeBackEdge(id)).toBe(true)
  })

  test('of which a page is gone, or that is none, is not read: labels would be missing', () => {
    const rows = rowsOf()
    rows.together(() => {
      for (let n = 0; n < 500; n += 1) rows.addPlace({ schema: 'a', table: `t${n}`, instead: [], since: 1 })
    })
    for (const file of files.splice(0)) file.close()
    const whole = readFileSync(path())
    const PAGE = 4096
    writeFileSync(path(), Buffer.from(whole).fill(0, whole.length - PAGE))
    expect(() => openLabelFile(path())).toThrow(/is damaged \(.+\); put a copy of it back/)
    writeFileSync(path(), whole.subarray(0, whole.length - PAGE))
    expect(() => openLabelFile(path())).toThrow(/is damaged/)
    writeFileSync(path(), 'no database at all')
    expect(() => openLabelFile(path())).toThrow(/is damaged/)
    writeFileSync(path(), whole)
    expect(rowsOf().places()).toHaveLength(500)
  })

  test('that cannot be made is said with what to do', () => {
    expect(() => openLabelFile(join(folder, '\0'))).toThrow(
      /check the folder, or choose another `store.path`/,
    )
  })
})

describe('edges', () => {
  test('that are used while the file cannot be written are counted up to a limit', () => {
    let written = 0
    const usage = new Usage({
      together: (run: () => void) => run(),
      hasEdge: () => true,
      addMove: ({ count }: MoveRow) => {
        written += count
      },
    } as unknown as LabelRows)
    for (let edge = 0; edge <= MAX_COUNTED; edge++)
      usage.count(edge, { principal: 'ana', verb: 'insert', at: 1 })
    usage.count(0, { principal: 'ana', verb: 'insert', at: 2 })
    usage.flush()
    expect(written).toBe(MAX_COUNTED + 1)
  })

  test('go with the places at their ends, and take their uses with them', () => {
    const rows = rowsOf()
    const [a, b] = ['a', 'b'].map((name) =>
      rows.addPlace({ schema: 's', table: 't', column: name, instead: [], since: 1 }),
    )
    const edge = rows.addEdge({
      source: a?.id ?? 0,
      target: b?.id ?? 0,
      direct: true,
      labels: [email],
      from: 's.t.a',
    })
    expect(rows.edges()).toEqual([
      {
        id: edge,
        database: 'shop',
        source: a?.id,
        target: b?.id,
        direct: true,
        labels: [email],
        from: 's.t.a',
        relied: false,
      },
    ])
    const usage = new Usage(rows)
    usage.count(edge, { principal: 'ana', verb: 'insert', at: 5 })
    usage.count(edge, { principal: 'ana', verb: 'insert', at: 9 })
    usage.count(edge, { principal: 'bo', verb: 'merge', at: 7 })
    expect(rows.movesOver(edge)).toEqual([])
    usage.flush()
    usage.count(edge, { principal: 'ana', verb: 'insert', at: 11 })
    usage.flush()
    expect(
      cameFrom(rows, ['s', 't', 'b']).map(({ principal, verb, count }) => [principal, verb, count]),
    ).toEqual([
      ['ana', 'insert', 3],
      ['bo', 'merge', 1],
    ])
    expect(cameFrom(rows, ['s', 't', 'b'])[0]).toMatchObject({
      from: 's.t.a',
      labels: 'pii.email',
      first: '1970-01-01T00:00:00.005Z',
      last: '1970-01-01T00:00:00.011Z',
    })
    usage.count(edge, { principal: 'ana', verb: 'insert', at: 12 })
    rows.removePlace(a?.id ?? 0)
    expect(rows.hasEdge(edge)).toBe(false)
    expect(rows.movesOver(edge)).toEqual([])
    // Counted before it was taken back: it is passed over.
    usage.flush()
    expect(rows.movesOver(edge)).toEqual([])
  })
})

describe('what a person says', () => {
  test('stands until it is taken back, and every change is kept', () => {
    const rows = rowsOf()
    const say = (labels: Parameters<typeof sayOf>[2], at: number) =>
      sayOf(rows, ['public', 't', 'c'], labels, { who: 'dora', at })
    say([email], 1)
    expect(rows.assignments().map(({ origin, labels }) => [origin, labels])).toEqual([['human', [email]]])
    say([], 2)
    expect(rows.assignments().map(({ labels }) => labels)).toEqual([[]])
    say(undefined, 3)
    expect(rows.assignments()).toEqual([])
    expect(rows.places()).toHaveLength(1)
    expect(changesOf(rows).map(({ who, column: name, old, now }) => [who, name, old, now])).toEqual([
      ['dora', 'public.t.c', 'nothing said', 'pii.email'],
      ['dora', 'public.t.c', 'pii.email', 'none'],
      ['dora', 'public.t.c', 'none', 'nothing said'],
    ])
  })
})

const samples = (labels: Readonly<Record<string, readonly Label[]>>) =>
  new Map(Object.entries(labels).map(([name, said], i) => [column(name, i + 1), said]))

describe('what samples say', () => {
  test('is kept, and grows; no later sample takes it back', () => {
    const rows = rowsOf()
    const said = () => rows.assignments().map(({ origin, labels }) => [origin, labelNames(labels)])
    noteScan(rows, samples({ x: [phone], y: [] }), 1)
    expect(said()).toEqual([['sample', 'pii.phone']])
    expect(rows.places().map(({ column: name, relation, ordinal }) => [name, relation, ordinal])).toEqual([
      ['x', 16_400, 1],
    ])
    noteScan(rows, samples({}), 2)
    noteScan(rows, samples({ x: [phone] }), 3)
    noteScan(rows, samples({ x: [] }), 4, 'gateway start')
    expect(said()).toEqual([['sample', 'pii.phone']])
    noteScan(rows, samples({ x: [{ ...phone, name: 'pii.email' }] }), 5, 'gateway start')
    expect(said()).toEqual([['sample', 'pii.email, pii.phone']])
    expect(rows.changes().map(({ at, who, old, new: now }) => [at, who, old, now])).toEqual([
      [1, 'sluice scan', null, 'pii.phone'],
      [5, 'gateway start', 'pii.phone', 'pii.email, pii.phone'],
    ])
  })

  test('leaves alone what a person says', () => {
    const rows = rowsOf()
    noteScan(rows, samples({ x: [phone] }), 1)
    sayOf(rows, ['public', 'misc', 'x'], [email], { who: 'dora', at: 2 })
    noteScan(rows, samples({ x: [{ ...phone, name: 'pii.card' }] }), 3)
    const said = rows.assignments().filter(({ origin }) => origin === 'human')
    expect(said.map(({ labels }) => labelNames(labels))).toEqual(['pii.email'])
  })

  test('the last scan is compared with the next', () => {
    const rows = rowsOf()
    expect(rows.scannedAt()).toBeUndefined()
    const before = [
      { column: 'a.t.gone', type: 'text', labels: '' },
      { column: 'a.t.kept', type: 'text', labels: 'pii' },
      { column: 'a.t.other', type: 'text', labels: 'pii' },
    ]
    rows.setScanned([{ column: 'z.z.z', type: 'text', labels: '' }], 1)
    rows.setScanned(before, 2)
    expect(rows.scannedAt()).toBe(2)
    expect(rows.scanned().map(({ column: name }) => name)).toEqual(['a.t.gone', 'a.t.kept', 'a.t.other'])
    const now = [
      { column: 'a.t.fresh', type: 'text', labels: 'pii.email' },
      { column: 'a.t.kept', type: 'text', labels: 'pii' },
      { column: 'a.t.other', type: 'text', labels: '' },
    ]
    expect(differences(rows.scanned(), now)).toEqual([
      { column: 'a.t.fresh', now: 'pii.email' },
      { column: 'a.t.gone', before: '' },
      { column: 'a.t.other', before: 'pii', now: '' },
    ])
  })
})

test('names are told apart again, whatever is in them', () => {
  for (const parts of [
    ['a', 'b', 'c'],
    ['a.b', 'c "d"', 'e f'],
    ['"', '.', 'ä'],
  ]) {
    const [schema = '', table = '', name = ''] = parts
    expect(nameParts(columnName({ relation: { schema, name: table, id: 1 }, name }))).toEqual(parts)
  }
})

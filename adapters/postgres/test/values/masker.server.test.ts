import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { Catalog } from '@sluice/core/catalog/catalog'
import type { TransformSpec } from '@sluice/core/mask/transform'
import { olderMajors } from '@sluice/testkit/postgres-binaries'
import { pythonWith } from '@sluice/testkit/system-tools'
import { types } from 'pg'
import { maskerFor } from '../../src/values/masker.ts'
import { Bench, VERSIONS } from '../analysis/servers.ts'
import { literals, SCHEMA, userLiterals } from './literals.ts'
import { key, transforms } from './requests.ts'

const TEST_MS = 240_000

type Format = 'text' | 'binary'
/** One masked value: of which type, by which transform, from which literal. */
type Made = {
  readonly oid: number
  readonly type: string
  readonly format: Format
  readonly cell: Buffer
  readonly where: string
}

/** A value of the type as the server sends it; undefined where the type has no such input or no such format. */
const cellOf = async (
  bench: Bench,
  type: Typed,
  literal: string,
  format: Format,
): Promise<Buffer | undefined> => {
  const value = `'${literal.replaceAll("'", "''")}'::${type.name}`
  // As text the value goes out by itself; its binary form, which `pg` takes for text, is asked for.
  const text =
    format === 'text' ? `select ${value} as v` : `select encode(${type.send}(${value}), 'hex') as v`
  try {
    const asIs = { getTypeParser: () => (cell: string) => cell }
    const { rows } = await bench.client.query<{ v: string }>({ text, types: asIs } as never)
    return Buffer.from(rows[0]?.v ?? '', format === 'text' ? 'utf8' : 'hex')
  } catch {
    return undefined
  }
}

/** What became of one value under a transform that is to leave nothing of it. */
type Hidden = {
  readonly kind: TransformSpec['kind']
  readonly type: string
  readonly format: Format
  readonly literal: string
  readonly raw: Buffer
  readonly masked: Buffer | null
}

/** What stays of the value, or tells it from others where all are to look alike. */
const faultsOf = (all: readonly Hidden[]): readonly string[] => {
  const alike = new Map<string, string>()
  return all.flatMap(({ kind, type, format, literal, raw, masked }) => {
    const shown = masked?.toString('hex') ?? 'NULL'
    const where = `${kind} ${type} ${format}`
    // An array of no elements has nothing to hash.
    const isRaw = masked?.equals(raw) === true && !(kind === 'hash' && literal === '{}')
    const words = raw.toString('latin1').match(/[A-Za-z0-9]{4,}/g) ?? []
    const text = masked?.toString('latin1') ?? ''
    const kept = words.filter((word) => word !== 'NULL' && text.includes(word))
    const differs = kind !== 'hash' && (alike.get(where) ?? shown) !== shown
    alike.set(where, shown)
    return isRaw || kept.length > 0 || differs ? [`${where} ${literal}: ${kept.join()} ${shown}`] : []
  })
}

/** Transforms that show nothing of a value, or nothing but which are equal. */
const HIDING: ReadonlySet<string> = new Set(['redact', 'null', 'hash'])

type Typed = {
  readonly oid: number
  readonly name: string
  /** The function that makes its binary form. */
  readonly send: string
  readonly literals: readonly string[]
}

const allTypes = async (bench: Bench): Promise<readonly Typed[]> => {
  const { rows } = await bench.client.query<{
    oid: number
    name: string
    send: string
    typname: string
    element: string | null
  }>(
    `select t.oid::int8::int as oid, format_type(t.oid, -1) as name, t.typname::text as typname,
      (select n.nspname || '.' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace where p.oid = t.typsend) as send, e.typname::text as element
     from pg_type t left join pg_type e on e.typarray = t.oid
     where t.typtype <> 'p' and (t.typrelid = 0 or t.oid >= 16384) and t.typname !~ '^_?pg_(toast|mcv|brin|ndist|depend|node)'
       and t.typnamespace <> 'information_schema'::regnamespace order by t.oid`,
  )
  return rows.map(({ oid, name, send, typname, element }) => {
    const own = userLiterals[name] ?? literals[typname]
    const parts = element === null ? [] : (literals[element] ?? [])
    const quoted = parts.map((part) => `"${part.replace(/["\\]/g, '\\$&')}"`)
    const between = element === 'box' ? ';' : ','
    const arrays =
      element === null || userLiterals[name] !== undefined || quoted.length === 0
        ? []
        : [
            `{${[...quoted, 'NULL'].join(between)}}`,
            '{}',
            `{{${quoted[0]}${between}NULL}${between}{${quoted.at(-1)}${between}${quoted[0]}}}`,
            `[0:0]={${quoted[0]}}`,
          ]
    return {
      oid,
      send,
      name: name === '"char"' || typname !== 'bpchar' ? name : 'bpchar',
      literals: own ?? arrays,
    }
  })
}

describe.each([...VERSIONS, ...olderMajors()])('PostgreSQL %s', (version) => {
  let bench: Bench
  let catalog: Catalog
  const made: Made[] = []
  const refused: string[] = []
  const hidden: Hidden[] = []

  /** Masks one cell of one type in one format, and remembers what came out. */
  const mask = (
    type: Typed,
    literal: string,
    format: Format,
    cell: Buffer,
    transform: TransformSpec,
  ): void => {
    const masked = maskerFor(key)(transform, { name: 'x', type: type.oid, format }, catalog)(cell)
    const where = `${type.name} ${literal} ${JSON.stringify(transform)}`
    if (HIDING.has(transform.kind))
      hidden.push({
        kind: transform.kind,
        type: type.name,
        format,
        literal,
        raw: cell,
        masked: masked === null ? null : Buffer.from(masked),
      })
    if (masked !== null)
      made.push({ oid: type.oid, type: type.name, format, cell: Buffer.from(masked), where })
    else if (MUST.has(type.name)) refused.push(`${where} ${format}: NULL in a domain that takes none`)
  }

  beforeAll(async () => {
    bench = await Bench.open(version, SCHEMA)
    catalog = await bench.catalog()
    await bench.client.query("set search_path = ''")
    for (const type of await allTypes(bench))
      for (const literal of type.literals)
        for (const format of ['text', 'binary'] as const) {
          const cell = await cellOf(bench, type, literal, format)
          if (cell !== undefined)
            for (const transform of transforms) mask(type, literal, format, cell, transform)
        }
  }, TEST_MS)

  afterAll(() => bench?.close(), TEST_MS)

  test('every kind of type has values to mask', () => {
    const seen = new Set(made.map(({ type }) => type))
    const kinds = [
      'text',
      'integer[]',
      'text[]',
      'date',
      'daterange',
      // PostgreSQL has them from 14 on.
      ...(version === '13' ? [] : ['datemultirange']),
      'inet[]',
      'jsonb',
      'app.place',
    ]
    const expected = [
      ...kinds,
      'app.place[]',
      'app.person',
      'app.mood',
      'app.must',
      'app.citext',
      'app.citext[]',
    ]
    expect(expected.filter((type) => !seen.has(type))).toEqual([])
    expect(made.length).toBeGreaterThan(3000)
  })

  test('redact, null and hash leave nothing of a value, whatever its type and format', () => {
    expect(faultsOf(hidden)).toEqual([])
    // Every type that has room for a hash has shown one.
    const hashed = new Set(
      hidden.filter(({ kind, masked }) => kind === 'hash' && masked !== null).map(({ type }) => type),
    )
    const others = new Set(
      hidden.filter(({ kind, type }) => kind === 'hash' && !hashed.has(type)).map(({ type }) => type),
    )
    expect([...hashed].filter((type) => !HASHED.has(type.replace(/\[\]$/, '')))).toEqual([])
    expect([...others].filter((type) => HASHED.has(type.replace(/\[\]$/, '')))).toEqual([])
  })

  test(
    'the server takes back every masked value, the same one in both formats, and node-postgres reads it',
    async () => {
      const printed = new Map<string, string>()
      for (const { type, format, cell, where } of distinct(made)) {
        try {
          const text = `select $1::${type}::text as t, $1::${type} as v`
          // `pg` sends a Buffer in the binary format and a string in the text format.
          const values = [format === 'binary' ? cell : cell.toString('utf8')]
          const { rows } = await bench.client.query({ text, values })
          const now = String((rows[0] as { t: unknown }).t)
          if ((printed.get(where) ?? now) !== now) refused.push(`${where}: ${printed.get(where)} and ${now}`)
          printed.set(where, now)
        } catch (error) {
          refused.push(`${where} ${format}: ${(error as Error).message}`)
        }
      }
      expect(refused).toEqual([])
    },
    TEST_MS,
  )

  test('node-postgres reads the cells as they stand', () => {
    const unread: string[] = []
    const log = jest.spyOn(console, 'log').mockImplementation(() => undefined)
    for (const { oid, format, cell, where } of made) {
      try {
        parserOf(oid, format)(format === 'text' ? cell.toString() : cell)
      } catch (error) {
        unread.push(`${where} ${format}: ${(error as Error).message}`)
      }
    }
    log.mockRestore()
    expect(unread).toEqual([])
  })

  const python = pythonWith('psycopg2')
  const withPython = python === undefined ? test.skip : test
  withPython(
    'psycopg2 reads every masked value',
    () => {
      const input = distinct(made.filter(({ format }) => format === 'text')).map(({ type, cell, where }) => [
        type,
        cell.toString(),
        where,
      ])
      const script = join(import.meta.dirname, 'read_values.py')
      const { stdout, stderr, status } = spawnSync(
        python ?? '',
        [script, bench.server.connectionString('postgres')],
        {
          input: JSON.stringify(input),
          encoding: 'utf8',
          maxBuffer: 64 * 1024 * 1024,
        },
      )
      expect(stderr).toBe('')
      expect(status).toBe(0)
      expect(JSON.parse(stdout)).toEqual({ read: input.length, refused: [] })
    },
    TEST_MS,
  )

  const withPsycopg3 = pythonWith('psycopg') === undefined ? test.skip : test
  withPsycopg3(
    'psycopg 3 reads the cells as they stand, in both formats',
    () => {
      const input = distinct(made).map(({ oid, format, cell, where }) => [
        oid,
        format,
        cell.toString('hex'),
        where,
      ])
      const script = join(import.meta.dirname, 'read_cells.py')
      const { stdout, stderr, status } = spawnSync(
        pythonWith('psycopg') ?? '',
        [script, bench.server.connectionString('postgres')],
        { input: JSON.stringify(input), encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
      )
      expect(stderr).toBe('')
      expect(status).toBe(0)
      expect(JSON.parse(stdout)).toEqual({ read: input.length, refused: [] })
    },
    TEST_MS,
  )
})

/** Types with room for a hash, or made of some. */
const HASHED = new Set(
  `text, character varying, bpchar, name, refcursor, unknown, json, jsonb, xml, uuid, bytea, smallint, integer, bigint,
  numeric, oid, real, double precision, date, timestamp without time zone, timestamp with time zone, inet, cidr,
  macaddr, macaddr8, app.email, app.must, app.must_deep, app.must_mood, app.citext, app.place, app.must_place,
  app.person, app.people`.split(/,\s+/),
)

const parserOf = types.getTypeParser as unknown as (oid: number, format: Format) => (cell: unknown) => unknown

/** Domains that take no NULL. */
const MUST = new Set(['app.must', 'app.must_mood', 'app.must_place', 'app.must_deep'])

/** One of each type, format, value and transform's name: constants make the same value again and again. */
const distinct = (all: readonly Made[]): readonly Made[] => {
  const found = new Map<string, Made>()
  for (const one of all) found.set(`${one.type} ${one.format} ${one.where} ${one.cell.toString('hex')}`, one)
  return [...found.values()]
}

import { readFileSync } from 'node:fs'
import type { ResultColumn } from '@sluice/core/mask/plan'
import type { TransformSpec } from '@sluice/core/mask/transform'

/**
 * Every built-in type, `oid name` a line. Captured from a PostgreSQL 15 server with
 * `select oid, typname from pg_type where oid < 10000 and typrelid = 0 order by oid`.
 */
export const builtInTypes: readonly { readonly oid: number; readonly name: string }[] = readFileSync(
  new URL('./fixtures/built-in-types.txt', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => {
    const [oid, name = ''] = line.split(' ')
    return { oid: Number(oid), name }
  })

/** The key the tests hash with. */
export const key = Buffer.from('0123456789abcdef0123456789abcdef')

/** Every transform, constants of every kind among them, also some that fit no type. */
export const transforms: readonly TransformSpec[] = [
  { kind: 'redact' },
  { kind: 'null' },
  { kind: 'hash' },
  { kind: 'email' },
  { kind: 'partial', first: 1, last: 2 },
  { kind: 'fpe', alphabet: 'digits' },
  { kind: 'fpe', alphabet: 'alphanumeric' },
  { kind: 'date', unit: 'month' },
  { kind: 'date', unit: 'decade' },
  { kind: 'number', bucket: 1000 },
  {
    kind: 'json',
    paths: [
      { path: '$..ssn', transform: { kind: 'fpe', alphabet: 'digits' } },
      { path: '$.a', transform: { kind: 'redact' } },
    ],
  },
  ...[
    '',
    'x',
    '<b>',
    '0',
    '-1',
    '+7',
    '70000',
    '2147483648',
    '9223372036854775808',
    '12.50',
    '-0.00012',
    '10000.0001',
    '1e400',
    '1e3',
    '.5',
    't',
    'false',
    '1970-01-01',
    '2024-02-31',
    '2024-02-29 23:59:59',
    '12:30:00',
    '24:00:00',
    '0.0.0.0',
    '256.0.0.1',
    '::1',
    '08:00:2b:01:02:03',
    '{"a":[1,"é"]}',
    '"\\u0000"',
    '"\\ud800"',
    '\\x00ff',
    'zero\0byte',
    '00000000-0000-4000-8000-000000000000',
    '0000000000004000800000000000000',
    '{1}',
    'x'.repeat(100),
    'é'.repeat(40),
    '0'.repeat(90) + '1.' + '5'.repeat(90),
    '[1,2)',
    '(1,2)',
    'empty',
    '{}',
    'good',
  ].map((value): TransformSpec => ({ kind: 'constant', value })),
]

/** Cells of a type as the server would send them: what the maskers that read a cell are given. */
export const sampleCells = (name: string, format: ResultColumn['format']): readonly Buffer[] => {
  const [text, binary] = samples[name] ?? [['ana@example.com', 'Zoë', ''], undefined]
  return (format === 'binary' && binary !== undefined ? binary : text).map((cell) => Buffer.from(cell))
}

const uuid = '0f8fad5b-d9cb-469f-a165-70867728950e'
const samples: Readonly<
  Record<string, readonly [readonly (string | Buffer)[], (readonly (string | Buffer)[])?]>
> = {
  uuid: [[uuid], [Buffer.from(uuid.replaceAll('-', ''), 'hex')]],
  bytea: [
    ['\\x00ff41', '\\x', '\\000\\377A\\\\'],
    [Buffer.of(0, 255, 65), Buffer.alloc(0)],
  ],
  json: [['{"a":1}', '"ana@example.com"', 'null']],
  jsonb: [
    ['{"a": 1}', '"ana@example.com"'],
    ['\x01{"a": 1}', '\x01"ana@example.com"'],
  ],
  bpchar: [['ana@example.com     ', 'Zoë   ']],
}

import { maskerFor } from '../adapters/postgres/src/values/masker.ts'
import { buildCatalog } from '../packages/core/src/catalog/build.ts'
import type { ScanSpec } from '../packages/core/src/mask/plan.ts'
import type { TransformSpec } from '../packages/core/src/mask/transform.ts'
import { scan } from '../packages/core/src/scan/scan.ts'

// How long one masked cell takes, and how fast texts are searched: CPU time, for other work on the machine is no matter.

const ROUNDS = 7
const CELLS = 200_000
const key = Buffer.from('0123456789abcdef0123456789abcdef')
const catalog = buildCatalog(1, { database: 'bench', relations: [], columns: [], routines: [] }, () => [])

/** The least of some rounds, in microseconds of CPU: what disturbs only adds. */
const least = (work: () => void): number => {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, user + system)
  }
  return best
}

type Format = 'text' | 'binary'
const int4 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
const card = Buffer.from('4111111111111111')
const mail = Buffer.from('ana.maria@example.com')
const note = Buffer.from('Order 1234 was shipped to the usual place on 2024-05-17, thanks')
const document = Buffer.from('{"a": 1, "b": {"ssn": "none", "at": "2024-05-17"}, "c": [true, null]}')

/** What is masked, the type OID and format of the cell, and the most microseconds it is meant to take. */
const cases: readonly (readonly [string, TransformSpec | ScanSpec, number, Format, Buffer, number?])[] = [
  ['redact text', { kind: 'redact' }, 25, 'text', mail, 0.3],
  ['null int4', { kind: 'null' }, 23, 'binary', int4(5), 0.3],
  ['partial text', { kind: 'partial', first: 0, last: 4 }, 25, 'text', card, 0.3],
  ['email text', { kind: 'email' }, 25, 'text', mail],
  ['hash text', { kind: 'hash' }, 25, 'text', mail, 2],
  ['hash int4, binary', { kind: 'hash' }, 23, 'binary', int4(123_456), 2],
  ['hash uuid, binary', { kind: 'hash' }, 2950, 'binary', Buffer.alloc(16, 7), 2],
  [
    'date timestamptz, text',
    { kind: 'date', unit: 'year' },
    1184,
    'text',
    Buffer.from('1984-07-19 10:11:12+02'),
  ],
  ['number int4, binary', { kind: 'number', bucket: 1000 }, 23, 'binary', int4(123_456)],
  [
    'partial text[], text',
    { kind: 'partial', first: 1, last: 1 },
    1009,
    'text',
    Buffer.from('{ana,"b c",NULL}'),
  ],
  [
    'json jsonb, text',
    { kind: 'json', paths: [{ path: '$.b.ssn', transform: { kind: 'redact' } }] },
    3802,
    'text',
    document,
  ],
  ['fpe text', { kind: 'fpe', alphabet: 'digits' }, 25, 'text', card],
  ['scan text, 63 bytes', { kind: 'scan' }, 25, 'text', note],
  ['scan jsonb, 70 bytes', { kind: 'scan' }, 3802, 'text', document],
]

console.log('masked cell                     µs of CPU   meant')
for (const [name, transform, type, format, cell, meant] of cases) {
  const mask = maskerFor(key)(transform, { name: 'x', type, format }, catalog)
  const count = transform.kind === 'fpe' ? CELLS / 20 : CELLS
  const spent = least(() => {
    for (let i = 0; i < count; i++) mask(cell)
  })
  console.log(
    `${name.padEnd(30)} ${(spent / count).toFixed(3).padStart(10)}   ${meant === undefined ? '' : `≤ ${meant}`}`,
  )
}

const prose =
  'It is a truth of every well-kept shop that Orders are late, and that nobody (not even the owner) knows why. Ask again.\n'
const logs =
  '2024-05-17 10:11:12.345 INFO order 123456 of 1,234.50 EUR took 17 ms; retry 0 of 3 from 10.0.0.7:5432\n'
const items = JSON.stringify({
  id: 12_345,
  name: 'blue mug',
  price: 12.5,
  at: '2024-05-17T10:11:12Z',
  tags: ['a', 'b'],
})
const MEGABYTE = 1_000_000

console.log('\ntext without hits                    MB/s   meant')
for (const [name, text] of [
  ['prose', prose],
  ['log lines', logs],
  ['JSON', items],
] as const) {
  const bytes = Buffer.alloc(MEGABYTE, text)
  const spent = least(() => {
    for (let i = 0; i < 10; i++) scan(bytes)
  })
  console.log(
    `${name.padEnd(30)} ${((10 * MEGABYTE) / spent).toFixed(0).padStart(10)}   ${name === 'prose' ? '≥ 150' : ''}`,
  )
}

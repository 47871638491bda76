import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { encodeCopyData } from '../adapters/postgres/src/messages/copy-data.ts'
import { debianPostgresBin } from '../packages/testkit/src/postgres-binaries.ts'
import { copyIn, readAll } from './bulk-transfer.ts'
import type { Target } from './run-pgbench.ts'

const run = promisify(execFile)

/** Something big that is carried. `run` resolves with how many seconds it took; `as` is the login at the gateway. */
export type BulkLoad = {
  readonly name: string
  /** How much it is meant to reach of the splice's speed. */
  readonly meant: number
  readonly as: 'reader' | 'searched'
  readonly run: (target: Target) => Promise<number>
}

/** As many rows as make about 1 MB of DataRows. */
const ROWS_PER_MEGABYTE = 4500

/** Eight columns that hold no text and two that do: in `people` those two are labelled by their names. */
const tables = (rows: number): readonly string[] => [
  `CREATE UNLOGGED TABLE events AS SELECT ${COLUMNS},
     'retry ' || i % 7 || ' of the nightly export took ' || i % 4000 || ' ms; nothing was lost' AS note,
     'Order ' || i || ' was shipped to the usual place, thanks' AS remark
   FROM generate_series(1, ${rows}) i`,
  `CREATE UNLOGGED TABLE people AS SELECT ${COLUMNS},
     'someone.' || i || '@mail-' || i % 90 || '.example.com' AS email,
     '+4930' || 1000000 + i % 9000000 AS phone
   FROM generate_series(1, ${rows * 1.25}) i`,
  'CREATE UNLOGGED TABLE restored (LIKE events)',
]

const COLUMNS = `i::bigint AS id, timestamptz '2024-05-17 10:00:00+00' + i * interval '1 second' AS at,
  (i % 12)::smallint AS kind, (i % 90000)::numeric(12, 2) / 4 AS amount, (i % 17)::int AS quantity,
  i % 3 = 0 AS done, md5(i::text)::uuid AS reference, date '2024-05-17' + i % 300 AS day`

/** Makes the tables, of about `megabytes` each, and the archive that pg_restore reads. */
export async function prepareBulk(direct: Target, folder: string, megabytes: number): Promise<string> {
  for (const statement of tables(megabytes * ROWS_PER_MEGABYTE)) await readAll(direct, statement)
  const archive = join(folder, 'events.dump')
  const source = ['--format=custom', '--compress=0', '--data-only', '--table=events']
  await run(tool('pg_dump'), [...source, `--file=${archive}`, ...connection(direct)], environment(direct))
  return archive
}

/** The loads of the race. */
export function bulkLoads(direct: Target, archive: string, megabytes: number): readonly BulkLoad[] {
  const lines = copyLines()
  return [
    { name: 'result', meant: 0.85, as: 'reader', run: reads('SELECT * FROM events') },
    { name: '2 of 10 masked', meant: 0.6, as: 'reader', run: reads('SELECT * FROM people') },
    { name: '2 texts searched', meant: 0.25, as: 'searched', run: reads('SELECT * FROM events') },
    { name: 'COPY out', meant: 0.8, as: 'reader', run: reads('COPY events TO STDOUT') },
    {
      name: 'COPY in',
      meant: 0.8,
      as: 'reader',
      run: async (target) =>
        (await copyIn(target, 'COPY restored FROM STDIN WHERE id < 0', lines, megabytes)).seconds,
    },
    { name: 'pg_restore', meant: 0.8, as: 'reader', run: (target) => restore(direct, target, archive) },
  ]
}

function reads(query: string): BulkLoad['run'] {
  return async (target) => (await readAll(target, query)).seconds
}

/** 1 MB of lines as psql and pg_restore send them: some kilobytes a message, cut anywhere. */
function copyLines(): Buffer {
  const line =
    '1\t2024-05-17 10:00:01+00\t3\t20.25\t4\tt\tc4ca4238-a0b9-2382-0dcc-509a6f75849b\t2024-05-18\tnothing was lost\tthanks\n'
  const text = Buffer.from(line.repeat(Math.ceil(1_000_000 / line.length)))
  const messages: Buffer[] = []
  for (let at = 0; at < text.length; at += COPY_MESSAGE_BYTES)
    messages.push(encodeCopyData({ data: text.subarray(at, at + COPY_MESSAGE_BYTES) }))
  return Buffer.concat(messages)
}

/** What psql's \copy sends at once. */
const COPY_MESSAGE_BYTES = 8192

async function restore(direct: Target, target: Target, archive: string): Promise<number> {
  await readAll(direct, 'TRUNCATE events')
  const begun = performance.now()
  const flags = ['--data-only', '--exit-on-error', ...connection(target), archive]
  await run(tool('pg_restore'), flags, environment(target))
  return (performance.now() - begun) / 1000
}

function tool(name: string): string {
  const bin = debianPostgresBin()
  if (bin === undefined) throw new Error(`\`${name}\` is not installed: run \`apt-get install postgresql\``)
  return join(bin, name)
}

function connection({ port, database }: Target): readonly string[] {
  return ['--host=127.0.0.1', `--port=${port}`, `--dbname=${database}`]
}

function environment({ user, password }: Target): { readonly env: NodeJS.ProcessEnv } {
  const env = { PATH: process.env['PATH'], PGUSER: user, PGPASSWORD: password }
  return { env: { ...env, PGSSLMODE: 'disable', PGGSSENCMODE: 'disable' } }
}

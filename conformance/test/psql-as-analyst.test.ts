import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { missingTools, program, run } from '../harness/program.ts'
import { sentinels, shopSchema } from '../harness/shop.ts'
import { onDatabase } from '../harness/side-by-side.ts'

const missing = missingTools('psql', 'PostgreSQL server').length > 0
const suite = missing ? describe.skip : describe

let server: RunningPostgres
let gateway: TestGateway

beforeAll(async () => {
  if (missing) return
  const settings = {
    primary_conninfo: 'host=there password=kept-conninfo',
    archive_command: 'push --key=kept-command',
  }
  server = await startPostgres({
    version: 'debian',
    superuserPassword: 'secret',
    auth: 'scram-sha-256',
    settings,
  })
  await onDatabase(server, 'postgres', shopSchema)
  await onDatabase(
    server,
    'postgres',
    `ALTER DATABASE postgres SET app.jwt_secret = 'kept-of-database';
      CREATE ROLE clerk; ALTER ROLE clerk SET app.jwt_secret = 'kept-of-role'`,
  )
  gateway = await startGateway({ upstream: server, database: 'postgres' })
}, 120_000)

afterAll(async () => {
  await gateway?.close()
  await server?.stop()
})

const psql = (url: string, input: string): ReturnType<typeof run> =>
  run(program('psql'), ['-X', '-a', url], { input })

/** What tells an analyst nothing personal arrives as it is: a tool that looks around must be able to. */
const harmless: readonly string[] = [
  String.raw`\d`,
  String.raw`\d customers`,
  String.raw`\d+ customers`,
  String.raw`\d+ customer_contacts`,
  String.raw`\d orders`,
  String.raw`\d pg_class`,
  String.raw`\dt`,
  String.raw`\dt+`,
  String.raw`\dv`,
  String.raw`\di+`,
  String.raw`\df`,
  String.raw`\sf pg_catalog.version`,
  String.raw`\sv customer_contacts`,
  String.raw`\dn+`,
  String.raw`\dp`,
  String.raw`\du`,
  String.raw`\dT`,
  String.raw`\dx`,
  String.raw`\dC`,
  String.raw`\l`,
  'SELECT version(), current_user, current_database(), current_schema',
  "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2",
  "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'orders'::regclass ORDER BY 1",
  "SELECT viewname, definition FROM pg_views WHERE schemaname = 'public'",
  'SELECT id, title, price FROM products ORDER BY id',
  'SELECT count(*), max(id) FROM customers',
  'COPY products TO STDOUT',
]

suite('psql for an analyst under the baseline policy', () => {
  test.each(harmless)('%s says what it says without the gateway', async (line) => {
    const statement = line.startsWith('\\') ? line : `${line};`
    const direct = await psql(server.connectionString('postgres'), `${statement}\n`)
    const through = await psql(gateway.url('ana'), `${statement}\n`)
    expect(through).toEqual(direct)
    expect(through.output).not.toContain('ERROR')
    expect(through.output).not.toContain('[redacted]')
  })

  test.each([
    String.raw`\drds`,
    'SELECT setconfig, setconfig::text, s FROM pg_db_role_setting s',
    'SELECT array_to_string(setconfig, $$ $$) FROM pg_db_role_setting',
    'SELECT rolname, rolconfig FROM pg_roles',
    'SELECT r FROM pg_roles r',
    'SELECT usename, useconfig FROM pg_user',
    'SELECT useconfig FROM pg_shadow',
    'SELECT setting FROM pg_file_settings',
    'SELECT ident FROM pg_backend_memory_contexts',
    'SHOW primary_conninfo',
    "SELECT current_setting('primary_conninfo')",
    'SHOW archive_command',
    'SHOW app.jwt_secret',
    "SELECT current_setting('app.jwt_secret')",
  ])('%s shows no settings that may hold secrets', async (line) => {
    const { output, code } = await psql(gateway.url('ana'), line.startsWith('\\') ? line : `${line};\n`)
    expect(code).toBe(0)
    expect(output).not.toContain('kept-')
    expect(output).not.toContain('ERROR')
  })

  test('settings of databases and roles are listed as they are but for their values', async () => {
    const listed = String.raw`\drds`
    const direct = await psql(server.connectionString('postgres'), `${listed}\n`)
    const through = await psql(gateway.url('ana'), `${listed}\n`)
    expect(direct.output).toContain('kept-of-role')
    expect(through.output).toMatch(/clerk +\| +\|.*redacted/)
  })

  test('a refusal leaves the session in order, and personal data stays masked', async () => {
    const input =
      'DROP TABLE orders;\nSELECT email, notes FROM customers;\nSELECT count(*) AS orders FROM orders;\n'
    const { output, code } = await psql(gateway.url('ana'), input)
    expect(code).toBe(0)
    expect(output).toContain('ERROR:')
    expect(output).toContain('HINT:')
    expect(output).toContain('(20 rows)')
    expect(output).toMatch(/orders \n-+\n +100\n/)
    for (const sentinel of sentinels) expect(output).not.toMatch(sentinel)
  })
})

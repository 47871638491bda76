import { join } from 'node:path'
import { libpqUrl, type Side } from '../harness/side-by-side.ts'
import { type Address, type Driver, go, java, PROGRAMS, python } from './driver-programs.ts'
import type { Way } from './driver-worlds.ts'

const TYPES = join(PROGRAMS, 'types.sql')
const JDBC = '/usr/share/java/postgresql.jar'

/** Over TLS the certificate is checked, and the name in it. */
const tls = ({ ca }: Side, way: Way): string =>
  way === 'plain' ? 'sslmode=disable' : `sslmode=verify-full&sslrootcert=${ca}`

const url: Address = (side, way) => [libpqUrl(side, `?${tls(side, way)}`)]

const jdbcUrl: Address = (side, way) => {
  const { host, port, database, user, password } = side
  return [`jdbc:postgresql://${host}:${port}/${database}?user=${user}&password=${password}&${tls(side, way)}`]
}

/** The drivers that are tried, each in its own program, which prints what it sees. */
export const drivers: readonly Driver[] = [
  python(url, 'psycopg 3', 'python-psycopg.py'),
  python(url, 'psycopg2', 'python-psycopg2.py'),
  python(url, 'asyncpg', 'python-asyncpg.py'),
  python(url, 'ODBC', 'python-odbc.py', ['pyodbc', 'psqlODBC']),
  go(url, 'pgx', 'go-pgx'),
  go(url, 'lib/pq', 'go-pq'),
  java(jdbcUrl, { name: 'JDBC', tools: ['javac', 'JDBC driver'] }, JDBC, 'java-jdbc.java'),
  {
    name: 'node-postgres',
    tools: [],
    prepare: async () => (side, way) => ({
      program: process.execPath,
      args: ['--no-deprecation', join(PROGRAMS, 'node-postgres.mjs'), ...url(side, way)],
    }),
  },
]

/** What a program tries. `table:` and a name (drivers of MySQL only): all of that table, in every way it has to read. */
export type Mode = 'plain' | 'masked' | `table:${string}`

/** What follows the address: what to try, and where the values of every type are. */
export const modeArguments = (mode: Mode): readonly string[] => [mode, TYPES]

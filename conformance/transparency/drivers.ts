import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Side } from '../harness/side-by-side.ts'
import { libpqUrl } from '../harness/side-by-side.ts'
import type { Way } from './driver-worlds.ts'

const run = promisify(execFile)

/** How long a driver's program may take to build. */
export const BUILD_TIMEOUT_MS = 5 * 60_000

/** How a driver's program is started: the program and its arguments, up to the mode. */
export type Start = (side: Side, way: Way) => { readonly program: string; readonly args: readonly string[] }

/** A driver and the program that tries it. */
export type Driver = {
  readonly name: string
  /** What it needs of `conformanceTools`, by name. */
  readonly tools: readonly string[]
  /** Builds the program into `folder` where that is needed. */
  readonly prepare: (folder: string) => Promise<Start>
}

/** Where the programs are. */
export const PROGRAMS: string = join(import.meta.dirname, '..', 'drivers', 'smoke')
const TYPES = join(PROGRAMS, 'types.sql')
/** The system's own, for which Debian has the drivers. */
export const PYTHON: string = '/usr/bin/python3'
const JDBC = '/usr/share/java/postgresql.jar'
const PLAINTEXT = '?sslmode=disable'

const python = (name: string, program: string, ...tools: readonly string[]): Driver => ({
  name,
  tools,
  prepare: async () => (side) => ({
    program: PYTHON,
    args: ['-u', join(PROGRAMS, program), libpqUrl(side, PLAINTEXT)],
  }),
})

/** Builds a program; Debian's Go libraries lie in a workspace of the old kind. */
export const buildGo = async (folder: string, program: string): Promise<string> => {
  const built = join(folder, program)
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    GOCACHE: join(folder, 'go-cache'),
    GOPATH: '/usr/share/gocode',
    GO111MODULE: 'off',
  }
  const source = join(PROGRAMS, `${program}.go`)
  await run('go', ['build', '-o', built, source], { env, timeout: BUILD_TIMEOUT_MS })
  return built
}

const go = (name: string, program: string): Driver => ({
  name,
  tools: ['go', name],
  prepare: async (folder) => {
    const built = await buildGo(folder, program)
    return (side) => ({ program: built, args: [libpqUrl(side, PLAINTEXT)] })
  },
})

/** Compiles a program into a folder of classes. */
export const javac = async (classes: string, jar: string, program: string): Promise<void> => {
  const args = ['-J-Xmx256m', '-d', classes, '-cp', jar, join(PROGRAMS, program)]
  await run('javac', args, { timeout: BUILD_TIMEOUT_MS })
}

/** How Java is started for a short program. */
export const JAVA: readonly string[] = [
  '-XX:TieredStopAtLevel=1',
  '-Xmx256m',
  '-Duser.timezone=UTC',
  '-Dfile.encoding=UTF-8',
]

const jdbc: Driver = {
  name: 'JDBC',
  tools: ['javac', 'JDBC driver'],
  prepare: async (folder) => {
    const classes = join(folder, 'classes')
    await mkdir(classes)
    await javac(classes, JDBC, 'java-jdbc.java')
    return ({ host, port, database, user, password }) => ({
      program: 'java',
      args: [
        ...JAVA,
        '-cp',
        `${JDBC}:${classes}`,
        'Smoke',
        `jdbc:postgresql://${host}:${port}/${database}?user=${user}&password=${password}&sslmode=disable`,
      ],
    })
  },
}

/** The drivers that are tried, each in its own program, which prints what it sees. */
export const drivers: readonly Driver[] = [
  python('psycopg 3', 'python-psycopg.py', 'psycopg 3'),
  python('psycopg2', 'python-psycopg2.py', 'psycopg2'),
  python('asyncpg', 'python-asyncpg.py', 'asyncpg'),
  python('ODBC', 'python-odbc.py', 'pyodbc', 'psqlODBC'),
  go('pgx', 'go-pgx'),
  go('lib/pq', 'go-pq'),
  jdbc,
  {
    name: 'node-postgres',
    tools: [],
    prepare: async () => (side) => ({
      program: process.execPath,
      args: [join(PROGRAMS, 'node-postgres.mjs'), libpqUrl(side, PLAINTEXT)],
    }),
  },
]

/** What a program tries. `table:` and a name (drivers of MySQL only): all of that table, in every way it has to read. */
export type Mode = 'plain' | 'masked' | `table:${string}`

/** What follows the address: what to try, and where the values of every type are. */
export const modeArguments = (mode: Mode): readonly string[] => [mode, TYPES]

import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Side } from '../harness/side-by-side.ts'
import type { Way } from './driver-worlds.ts'
import { BUILD_TIMEOUT_MS, buildGo, type Driver, JAVA, javac, PROGRAMS, PYTHON } from './drivers.ts'

const run = promisify(execFile)

const JAR = '/usr/share/java/mariadb-java-client.jar'

/** Every program takes the same: where to connect, with which authority (none: without TLS). */
const where = ({ host, port, user, password, database, ca = '' }: Side, way: Way): readonly string[] => [
  host,
  String(port),
  user,
  password,
  database,
  way === 'plain' ? '' : ca,
]

const python = (name: string, file: string): Driver => ({
  name,
  tools: [name],
  prepare: async () => (side, way) => ({
    program: PYTHON,
    args: ['-u', join(PROGRAMS, file), ...where(side, way)],
  }),
})

const connectorJ: Driver = {
  name: 'Connector/J',
  tools: ['javac', 'Connector/J'],
  prepare: async (folder) => {
    const classes = join(folder, 'mariadb-classes')
    await mkdir(classes)
    await javac(classes, JAR, 'mysql-jdbc.java')
    return (side, way) => ({
      program: 'java',
      args: [...JAVA, '-cp', `${JAR}:${classes}`, 'Smoke', ...where(side, way)],
    })
  },
}

const connectorC: Driver = {
  name: 'Connector/C',
  tools: ['gcc', 'Connector/C'],
  prepare: async (folder) => {
    const built = join(folder, 'mysql-connector-c')
    const source = join(PROGRAMS, 'mysql-connector-c.c')
    const args = ['-Wall', '-Werror', '-I/usr/include/mariadb', '-o', built, source, '-lmariadb']
    await run('gcc', args, { timeout: BUILD_TIMEOUT_MS })
    return (side, way) => ({ program: built, args: where(side, way) })
  },
}

const go: Driver = {
  name: 'go-sql-driver',
  tools: ['go', 'go-sql-driver'],
  prepare: async (folder) => {
    const built = await buildGo(folder, 'mysql-go')
    return (side, way) => ({ program: built, args: where(side, way) })
  },
}

/** The drivers of MySQL and MariaDB that are tried, beside mysql2 and the command-line clients. */
export const mysqlDrivers: readonly Driver[] = [
  python('PyMySQL', 'mysql-pymysql.py'),
  python('mysqlclient', 'mysql-mysqlclient.py'),
  connectorJ,
  connectorC,
  go,
]

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { isExecutable } from './executable.ts'
import { debianPostgresBin } from './postgres-binaries.ts'

/** A program from outside that tests use, and the Debian package that brings it. */
export type SystemTool = {
  readonly name: string
  readonly debianPackage: string
  readonly find: () => string | undefined
}

const SYSTEM_PYTHON = '/usr/bin/python3'

/** Everything from outside that the tests use. Without one of them, its tests are skipped. */
export const systemTools: readonly SystemTool[] = [
  { name: 'psql', debianPackage: 'postgresql-client', find: () => findProgram('psql') },
  { name: 'pg_dump', debianPackage: 'postgresql-client', find: () => findProgram('pg_dump') },
  { name: 'pgbench', debianPackage: 'postgresql', find: () => findProgram('pgbench') },
  { name: 'pg_basebackup', debianPackage: 'postgresql-client', find: () => findProgram('pg_basebackup') },
  { name: 'pg_recvlogical', debianPackage: 'postgresql-client', find: () => findProgram('pg_recvlogical') },
  { name: 'PostgreSQL server', debianPackage: 'postgresql', find: debianPostgresBin },
  { name: 'python3 with psycopg2', debianPackage: 'python3-psycopg2', find: () => pythonWith('psycopg2') },
  {
    name: 'python3 with psycopg 3',
    debianPackage: 'python3-psycopg',
    find: () => pythonWith('psycopg'),
  },
  { name: 'MariaDB server', debianPackage: 'mariadb-server', find: mariadbServer },
  { name: 'python3 with PyMySQL', debianPackage: 'python3-pymysql', find: () => pythonWith('pymysql') },
  { name: 'mariadb', debianPackage: 'mariadb-client', find: () => findProgram('mariadb') },
  { name: 'mariadb-dump', debianPackage: 'mariadb-client', find: () => findProgram('mariadb-dump') },
  { name: 'sysbench', debianPackage: 'sysbench', find: () => findProgram('sysbench') },
]

const GO_LIBRARIES = '/usr/share/gocode/src/github.com'

/** What PostgreSQL's own test programs are built with, and the drivers that are tried, beside `systemTools`. */
export const conformanceTools: readonly SystemTool[] = [
  { name: 'psql', debianPackage: 'postgresql-client', find: () => findProgram('psql') },
  { name: 'PostgreSQL server', debianPackage: 'postgresql', find: debianPostgresBin },
  { name: 'MariaDB server', debianPackage: 'mariadb-server', find: mariadbServer },
  { name: 'mysqltest', debianPackage: 'mariadb-test', find: () => findProgram('mysqltest') },
  { name: 'MariaDB’s tests', debianPackage: 'mariadb-test-data', find: mariadbTestData },
  { name: 'gcc', debianPackage: 'gcc', find: () => findProgram('gcc') },
  { name: 'C library', debianPackage: 'libc6-dev', find: () => existing('/usr/include/stdio.h') },
  { name: 'make', debianPackage: 'make', find: () => findProgram('make') },
  { name: 'bzip2', debianPackage: 'bzip2', find: () => findProgram('bzip2') },
  { name: 'psycopg 3', debianPackage: 'python3-psycopg', find: () => pythonWith('psycopg') },
  { name: 'psycopg2', debianPackage: 'python3-psycopg2', find: () => pythonWith('psycopg2') },
  { name: 'asyncpg', debianPackage: 'python3-asyncpg', find: () => pythonWith('asyncpg') },
  { name: 'pyodbc', debianPackage: 'python3-pyodbc', find: () => pythonWith('pyodbc') },
  {
    name: 'psqlODBC',
    debianPackage: 'odbc-postgresql',
    find: () => existing('/usr/share/psqlodbc/odbcinst.ini.template'),
  },
  { name: 'go', debianPackage: 'golang-go', find: () => findProgram('go') },
  {
    name: 'pgx',
    debianPackage: 'golang-github-jackc-pgx-v4-dev',
    find: () => existing(`${GO_LIBRARIES}/jackc/pgx`),
  },
  {
    name: 'lib/pq',
    debianPackage: 'golang-github-lib-pq-dev',
    find: () => existing(`${GO_LIBRARIES}/lib/pq`),
  },
  { name: 'javac', debianPackage: 'default-jdk-headless', find: () => findProgram('javac') },
  {
    name: 'JDBC driver',
    debianPackage: 'libpostgresql-jdbc-java',
    find: () => existing('/usr/share/java/postgresql.jar'),
  },
  { name: 'MariaDB server', debianPackage: 'mariadb-server', find: mariadbServer },
  { name: 'PyMySQL', debianPackage: 'python3-pymysql', find: () => pythonWith('pymysql') },
  {
    name: 'cryptography for PyMySQL',
    debianPackage: 'python3-cryptography',
    find: () => pythonWith('pymysql, cryptography'),
  },
  { name: 'mysqlclient', debianPackage: 'python3-mysqldb', find: () => pythonWith('MySQLdb') },
  {
    name: 'Connector/J',
    debianPackage: 'libmariadb-java',
    find: () => existing('/usr/share/java/mariadb-java-client.jar'),
  },
  {
    name: 'Connector/C',
    debianPackage: 'libmariadb-dev',
    find: () => existing('/usr/include/mariadb/mysql.h'),
  },
  {
    name: 'go-sql-driver',
    debianPackage: 'golang-github-go-sql-driver-mysql-dev',
    find: () => existing(`${GO_LIBRARIES}/go-sql-driver/mysql`),
  },
]

const existing = (file: string): string | undefined => (existsSync(file) ? file : undefined)

/** MariaDB's server, which Debian puts where only root's PATH leads. */
export function mariadbServer(): string | undefined {
  return findProgram('mariadbd') ?? existing('/usr/sbin/mariadbd')
}

/** The folder of MariaDB's own tests: `main`, `include` and `std_data` are in it. */
export function mariadbTestData(): string | undefined {
  return existing('/usr/share/mysql/mysql-test/main') && '/usr/share/mysql/mysql-test'
}

/** The program's file: on PATH, or beside the newest PostgreSQL server; undefined where there is none. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), debianPostgresBin()]
  return folders
    .filter((folder) => folder !== undefined && folder !== '')
    .map((folder) => join(folder ?? '', name))
    .find(isExecutable)
}

/** The system's Python where it can import `module`, or undefined. */
export function pythonWith(module: string): string | undefined {
  if (!isExecutable(SYSTEM_PYTHON)) return undefined
  const tried = spawnSync(SYSTEM_PYTHON, ['-c', `import ${module}`], { stdio: 'ignore', timeout: 20_000 })
  return tried.status === 0 ? SYSTEM_PYTHON : undefined
}

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { freePort } from './free-port.ts'
import { madeOnce } from './kept-folder.ts'
import { guardAgainstOrphans } from './orphan-guard.ts'
import type { ServerAccount } from './postgres-binaries.ts'
import {
  type PostgresVersion,
  postgresBin,
  reachableTemporaryFolder,
  serverAccount,
} from './postgres-binaries.ts'
import type { PostgresAuth, PostgresSettings, PostgresTls } from './postgres-files.ts'
import { writeAccessRules, writeOwned, writeSettings, writeTls } from './postgres-files.ts'

const run = promisify(execFile)

const SUPERUSER = 'postgres'
const START_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 10_000
const START_ATTEMPTS = 3

/** What a server is started with. */
type PostgresOptions = {
  readonly version: PostgresVersion
  readonly superuserPassword: string
  readonly auth: PostgresAuth
  /** `postgresql.conf` settings on top of the ones for tests. */
  readonly settings?: PostgresSettings
  readonly tls?: PostgresTls
  /** Which statements the server logs; default none. */
  readonly logStatement?: 'none' | 'ddl' | 'mod' | 'all'
  /** Where the server logs; default: a file beside the data, removed at stop. */
  readonly logFile?: string
}

/** A server that runs until `stop`, or until this process ends. */
export type RunningPostgres = {
  readonly host: string
  readonly port: number
  readonly superuser: string
  readonly password: string
  readonly dataDir: string
  /** The process id of the postmaster. */
  readonly pid: number
  /** Fast shutdown; then the data is removed. Safe to call twice. */
  readonly stop: () => Promise<void>
  /** SIGKILL to the postmaster, as a crash. The data stays until `stop`. */
  readonly kill: () => Promise<void>
  /** What the server logged up to now. */
  readonly logText: () => Promise<string>
  readonly connectionString: (database: string) => string
}

type Prepared = {
  readonly bin: string
  readonly root: string
  readonly data: string
  readonly account: ServerAccount
  readonly logFile: string
}

/** Makes a fresh cluster and starts a real PostgreSQL on 127.0.0.1. Rejects with the server's own log. */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const prepared = await prepare(options)
  try {
    for (let attempt = 1; ; attempt++) {
      const port = await freePort()
      const started = await launch(prepared, options, port)
      if (started) return started
      const log = await readFile(prepared.logFile, 'utf8')
      if (attempt === START_ATTEMPTS || !log.includes('Address already in use'))
        throw new Error(`PostgreSQL did not start; its log says:\n${log}`)
    }
  } catch (error) {
    await rm(prepared.root, { recursive: true, force: true })
    throw error
  }
}

async function prepare(options: PostgresOptions): Promise<Prepared> {
  const account = serverAccount()
  const bin = await postgresBin(options.version, account)
  const root = await mkdtemp(join(reachableTemporaryFolder(account), 'sluice-pg-'))
  if (account) await chown(root, account.uid, account.gid)
  const data = join(root, 'data')
  const prepared = { bin, root, data, account, logFile: options.logFile ?? join(root, 'log') }
  await initialise(prepared, options)
  await writeAccessRules(data, account, options.auth, options.tls)
  return prepared
}

async function initialise(prepared: Prepared, options: PostgresOptions): Promise<void> {
  const { bin, root, data, account } = prepared
  const { auth, superuserPassword: password, version } = options
  const flags = ['--no-sync', '--encoding=UTF8', '--locale=C', `--username=${SUPERUSER}`]
  // With `md5` initdb also stores the password that way; every other method is served by a SCRAM verifier.
  flags.push(`--auth=${auth === 'md5' ? 'md5' : 'scram-sha-256'}`)
  await madeOnce(data, {
    name: `postgresql-cluster-${version}`,
    program: join(bin, 'postgres'),
    options: [...flags, password, String(account?.uid)],
    make: async () => {
      const passwordFile = join(root, 'password')
      await mkdir(data, { mode: 0o700 })
      if (account) await chown(data, account.uid, account.gid)
      await writeOwned(passwordFile, `${password}\n`, account)
      const made = [...flags, `--pwfile=${passwordFile}`, '-D', data]
      await run(join(bin, 'initdb'), made, { ...account, cwd: root, env: environment() })
      await rm(passwordFile)
    },
  })
}

async function launch(
  prepared: Prepared,
  options: PostgresOptions,
  port: number,
): Promise<RunningPostgres | undefined> {
  const { bin, data, account, logFile, root } = prepared
  const tls = await writeTls(data, account, options.tls)
  const logging = options.logStatement ? { log_statement: options.logStatement } : {}
  const address = { listen_addresses: '127.0.0.1', port }
  await writeSettings(data, account, { ...tls, ...logging, ...options.settings, ...address })
  const log = await open(logFile, 'a', 0o600)
  const server = spawn(join(bin, 'postgres'), ['-D', data], {
    ...account,
    cwd: root,
    env: environment(),
    // Its own process group: Ctrl-C on the terminal is for us, and we stop the server in order.
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  })
  const failed = once(server, 'error').then(([error]) => Promise.reject(error as Error))
  await Promise.race([once(server, 'spawn'), failed])
  failed.catch(() => undefined)
  await log.close()
  server.unref()
  return watch(server, prepared, options, port)
}

async function watch(
  server: ChildProcess,
  prepared: Prepared,
  options: PostgresOptions,
  port: number,
): Promise<RunningPostgres | undefined> {
  const pid = server.pid ?? 0
  const guard = guardAgainstOrphans(pid, prepared.root)
  const password = options.superuserPassword
  const connectionString = (database: string): string =>
    `postgresql://${SUPERUSER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`
  const running: RunningPostgres = {
    host: '127.0.0.1',
    port,
    superuser: SUPERUSER,
    password,
    dataDir: prepared.data,
    pid,
    connectionString,
    logText: () => readFile(prepared.logFile, 'utf8'),
    kill: () => end(server, 'SIGKILL'),
    stop: async () => {
      await end(server, 'SIGINT')
      guard.release()
      await rm(prepared.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
  const tls = options.tls ? { rejectUnauthorized: false } : false
  if (await answers(server, connectionString('postgres'), tls)) return running
  await end(server, 'SIGKILL')
  guard.release()
  return undefined
}

/** True once the server accepts a login; false when it ended, or did not answer in time. */
async function answers(
  server: ChildProcess,
  connectionString: string,
  ssl: false | { rejectUnauthorized: boolean },
): Promise<boolean> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (hasNotEnded(server) && Date.now() < deadline) {
    const client = new Client({ connectionString, ssl, connectionTimeoutMillis: 5_000 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      await client.end()
      return true
    } catch (error) {
      await client.end().catch(() => undefined)
      // It answers, if only to who has a client certificate.
      if ((error as { code?: string }).code === '28000') return true
      await delay(30)
    }
  }
  return false
}

async function end(server: ChildProcess, signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
  if (!hasNotEnded(server)) return
  server.ref()
  const ended = once(server, 'exit')
  const impatient = setTimeout(() => server.kill('SIGKILL'), STOP_TIMEOUT_MS)
  server.kill(signal)
  await ended
  clearTimeout(impatient)
}

function hasNotEnded(server: ChildProcess): boolean {
  return server.exitCode === null && server.signalCode === null
}

/** PostgreSQL reads PG* variables and locales from its environment: the caller's must not reach it. */
function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' }
}

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CertifiedKey } from './certificates.ts'
import { freePort } from './free-port.ts'
import { madeOnce } from './kept-folder.ts'
import { bootstrapMariadb, sharedFolder } from './mariadb-bootstrap.ts'
import { guardAgainstOrphans } from './orphan-guard.ts'
import { serverBinaries } from './server-binaries.ts'
import { findProgram, mariadbServer } from './system-tools.ts'

const server = mariadbServer()
const install = findProgram('mariadb-install-db')

/** Whether a MariaDB server can be started here (Debian: `mariadb-server`). */
export const hasMariadb = server !== undefined && install !== undefined

/** A running server that listens on a socket, and on a port of 127.0.0.1 where it has accounts. */
export type RunningMariadb = { readonly socket: string; readonly port: number; stop(): Promise<void> }

/** What a server is to have beyond a socket that lets everybody in. */
type MariadbOptions = {
  /** One that `unpackServer` has unpacked; absent: the system's. */
  readonly version?: 'MariaDB 10.5' | 'MariaDB 11.8'
  /** Logins are checked, `root` without a password, and the server listens on a port. */
  readonly accounts?: boolean
  /** What it shows over TLS. */
  readonly certificate?: CertifiedKey
  /** Further options of `mariadbd`, after those that every server of these tests has. */
  readonly options?: readonly string[]
  /** The time zone of its process. */
  readonly timeZone?: string
}

const startTimeoutMs = 60_000
/** Bounds what a server that hangs may cost the run. */
const stopTimeoutMs = 10_000

/** A hundred megabytes, the default, would be copied for every server. */
const LOG_SIZE = '--innodb-log-file-size=8M'

/** Starts a server over an empty folder of its own, as `nobody` where the tests run as root. */
export const startMariadb = async (wished: MariadbOptions = {}): Promise<RunningMariadb> => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-mariadb-'))
  chmodSync(folder, 0o777)
  const data = join(folder, 'data')
  const socket = join(folder, 'socket')
  const user = process.getuid?.() === 0 ? ['--user=nobody'] : []
  // Servers that are made at once take each other's temporary tables for their own where they share a folder for them.
  const common = ['--no-defaults', `--datadir=${data}`, `--tmpdir=${folder}`, LOG_SIZE, ...user]
  const { program, first } = await (wished.version === undefined
    ? installed(data, common)
    : unpacked(wished.version, { folder, data }, common))
  const port = wished.accounts === true ? await freePort() : 0
  const options = [
    ...(port === 0
      ? ['--skip-grant-tables', '--skip-networking']
      : [`--port=${port}`, '--bind-address=127.0.0.1']),
    ...tlsOptions(folder, wished.certificate),
    '--innodb-buffer-pool-size=16M',
    '--skip-sync-frm',
    ...(wished.options ?? []),
  ]
  const child = spawn(program, [...first, `--socket=${socket}`, ...options], {
    stdio: 'ignore',
    env: { ...process.env, ...(wished.timeZone === undefined ? {} : { TZ: wished.timeZone }) },
  })
  const guard = guardAgainstOrphans(child.pid ?? 0, folder)
  const stop = async () => {
    await ended(child)
    guard.release()
    rmSync(folder, { recursive: true, force: true })
  }
  for (const until = Date.now() + startTimeoutMs; !(await answers(socket)); await sleep(50))
    if (Date.now() > until || child.exitCode !== null) {
      await stop()
      throw new Error('`mariadbd` did not start')
    }
  return { socket, port, stop }
}

/** A program, and the options that it is started with before all others. */
type Started = { readonly program: string; readonly first: readonly string[] }

/** The system's server, over a folder made for it. */
const installed = async (data: string, common: readonly string[]): Promise<Started> => {
  const program = server ?? ''
  const options = ['--skip-test-db', '--auth-root-authentication-method=normal']
  await madeOnce(data, {
    name: 'mariadb-data',
    program,
    options: [...options, LOG_SIZE],
    make: async () => {
      const made = spawnSync(install ?? '', [...common, ...options])
      if (made.status !== 0) throw new Error(`\`mariadb-install-db\` failed: ${made.stderr.toString()}`)
    },
  })
  return { program, first: common }
}

/** An unpacked server, the same. */
const unpacked = async (
  version: NonNullable<MariadbOptions['version']>,
  { folder, data }: { readonly folder: string; readonly data: string },
  common: readonly string[],
): Promise<Started> => {
  const binaries = serverBinaries(version)
  if (binaries === undefined) throw new Error(`no ${version} is unpacked: \`unpackServer\` does it`)
  // The cache may lie under a closed home folder, and what the server loads later it loads as its own account.
  cpSync(join(binaries.base, 'lib', 'mysql', 'plugin'), join(folder, 'plugin'), { recursive: true })
  const options = [
    ...common,
    `--basedir=${binaries.base}`,
    `--lc-messages-dir=${sharedFolder(binaries)}`,
    `--character-sets-dir=${join(sharedFolder(binaries), 'charsets')}`,
    `--plugin-dir=${join(folder, 'plugin')}`,
  ]
  await madeOnce(data, {
    name: 'mariadb-data',
    program: binaries.arguments.at(-1) ?? '',
    options: [version, LOG_SIZE],
    make: async () => {
      mkdirSync(data)
      chmodSync(data, 0o777)
      await bootstrapMariadb(binaries, options)
    },
  })
  return { program: binaries.loader, first: [...binaries.arguments, ...options] }
}

/** The socket's file is there a moment before anybody listens at it. */
const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path)
    const told = (reached: boolean) => (): void => {
      socket.destroy()
      resolve(reached)
    }
    socket.once('data', told(true)).once('error', told(false)).once('close', told(false))
  })

const tlsOptions = (folder: string, certificate: CertifiedKey | undefined): readonly string[] => {
  if (certificate === undefined) return []
  const [cert, key] = [join(folder, 'server.crt'), join(folder, 'server.key')]
  writeFileSync(cert, certificate.cert)
  writeFileSync(key, certificate.key)
  return [`--ssl-cert=${cert}`, `--ssl-key=${key}`]
}

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null) return resolve()
    const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    child.kill()
  })

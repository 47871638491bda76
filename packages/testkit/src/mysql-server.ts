import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { CertifiedKey } from './certificates.ts'
import { freePort } from './free-port.ts'
import { madeOnce } from './kept-folder.ts'
import { guardAgainstOrphans } from './orphan-guard.ts'
import { type ServerBinaries, serverBinaries } from './server-binaries.ts'

const run = promisify(execFile)

const START_TIMEOUT_MS = 120_000
/** Bounds what a server that hangs may cost the run. */
const STOP_TIMEOUT_MS = 10_000

/** A hundred megabytes, the default, would be copied for every server. */
const LOG_SIZE = '--innodb-redo-log-capacity=8M'

/** A running MySQL; on its socket `root` needs no password. */
type RunningMysql = { readonly socket: string; readonly port: number; stop(): Promise<void> }

/** Starts MySQL over an empty folder of its own, as `nobody` where the tests run as root; over TLS it shows `certificate`. */
export async function startMysql(certificate: CertifiedKey): Promise<RunningMysql> {
  const binaries = serverBinaries('MySQL 9')
  if (binaries === undefined) throw new Error('no MySQL is unpacked: `unpackServer` does it')
  const folder = mkdtempSync(join(tmpdir(), 'sluice-mysql-'))
  chmodSync(folder, 0o777)
  // The cache may lie under a closed home folder, and what the server loads later it loads as its own account.
  cpSync(join(binaries.base, 'lib', 'mysql', 'plugin'), join(folder, 'plugin'), { recursive: true })
  const common = commonOptions(folder, binaries)
  await madeOnce(join(folder, 'data'), {
    name: 'mysql-data',
    program: binaries.arguments.at(-1) ?? '',
    options: [LOG_SIZE],
    make: async () => {
      await run(binaries.loader, [...common, '--initialize-insecure'], { timeout: START_TIMEOUT_MS })
    },
  })
  const port = await freePort()
  const socket = join(folder, 'socket')
  const options = [`--port=${port}`, '--bind-address=127.0.0.1', `--socket=${socket}`, '--mysqlx=OFF']
  const started = [...common, ...options, ...tlsOptions(folder, certificate)]
  const child = spawn(binaries.loader, started, { stdio: 'ignore' })
  const guard = guardAgainstOrphans(child.pid ?? 0, folder)
  const stop = async (): Promise<void> => {
    await ended(child)
    guard.release()
    rmSync(folder, { recursive: true, force: true })
  }
  for (const until = Date.now() + START_TIMEOUT_MS; !existsSync(socket); await sleep(50))
    if (Date.now() > until || child.exitCode !== null) {
      const said = readFileSync(join(folder, 'log.err'), 'utf8').trimEnd().split('\n').slice(-5).join('\n')
      await stop()
      throw new Error(`\`mysqld\` did not start:\n${said}`)
    }
  return { socket, port, stop }
}

function commonOptions(folder: string, { arguments: loading, base }: ServerBinaries): readonly string[] {
  return [
    ...loading,
    '--no-defaults',
    ...(process.getuid?.() === 0 ? ['--user=nobody'] : []),
    `--basedir=${base}`,
    `--lc-messages-dir=${join(base, 'share', 'mysql')}`,
    `--plugin-dir=${join(folder, 'plugin')}`,
    `--datadir=${join(folder, 'data')}`,
    `--tmpdir=${folder}`,
    `--log-error=${join(folder, 'log.err')}`,
    `--pid-file=${join(folder, 'pid')}`,
    LOG_SIZE,
    '--secure-file-priv=NULL',
    '--skip-log-bin',
    '--innodb-buffer-pool-size=16M',
    '--innodb-flush-log-at-trx-commit=0',
  ]
}

function tlsOptions(folder: string, certificate: CertifiedKey): readonly string[] {
  const [cert, key] = [join(folder, 'server.crt'), join(folder, 'server.key')]
  writeFileSync(cert, certificate.cert)
  writeFileSync(key, certificate.key)
  return [`--ssl-cert=${cert}`, `--ssl-key=${key}`]
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve()
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    child.kill()
  })
}

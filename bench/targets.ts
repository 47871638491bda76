import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../packages/testkit/src/free-port.ts'
import { serverAccount } from '../packages/testkit/src/postgres-binaries.ts'
import type { RunningPostgres } from '../packages/testkit/src/postgres-server.ts'
import { type GatewayOptions, type Login, writeGatewayFiles } from './gateway-files.ts'
import type { Target } from './run-pgbench.ts'

const PGBOUNCER = '/usr/sbin/pgbouncer'
const START_TIMEOUT_MS = 30_000

/** A contender in the race: where to connect, which process is in the middle, and how to end it. */
export type Contender = {
  readonly target: Target
  readonly pid: number | undefined
  /** The login under which the gateway searches texts too. */
  readonly searched?: Login
  readonly stop: () => Promise<void>
}

/** The database itself. */
export function directly(server: RunningPostgres, database: string): Contender {
  const { port, superuser: user, password } = server
  return {
    target: { name: 'direct', port, user, password, database },
    pid: undefined,
    stop: () => Promise.resolve(),
  }
}

/** A byte splice in a Node process of its own. */
export async function throughSplice(direct: Target): Promise<Contender> {
  const port = await freePort()
  const child = node([join(import.meta.dirname, 'splice.ts'), String(port), '127.0.0.1', String(direct.port)])
  await listening(child, port)
  return { target: { ...direct, name: 'splice', port }, pid: child.pid, stop: () => stopped(child) }
}

/** What records and spans cost at the least, in a process of its own. */
export async function throughLeast(direct: Target, folder: string): Promise<Contender> {
  const [port, collectorPort] = [await freePort(), await freePort()]
  const collector = await startCollector(collectorPort)
  const to = [String(port), '127.0.0.1', String(direct.port), String(collectorPort), join(folder, 'least')]
  const child = node([join(import.meta.dirname, 'least.ts'), ...to])
  await listening(child, port)
  const stop = async (): Promise<void> => {
    await stopped(child)
    await stopped(collector)
  }
  return { target: { ...direct, name: 'least', port }, pid: child.pid, stop }
}

async function startCollector(port: number): Promise<ChildProcess> {
  const collector = node([join(import.meta.dirname, 'collector.ts'), String(port)])
  await listening(collector, port)
  return collector
}

/** The gateway in a process of its own, as `sluice up` starts it, with a collector that takes its spans. */
export async function throughGateway(
  direct: Target,
  folder: string,
  options: GatewayOptions = {},
): Promise<Contender> {
  const name = nameOf(options)
  const [port, collectorPort] = [await freePort(), await freePort()]
  const collector = await startCollector(collectorPort)
  const url = `http://127.0.0.1:${collectorPort}`
  const files = await writeGatewayFiles(
    join(folder, name.replaceAll(/\W+/g, '-')),
    port,
    url,
    direct,
    options,
  )
  const main = join(import.meta.dirname, '..', 'packages', 'server', 'src', 'main.ts')
  const gateway = node(['--conditions=@sluice/source', main, 'up', '-c', files.config])
  const stop = async (): Promise<void> => {
    await stopped(gateway)
    await stopped(collector)
  }
  try {
    await listening(gateway, port)
  } catch (error) {
    await stop()
    throw error
  }
  const { user, password, searched } = files
  return { target: { ...direct, name, port, user, password }, pid: gateway.pid, searched, stop }
}

function nameOf({ pool, readsWaitFor }: GatewayOptions): string {
  if (pool !== undefined) return `gateway, pool of ${pool}`
  return readsWaitFor === 'file' ? 'gateway, file' : 'gateway'
}

/** PgBouncer in session mode, or undefined where it is not installed. */
export async function throughPgBouncer(direct: Target, folder: string): Promise<Contender | undefined> {
  if (!existsSync(PGBOUNCER)) return undefined
  const port = await freePort()
  const home = join(folder, 'pgbouncer')
  const account = serverAccount()
  await mkdir(home)
  await writeFile(join(home, 'users.txt'), `"${direct.user}" "${direct.password}"\n`)
  await writeFile(
    join(home, 'pgbouncer.ini'),
    `[databases]
${direct.database} = host=127.0.0.1 port=${direct.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(home, 'users.txt')}
pool_mode = session
max_client_conn = 200
default_pool_size = 100
`,
  )
  // Like PostgreSQL, it does not run as root.
  for (const path of [home, join(home, 'users.txt'), join(home, 'pgbouncer.ini')]) {
    if (account) await chown(path, account.uid, account.gid)
  }
  await chmod(folder, 0o755)
  const child = spawn(PGBOUNCER, ['-q', join(home, 'pgbouncer.ini')], {
    ...account,
    cwd: home,
    stdio: 'ignore',
  })
  await listening(child, port)
  return { target: { ...direct, name: 'pgbouncer', port }, pid: child.pid, stop: () => stopped(child) }
}

function node(flags: readonly string[]): ChildProcess {
  return spawn(process.execPath, flags, { stdio: ['ignore', 'ignore', 'inherit'] })
}

/** Resolves once somebody listens on `port`; rejects when the process ends before. */
async function listening(child: ChildProcess, port: number): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (child.exitCode === null && Date.now() < deadline) {
    if (await accepts(port)) return
    await delay(50)
  }
  await stopped(child)
  throw new Error(`\`${child.spawnargs.join(' ')}\` did not listen on port ${port}`)
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const impatient = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await ended
  clearTimeout(impatient)
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ServerBinaries } from './server-binaries.ts'

/** The scripts that make the server's own tables, in their order: as `mariadb-install-db` runs them. */
const SCRIPTS: readonly RegExp[] = [
  /^(?:mysql|mariadb)_system_tables\.sql$/,
  /^(?:mysql|mariadb)_performance_tables\.sql$/,
  /^(?:mysql|mariadb)_system_tables_data\.sql$/,
  /^maria_add_gis_sp_bootstrap\.sql$/,
  /^(?:mysql|mariadb)_sys_schema\.sql$/,
]

/** Where an unpacked MariaDB has its scripts and messages. */
export function sharedFolder({ base }: ServerBinaries): string {
  const folders = ['mariadb', 'mysql'].map((name) => join(base, 'share', name))
  const found = folders.find((folder) => scriptsIn(folder).length > 0)
  if (found === undefined)
    throw new Error(`\`${base}\` has no scripts of MariaDB: remove it to unpack it anew`)
  return found
}

/**
 * Makes the server's own tables, `root` without a password: `mariadb-install-db` does the same, but knows only programs
 * that start without a loader. `options` are those that the server is started with.
 */
export async function bootstrapMariadb(binaries: ServerBinaries, options: readonly string[]): Promise<void> {
  const shared = sharedFolder(binaries)
  const child = spawn(binaries.loader, [...binaries.arguments, ...options, '--bootstrap'], {
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  const said: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk))
  child.stdin.on('error', () => undefined)
  child.stdin.end(
    [
      'CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket = NULL, @skip_auth_anonymous = 1;\n',
      ...scriptsIn(shared).map((file) => readFileSync(join(shared, file), 'utf8')),
    ].join('\n'),
  )
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0)
    throw new Error(`\`mariadbd --bootstrap\` failed: ${Buffer.concat(said).toString().slice(-500)}`)
}

function scriptsIn(folder: string): readonly string[] {
  let names: readonly string[]
  try {
    names = readdirSync(folder)
  } catch {
    return []
  }
  return SCRIPTS.flatMap((script) => names.filter((name) => script.test(name)))
}

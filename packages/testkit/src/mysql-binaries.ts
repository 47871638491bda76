import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** How long one call of apt or dpkg-deb may take. */
const STEP_TIMEOUT_MS = 5 * 60_000

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
/** The release of Debian that carries MySQL, and the package with the server alone. */
const RELEASE = 'unstable'
const PACKAGE = 'mysql-server-core'
/** What the server depends on for its scripts only. */
const NOT_NEEDED = /^(?:perl|libperl|libdb5|libgdbm)/

/** Where an unpacked MySQL is kept, one folder with all its libraries. */
const cached = (): string =>
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sluice', `${PACKAGE}-${process.arch}`)

/** A MySQL server that runs from a folder with its own libraries, beside whatever the system has. */
export type MysqlBinaries = {
  /** The dynamic loader, and what it is given before the program's own arguments. */
  readonly loader: string
  readonly arguments: readonly string[]
  /** `--basedir`. */
  readonly base: string
}

/** The MySQL server that `unpackMysql` has unpacked, or undefined. */
export function mysqlBinaries(): MysqlBinaries | undefined {
  const folder = cached()
  const libraries = existsSync(folder) ? librariesIn(join(folder, 'usr', 'lib')) : undefined
  if (libraries === undefined) return undefined
  const loader = readdirSync(libraries).find((name) => name.startsWith('ld-linux'))
  const program = join(folder, 'usr', 'sbin', 'mysqld')
  if (loader === undefined || !existsSync(program)) return undefined
  const path = [libraries, join(folder, 'usr', 'lib', 'mysql', 'private')].join(':')
  return {
    loader: join(libraries, loader),
    arguments: ['--library-path', path, program],
    base: join(folder, 'usr'),
  }
}

function librariesIn(folder: string): string | undefined {
  const name = readdirSync(folder).find((entry) => entry.endsWith('-linux-gnu'))
  return name && join(folder, name)
}

/**
 * Unpacks Debian's MySQL with all the libraries it needs into the user's cache folder, once: nothing is installed, and
 * apt works with lists and a record of installed packages of its own. Rejects with what apt said.
 */
export async function unpackMysql(): Promise<void> {
  if (mysqlBinaries() !== undefined) return
  const folder = cached()
  await mkdir(join(folder, '..'), { recursive: true })
  const draft = await mkdtemp(`${folder}-`)
  try {
    const apt = await privateApt(draft)
    await run('apt-get', [...apt, 'update'], { timeout: STEP_TIMEOUT_MS })
    const install = ['--yes', '--download-only', '--no-install-recommends', 'install', PACKAGE]
    await run('apt-get', [...apt, ...install], { timeout: STEP_TIMEOUT_MS })
    const archives = join(draft, 'archives')
    const tree = join(draft, 'tree')
    for (const name of await readdir(archives)) {
      if (!name.endsWith('.deb') || NOT_NEEDED.test(name)) continue
      await run('dpkg-deb', ['--extract', join(archives, name), tree], { timeout: STEP_TIMEOUT_MS })
    }
    await rm(folder, { recursive: true, force: true })
    await rename(tree, folder)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

/** Options by which apt works in `folder` alone, as if no package were installed. */
async function privateApt(folder: string): Promise<readonly string[]> {
  await mkdir(join(folder, 'lists', 'partial'), { recursive: true })
  await mkdir(join(folder, 'archives', 'partial'), { recursive: true })
  const sources = join(folder, 'sources.list')
  await writeFile(sources, `deb [signed-by=${KEYRING}] ${await mirror()} ${RELEASE} main\n`)
  await writeFile(join(folder, 'status'), '')
  return [
    '-qq',
    '-oAcquire::http::Timeout=20',
    `-oDir::Etc::sourcelist=${sources}`,
    '-oDir::Etc::sourceparts=-',
    `-oDir::State::lists=${join(folder, 'lists')}`,
    `-oDir::State::status=${join(folder, 'status')}`,
    `-oDir::Cache=${folder}`,
    // The folder belongs to whoever runs this, not to apt's own account.
    '-oAPT::Sandbox::User=root',
  ]
}

/** The mirror that the machine's own packages come from. */
async function mirror(): Promise<string> {
  const format = '$(REPO_URI) $(RELEASE) $(ORIGIN)'
  const { stdout } = await run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'])
  const line = stdout.split('\n').find((one) => one.endsWith(' Debian') && !one.includes('-security'))
  const [uri] = line?.split(' ') ?? []
  if (uri === undefined) throw new Error('the machine’s packages do not come from Debian')
  return uri
}

import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from './kept-folder.ts'

const run = promisify(execFile)

/** How long one call of apt or dpkg-deb may take. */
const STEP_TIMEOUT_MS = 5 * 60_000

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** Where a release of Debian has a server: in which package, and in which the plugins that it can load. */
type Source = { readonly release: string; readonly core: string; readonly plugins?: string }

const SOURCES = {
  'MySQL 9': { release: 'unstable', core: 'mysql-server-core' },
  'MariaDB 10.5': { release: 'bullseye', core: 'mariadb-server-core-10.5', plugins: 'mariadb-server-10.5' },
  'MariaDB 11.8': { release: 'trixie', core: 'mariadb-server-core', plugins: 'mariadb-server' },
} as const satisfies Readonly<Record<string, Source>>

/** A server that the tests unpack beside the one that the system has. */
export type UnpackedServer = keyof typeof SOURCES

/** All of them. */
export const unpackedServers: readonly UnpackedServer[] = Object.keys(SOURCES) as UnpackedServer[]

/** What the servers depend on for their scripts only. */
const NOT_NEEDED = /^(?:perl|libperl|libdb5|libgdbm|debconf|dpkg|tar)/

/** Where an unpacked server is kept, one folder with all its libraries. */
const cached = ({ core }: Source): string => join(cacheFolder(), `${core}-${process.arch}`)

/** A server that runs from a folder with its own libraries, beside whatever the system has. */
export type ServerBinaries = {
  /** The dynamic loader, and what it is given before the program's own arguments. */
  readonly loader: string
  readonly arguments: readonly string[]
  /** `--basedir`. */
  readonly base: string
}

/** The server that `unpackServer` has unpacked, or undefined. */
export function serverBinaries(name: UnpackedServer): ServerBinaries | undefined {
  const folder = cached(SOURCES[name])
  const base = join(folder, 'usr')
  const libraries = [join(folder, 'lib'), join(base, 'lib')].flatMap(librariesIn)
  const loader = libraries.flatMap((place) => {
    const file = readdirSync(place).find((entry) => entry.startsWith('ld-linux'))
    return file === undefined ? [] : [join(place, file)]
  })[0]
  const program = ['mysqld', 'mariadbd'].map((file) => join(base, 'sbin', file)).find(existsSync)
  if (loader === undefined || program === undefined) return undefined
  const path = [...libraries, join(base, 'lib', 'mysql', 'private')].join(':')
  return { loader, arguments: ['--library-path', path, program], base }
}

function librariesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((entry) => entry.endsWith('-linux-gnu'))
    .map((entry) => join(folder, entry))
}

/**
 * Unpacks one of Debian's servers with all the libraries it needs into the user's cache folder, once: nothing is
 * installed, and apt works with lists and a record of installed packages of its own. Rejects with what apt said.
 */
export async function unpackServer(name: UnpackedServer): Promise<void> {
  if (serverBinaries(name) !== undefined) return
  const source: Source = SOURCES[name]
  const folder = cached(source)
  await mkdir(join(folder, '..'), { recursive: true })
  const draft = await mkdtemp(`${folder}-`)
  try {
    const tree = join(draft, 'tree')
    for (const archive of await download(source, draft)) {
      await run('dpkg-deb', ['--extract', archive, tree], { timeout: STEP_TIMEOUT_MS })
    }
    await rm(folder, { recursive: true, force: true })
    await rename(tree, folder)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

/** The archives of the server's package and of all that it needs, and the one with the plugins alone. */
async function download({ release, core, plugins }: Source, folder: string): Promise<readonly string[]> {
  const apt = await privateApt(folder, release)
  await run('apt-get', [...apt, 'update'], { timeout: STEP_TIMEOUT_MS })
  const install = ['--yes', '--download-only', '--no-install-recommends', 'install', core]
  await run('apt-get', [...apt, ...install], { timeout: STEP_TIMEOUT_MS })
  const archives = join(folder, 'archives')
  if (plugins !== undefined)
    await run('apt-get', [...apt, 'download', plugins], { cwd: archives, timeout: STEP_TIMEOUT_MS })
  return (await readdir(archives))
    .filter((name) => name.endsWith('.deb') && !NOT_NEEDED.test(name))
    .map((name) => join(archives, name))
}

/** Options by which apt works in `folder` alone, as if no package were installed. */
async function privateApt(folder: string, release: string): Promise<readonly string[]> {
  await mkdir(join(folder, 'lists', 'partial'), { recursive: true })
  await mkdir(join(folder, 'archives', 'partial'), { recursive: true })
  const sources = join(folder, 'sources.list')
  await writeFile(sources, `deb [signed-by=${KEYRING}] ${await mirror()} ${release} main\n`)
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

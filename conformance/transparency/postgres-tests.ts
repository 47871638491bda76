import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from '@sluice/testkit/kept-folder'
import { debianPostgresBin } from '@sluice/testkit/postgres-binaries'
import { unpackDebianSource } from './debian-source.ts'

const run = promisify(execFile)

/** How long configuring and building may take. */
const BUILD_TIMEOUT_MS = 10 * 60_000

/** Nothing is built of the server, and what the test programs need is in the C library. */
const CONFIGURE = ['--quiet', '--without-readline', '--without-zlib', 'CFLAGS=-O1']

/** What is built, and nothing else: the test programs, the functions that tests load, the pipeline tests of libpq. */
const DIRECTORIES = ['src/test/regress', 'src/test/isolation', 'src/test/modules/libpq_pipeline']

/** What is kept of the tree. */
const KEPT: Readonly<Record<string, readonly string[]>> = {
  'src/test/regress': [
    'sql',
    'expected',
    'data',
    'parallel_schedule',
    'resultmap',
    'pg_regress',
    'regress.so',
    'refint.so',
    'autoinc.so',
  ],
  'src/test/isolation': [
    'specs',
    'expected',
    'isolation_schedule',
    'isolationtester',
    'pg_isolation_regress',
  ],
  'src/test/modules/libpq_pipeline': ['traces', 'libpq_pipeline'],
}

/** PostgreSQL's own tests, built for the server that Debian's package installed. */
export type PostgresTests = {
  /** A folder with `regress`, `isolation` and `libpq_pipeline`. */
  readonly folder: string
  /** The folder of the server's and its clients' programs. */
  readonly bin: string
  /** The version of the server, e.g. `15.18`. */
  readonly version: string
}

/** Builds them once for each version of the server, in the user's cache folder. Rejects where that cannot be done. */
export async function postgresTests(): Promise<PostgresTests> {
  const bin = debianPostgresBin()
  if (bin === undefined) throw new Error('no PostgreSQL server of Debian is installed')
  const { stdout } = await run(join(bin, 'postgres'), ['--version'])
  const [, version, packaged] = /\) (\S+) \(Debian (\S+)\)/.exec(stdout) ?? []
  if (version === undefined || packaged === undefined) {
    throw new Error(`the server is not one of Debian’s packages: \`${stdout.trim()}\``)
  }
  const folder = join(cacheFolder(), `postgresql-tests-${packaged}`)
  if (!existsSync(folder)) await build(basename(dirname(bin)), packaged, folder)
  return { folder, bin, version }
}

async function build(major: string, packaged: string, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true })
  const draft = await mkdtemp(`${folder}-`)
  try {
    const tree = await unpackDebianSource(`postgresql-${major}`, packaged, draft)
    await run('./configure', CONFIGURE, { cwd: tree, timeout: BUILD_TIMEOUT_MS })
    for (const directory of DIRECTORIES) {
      await run('make', ['-s', '-j2', '-C', directory], { cwd: tree, timeout: BUILD_TIMEOUT_MS })
    }
    const kept = join(draft, 'kept')
    for (const [directory, entries] of Object.entries(KEPT)) {
      for (const entry of entries) {
        await cp(join(tree, directory, entry), join(kept, basename(directory), entry), { recursive: true })
      }
    }
    await rename(kept, folder)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Where the user keeps what takes long to get or to make. */
export const cacheFolder = (): string =>
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sluice')

/** How the data of a server are made. */
export type Making = {
  /** The beginning of the name under which they are kept. */
  readonly name: string
  /** The server's program: one that was built anew makes its data anew. */
  readonly program: string
  /** Everything else that they depend on. */
  readonly options: readonly string[]
  readonly make: () => Promise<void>
}

/**
 * Makes `folder` what `make` makes of it: the first time by `make`, from then on as a copy, which takes a fifth of the time.
 * A copy keeps its owners, and no server has run on what is kept.
 */
export async function madeOnce(folder: string, { name, program, options, make }: Making): Promise<void> {
  const { mtimeMs, size } = statSync(program)
  const account = process.getuid?.()
  const hash = createHash('sha256').update(JSON.stringify([mtimeMs, size, account, ...options]))
  const kept = join(cacheFolder(), `${name}-${hash.digest('hex').slice(0, 16)}`)
  if (existsSync(kept)) return copy(join(kept, 'data'), folder)
  await make()
  // Without a cache folder that can be written to it only takes longer.
  await keep(folder, kept).catch(() => undefined)
}

async function keep(folder: string, kept: string): Promise<void> {
  await mkdir(dirname(kept), { recursive: true })
  const draft = await mkdtemp(`${kept}-`)
  try {
    await copy(folder, join(draft, 'data'))
    await rename(draft, kept)
  } finally {
    // Still there where another process was quicker.
    await rm(draft, { recursive: true, force: true })
  }
}

async function copy(from: string, to: string): Promise<void> {
  await run('cp', ['-a', from, to])
}

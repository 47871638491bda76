import { execFile } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** How long one call of apt may take. */
const APT_TIMEOUT_MS = 5 * 60_000

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** What to leave out of a source tree that only programs are built from. */
const NOT_NEEDED = ['*/doc/*', '*.po']

/**
 * Fetches a Debian source package into `folder` with lists of its own, so that the machine's sources stay as they are,
 * and unpacks upstream's part of it. `version` is preferred; where the mirror no longer has it, another one of the
 * package will do. Returns the folder of the unpacked tree. Rejects with what apt said.
 */
export async function unpackDebianSource(name: string, version: string, folder: string): Promise<string> {
  const apt = await privateApt(folder)
  await run('apt-get', [...apt, 'update'], { timeout: APT_TIMEOUT_MS })
  const refusals: string[] = []
  for (const candidate of await candidates(apt, name, version)) {
    try {
      await run('apt-get', [...apt, 'source', '--download-only', `${name}=${candidate}`], {
        cwd: folder,
        timeout: APT_TIMEOUT_MS,
      })
      return await unpack(folder)
    } catch (error) {
      refusals.push(error instanceof Error ? error.message : String(error))
    }
  }
  throw new Error(`no source package of \`${name}\` could be had:\n${refusals.join('\n')}`)
}

/** Options by which apt works in `folder` and knows the sources of the packages that the machine is set up for. */
async function privateApt(folder: string): Promise<readonly string[]> {
  const lists = join(folder, 'lists')
  await mkdir(join(lists, 'partial'), { recursive: true })
  const format = '$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)'
  const { stdout } = await run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'])
  const lines = stdout
    .trim()
    .split('\n')
    .filter((line) => line.endsWith(' Debian'))
    .map((line) => `deb-src [signed-by=${KEYRING}] ${line.replace(/ Debian$/, '')}`)
  const sources = join(folder, 'sources.list')
  await writeFile(sources, `${[...new Set(lines)].join('\n')}\n`)
  return [
    '-qq',
    `-oDir::Etc::sourcelist=${sources}`,
    '-oDir::Etc::sourceparts=-',
    `-oDir::State::lists=${lists}`,
    `-oDir::Cache=${folder}`,
    // The folder belongs to whoever runs this, not to apt's own account.
    '-oAPT::Sandbox::User=root',
  ]
}

async function candidates(apt: readonly string[], name: string, wanted: string): Promise<readonly string[]> {
  const { stdout } = await run('apt-cache', [...apt, 'showsrc', '--only-source', name])
  const found = [...stdout.matchAll(/^Version: (.+)$/gm)].map(([, version]) => version ?? '')
  return [...new Set(found)].toSorted((a, b) => Number(b === wanted) - Number(a === wanted))
}

async function unpack(folder: string): Promise<string> {
  const archive = (await readdir(folder)).find((file) => /\.orig\.tar\.\w+$/.test(file))
  if (archive === undefined) throw new Error('the source package has no upstream part')
  const tree = join(folder, 'tree')
  await mkdir(tree)
  const left = NOT_NEEDED.map((pattern) => `--exclude=${pattern}`)
  await run('tar', ['-xf', join(folder, archive), '-C', tree, '--strip-components=1', ...left])
  return tree
}

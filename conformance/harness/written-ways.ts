import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** A way in which a file comes to have another text. */
type WrittenWay = (path: string, text: string) => Promise<void>

/** As people, editors, deployment tools and Kubernetes write files. */
export const writtenWays: Readonly<Record<string, WrittenWay>> = {
  'written over': async (path, text) => {
    await cleared(path)
    await writeFile(path, text)
  },
  renamed: async (path, text) => {
    await writeFile(`${path}.new`, text)
    await cleared(path)
    await rename(`${path}.new`, path)
  },
  /** A Kubernetes secret: the name is a link into a folder that is itself a link, and that one is exchanged. */
  'linked through a folder': async (path, text) => {
    const [folder, name] = [dirname(path), basename(path)]
    const version = `..${name}-${links++}`
    await mkdir(join(folder, version))
    await writeFile(join(folder, version, name), text)
    await symlink(version, join(folder, `..${name}-next`))
    await rename(join(folder, `..${name}-next`), join(folder, `..${name}-data`))
    await cleared(path)
    await symlink(join(`..${name}-data`, name), path)
  },
}

/** As a file is that cannot be read, or that somebody has not written to its end. `text`: what it would be. */
export const damagedWays: Readonly<Record<string, WrittenWay>> = {
  'taken away': cleared,
  empty: async (path) => writtenOver(path, ''),
  'half of it': async (path, text) => writtenOver(path, text.slice(0, text.length / 2)),
  'a folder': async (path) => {
    await cleared(path)
    await mkdir(path)
  },
  'a link to nowhere': async (path) => {
    await cleared(path)
    await symlink('nowhere', path)
  },
  'too long': async (path) => writtenOver(path, '#'.repeat(5 << 20)),
}

let links = 0

async function cleared(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true })
}

async function writtenOver(path: string, text: string): Promise<void> {
  await cleared(path)
  await writeFile(path, text)
}

import { readFile, stat } from 'node:fs/promises'
import * as Effect from 'effect/Effect'
import type { Resolving } from './context.ts'

/** A file that the configuration names may be this long. */
export const maxNamedFileBytes = 4 * 1024 * 1024

/** The text of a file, or why there is none. Never fails. */
export const readText = (
  file: string,
): Effect.Effect<{ readonly text: string } | { readonly problem: string }> =>
  Effect.promise(async () => {
    try {
      const found = await stat(file)
      if (!found.isFile()) return { problem: `\`${file}\` is no file; give the path of one` }
      if (found.size > maxNamedFileBytes)
        return { problem: `\`${file}\` has more than ${maxNamedFileBytes} bytes; give the right file` }
      return { text: await readFile(file, 'utf8') }
    } catch (error) {
      return { problem: `\`${file}\` cannot be read (${codeOf(error)}); check path and permissions` }
    }
  })

/** The text of the file that stands at `path` in the configuration; a problem is noted there. */
export const readNamed = (
  resolving: Resolving,
  path: string,
  file: string,
): Effect.Effect<string | undefined> =>
  Effect.map(readText(file), (read) => ('text' in read ? read.text : resolving.wrong(path, read.problem)))

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown reason'

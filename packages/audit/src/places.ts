import { statSync } from 'node:fs'
import { JournalError } from './errors.ts'

type Place = { readonly path: string; readonly file: string | undefined }

/**
 * The files that the journal has open, under their names. Who takes one away leaves the gateway writing where nobody will
 * ever read; who takes the lock's away lets a second gateway write over what the first wrote.
 */
export class Places {
  readonly #places: readonly Place[]

  /** To be made while all are open. */
  constructor(paths: readonly string[]) {
    this.#places = paths.map((path) => ({ path, file: fileAt(path) }))
  }

  /** Throws `JournalError` where a name leads to another file by now, or to none. */
  check(): void {
    const gone = this.#places.find(({ path, file }) => fileAt(path) !== file)
    if (gone === undefined) return
    throw new JournalError({
      problem: 'unusable',
      message: `\`${gone.path}\` was moved, removed or replaced while the gateway had it open, so what it records may be lost; stop every gateway that writes there, put the file back, and start one`,
    })
  }
}

/** What tells a file from every other while it exists; undefined where there is none. */
const fileAt = (path: string): string | undefined => {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found && `${found.dev}:${found.ino}`
}

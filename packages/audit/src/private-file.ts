import { closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Creates the file empty with mode 0600 (and its directory with 0700), and makes its name durable. Files that SQLite
 * makes beside one of its own get the mode of that one.
 *
 * An existing file is not opened here: closing any descriptor of a file drops this process's POSIX locks on it.
 */
export const createPrivately = (path: string): void => {
  if (existsSync(path)) return
  const directory = dirname(path)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  closeSync(openSync(path, 'wx', 0o600))
  makeNameDurable(path)
}

/** A new file's name is on disk when it returns. */
export const makeNameDurable = (path: string): void => {
  const handle = openSync(dirname(path), 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

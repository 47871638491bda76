import Database from 'better-sqlite3'
import { JournalError } from './errors.ts'
import { createPrivately } from './private-file.ts'

/** Where the lock of a journal lies. */
export const lockPath = (journal: string): string => `${journal}.lock`

/**
 * Takes the journal's one-writer lock, held until the result is closed.
 *
 * The lock is an exclusive SQLite transaction on `<journal>.lock`: the operating system drops it when the process
 * dies, however it dies, so there is no stale lock to judge by process id. The journal itself is not locked, because
 * readers (tail, verify, the span exporter) work beside the writer.
 */
export const takeWriterLock = (path: string): Database.Database => {
  const file = lockPath(path)
  createPrivately(file)
  const lock = new Database(file, { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (cause) {
    lock.close()
    if ((cause as { code?: string }).code?.startsWith('SQLITE_BUSY') !== true) throw cause
    throw new JournalError({
      problem: 'locked',
      message: `\`${path}\` is being written by another process; stop that process or give this one its own journal path`,
    })
  }
}

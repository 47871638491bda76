import { TaggedError } from 'effect/Data'

/**
 * Why a journal could not be opened, read or verified.
 * `locked`: another process writes it. `damaged`: what is there is not what was written. `unusable`: the file,
 * its directory or its key cannot be read or written.
 */
export type JournalProblem = 'locked' | 'damaged' | 'unusable'

/** A journal that cannot be used. Fault: gateway. `message` says what to do next. */
export class JournalError extends TaggedError('JournalError')<{
  readonly problem: JournalProblem
  readonly message: string
}> {}

/** What was thrown, in words. */
export const detailOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** Turns whatever a file or SQLite call threw into a `JournalError`, keeping one that already is. */
export const toJournalError = (cause: unknown, path: string): JournalError => {
  if (cause instanceof JournalError) return cause
  return new JournalError({
    problem: 'unusable',
    message: `\`${path}\` cannot be used as a journal (${detailOf(cause)}); check that the directory exists, is writable and has room`,
  })
}

/**
 * Why there is no room, where a write found none: it can be made, and nothing was lost. Undefined for every other cause:
 * where the disk says so when all is to be brought to it, what it holds is not known.
 */
export const noRoom = (cause: unknown, path: string): string | undefined => {
  if (!(cause instanceof Error) || !('code' in cause) || !('syscall' in cause)) return undefined
  if (cause.syscall !== 'write' || (cause.code !== 'ENOSPC' && cause.code !== 'EDQUOT')) return undefined
  return `there is no room for \`${path}\` (${cause.message}); make some, and it is written on`
}

/** Of a journal that is only read: that what stands at a position is none a writer makes. */
export const noRecordAt = (cause: unknown, path: string, position: number): JournalError =>
  new JournalError({
    problem: 'damaged',
    message: `\`${path}\` holds no record at position ${position} (${detailOf(cause)}); run \`sluice audit verify\` to see what was changed`,
  })

/** Of a journal that is only read: that there is none. Undefined for every other cause. */
export const notThere = (cause: unknown, path: string): JournalError | undefined =>
  cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    ? new JournalError({
        problem: 'unusable',
        message: `there is no journal \`${path}\`; name the file that \`journal.path\` of the configuration says`,
      })
    : undefined

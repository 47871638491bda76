import type { KeyObject } from 'node:crypto'
import { createPublicKey } from 'node:crypto'
import type { Database } from 'better-sqlite3'
import { checkpointIsGenuine, GENESIS, hashEntry, signCheckpoint } from './chain.ts'
import { JournalError } from './errors.ts'
import { loadSigningKey } from './keys.ts'
import type { JournalLimits } from './limits.ts'
import { takeWriterLock } from './lock.ts'
import type { EntryRow } from './store.ts'
import { lastCheckpoint, lastEntry, openForWriting } from './store.ts'

/** The one writer of a journal file. Everything is synchronous and throws on any error; the worker gives it a thread. */
export type JournalWriter = {
  /** The last position on disk when the journal was opened; 0 for an empty one. */
  readonly position: number
  /** SPKI PEM. */
  readonly publicKey: string
  /** Chains and writes the entries (JSON texts) in one transaction. Returns the last position, which is on disk. */
  commit(entries: readonly string[]): number
  /** Signs the current end of the chain, unless it is signed already. */
  checkpoint(): void
  close(): void
}

/** Opens the journal for writing: takes the lock, loads the key, proves the end of the chain. Writes no entry. */
export const openWriter = (path: string, limits: JournalLimits): JournalWriter => {
  const lock = takeWriterLock(path)
  try {
    const database = openForWriting(path, limits.maxJournalBytes)
    try {
      const last = lastEntry(database)
      const key = loadSigningKey(path, last === undefined)
      proveTail(database, createPublicKey(key), path)
      return makeWriter(database, lock, key, last, limits)
    } catch (cause) {
      database.close()
      throw cause
    }
  } catch (cause) {
    lock.close()
    throw cause
  }
}

/**
 * INVARIANT (one-chain): the writer continues only a chain that still is what its newest checkpoint signed, and
 * recomputes what came after it, so that nothing is ever signed on top of a changed tail.
 */
const proveTail = (database: Database, publicKey: KeyObject, path: string): void => {
  const signed = lastCheckpoint(database)
  let previous: Uint8Array = GENESIS
  if (signed !== undefined) {
    const row = database
      .prepare('SELECT position, entry, hash FROM entries WHERE position = ?')
      .get(signed.position) as EntryRow | undefined
    if (!checkpointIsGenuine(signed, publicKey))
      throw damaged(path, signed.position, 'its checkpoint has a wrong signature')
    if (row === undefined) throw damaged(path, signed.position, 'the entry its checkpoint signed is missing')
    if (!Buffer.from(signed.hash).equals(row.hash))
      throw damaged(path, signed.position, 'the entry is not the one its checkpoint signed')
    previous = signed.hash
  }
  let position = signed?.position ?? 0
  const tail = database.prepare(
    'SELECT position, entry, hash FROM entries WHERE position > ? ORDER BY position',
  )
  for (const row of tail.iterate(position) as IterableIterator<EntryRow>) {
    position += 1
    previous = hashEntry(previous, position, row.entry)
    if (row.position !== position || !previous.every((byte, at) => byte === row.hash[at])) {
      throw damaged(path, position, 'the entry does not continue the chain')
    }
  }
}

const damaged = (path: string, position: number, what: string): JournalError =>
  new JournalError({
    problem: 'damaged',
    message: `\`${path}\` was changed at position ${position}: ${what}; run \`sluice audit verify\`, keep the file as evidence and start a new journal`,
  })

const makeWriter = (
  database: Database,
  lock: Database,
  key: KeyObject,
  last: EntryRow | undefined,
  limits: JournalLimits,
): JournalWriter => {
  const insert = database.prepare('INSERT INTO entries (position, entry, hash) VALUES (?, ?, ?)')
  const insertCheckpoint = database.prepare(
    'INSERT INTO checkpoints (number, position, at, hash, signature) VALUES (?, ?, ?, ?, ?)',
  )
  const signed = lastCheckpoint(database)
  let position = last?.position ?? 0
  let previous: Uint8Array = last?.hash ?? GENESIS
  let signedPosition = signed?.position ?? 0
  let checkpointNumber = signed?.number ?? 0

  const signEnd = (): void => {
    const checkpoint = signCheckpoint(
      { number: checkpointNumber + 1, position, at: Date.now(), hash: previous },
      key,
    )
    insertCheckpoint.run(checkpoint.number, position, checkpoint.at, checkpoint.hash, checkpoint.signature)
    checkpointNumber = checkpoint.number
    signedPosition = position
  }
  const transact = database.transaction((work: () => void) => work())
  const writeAll = (entries: readonly string[]): void => {
    for (const entry of entries) {
      position += 1
      previous = hashEntry(previous, position, entry)
      insert.run(position, entry, previous)
    }
    if (position - signedPosition >= limits.checkpointEveryEntries) signEnd()
  }
  return {
    position,
    publicKey: createPublicKey(key).export({ type: 'spki', format: 'pem' }) as string,
    commit: (entries) => {
      transact.immediate(() => writeAll(entries))
      return position
    },
    checkpoint: () => {
      if (position > signedPosition) transact.immediate(signEnd)
    },
    close: () => {
      database.close()
      lock.close()
    },
  }
}

// PostgreSQL: Frontend/Backend Protocol, "Streaming Replication Protocol": the commands.
import { hash } from 'node:crypto'
import type { Analysis } from '@sluice/core/analysis/context'
import { withoutTree } from '@sluice/core/analysis/without-tree'

/** What a connection asks to be: `physical` takes replication commands only, `database` takes SQL beside them. */
export type ReplicationMode = 'off' | 'physical' | 'database'

const commands: ReadonlySet<string> = new Set([
  'alter_replication_slot',
  'base_backup',
  'create_replication_slot',
  'drop_replication_slot',
  'identify_system',
  'read_replication_slot',
  'start_replication',
  'timeline_history',
  'upload_manifest',
])

/**
 * The replication command that a text is, by its first word: that is what the database tells them by. Undefined for
 * SQL. `SHOW` is both, and means the same: as SQL it is understood, and where there is no SQL it is a command.
 */
export function replicationCommand(text: string, mode: ReplicationMode): string | undefined {
  const word = /^[ \t\n\r\f\v]*([a-z_]+)/i.exec(text)?.[1]?.toLowerCase()
  if (word === undefined || mode === 'off') return undefined
  return commands.has(word) || (word === 'show' && mode === 'physical') ? word : undefined
}

/** Opaque, so that only a rule that says so lets it through: it hands out rows that no statement names. */
const OPAQUE = 'replication: rows leave that no statement names'

/**
 * What a replication command, or asking for such a connection, is to policy. Nothing of its text but the word is kept:
 * the rest may hold anything.
 */
export function replicationAnalysis(command: string, catalogVersion: number): Analysis {
  return withoutTree(
    {
      verb: 'replication',
      effects: ['admin', 'read'],
      outputs: 'unknown',
      opaque: OPAQUE,
      fingerprint: hash('sha256', `postgresql replication\n${command}`, 'hex').slice(0, 32),
      canonical: command,
    },
    catalogVersion,
  )
}

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

/**
 * A statement that others wrote. `valid`: for PostgreSQL its grammar accepts it, for MySQL MariaDB 10.11 accepts its
 * syntax, for SQL Server its publisher, or the server it was tested on, takes it as valid.
 */
export type CorpusStatement = {
  readonly source: string
  readonly kind: 'app' | 'suite'
  readonly valid: boolean
  readonly sql: string
}

const besideTheRepository = fileURLToPath(new URL('../../../../shared/corpora', import.meta.url))

/** The corpus of a dialect, or undefined, with a warning, where it is not there. */
export const readCorpus = (
  dialect: 'postgres' | 'mysql' | 'sqlserver',
): readonly CorpusStatement[] | undefined => {
  const path = `${process.env['SLUICE_CORPORA'] ?? besideTheRepository}/${dialect}.jsonl.gz`
  if (!existsSync(path)) {
    console.warn(
      `NO CORPUS, so the dialect's gate is not checked: set SLUICE_CORPORA to the folder of \`${path}\``,
    )
    return undefined
  }
  const lines = gunzipSync(readFileSync(path)).toString().trim().split('\n')
  return lines.map((line) => JSON.parse(line) as CorpusStatement)
}

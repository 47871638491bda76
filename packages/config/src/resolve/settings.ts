import { suggest } from '@sluice/core/policy/nearest'
import type { ColumnLabels, Config, Database } from '../config.ts'
import type { ConfigFile } from '../schema/file.ts'
import { defaultLimits } from '../schema/limits.ts'
import type { Resolving } from './context.ts'

/** The parts that name no file and no secret. */
export const resolveSettings = (
  resolving: Resolving,
  file: ConfigFile,
  databases: readonly Database[],
): Pick<Config, 'labels' | 'functions' | 'journal' | 'store' | 'instances' | 'limits'> => {
  const instances = file.instances && { directory: resolving.absolute(file.instances.directory) }
  return {
    labels: resolveLabels(resolving, file, databases),
    functions: (file.functions ?? []).map(({ function: called, definition, effect, result }) => ({
      signature: signatureOf(called),
      definition,
      ...(effect === undefined ? {} : { effect }),
      result: result === 'none' ? [] : result,
    })),
    ...resolveFiles(resolving, file),
    ...(instances === undefined ? {} : { instances }),
    limits: { ...defaultLimits, ...file.limits },
  }
}

/**
 * Labels and budgets outlive a journal: their default place is beside the one that the file names, whatever the environment
 * puts in its place.
 */
const resolveFiles = (
  resolving: Resolving,
  { journal: { path }, store: given }: ConfigFile,
): Pick<Config, 'journal' | 'store'> => {
  const journal = resolving.absolute(path)
  const named = resolving.written('journal.path')
  const store = resolving.absolute(given?.path ?? `${typeof named === 'string' ? named : path}-labels`)
  if (isFileOf(journal, store, besideJournal) || isFileOf(store, journal, besideStore)) {
    const [at, other] = given === undefined ? ['journal.path', 'store.path'] : ['store.path', 'journal.path']
    const clash = `and \`${other}\` are one file, or one is kept beside the other under that name`
    resolving.wrong(at, `${clash}; give each a name of its own`)
  }
  return { journal: { path: journal }, store: { path: store } }
}

/** What the gateway puts behind the journal's name: see `docs/audit.md`. */
const besideJournal = /^(\.(checkpoints|cursor|key|lock|pub|unfinished)([.-].*)?)?$/
/** What SQLite puts behind a name. It deletes a `-journal` that is not its own. */
const besideStore = /^-(journal|shm|wal)$/

const isFileOf = (owner: string, path: string, suffix: RegExp): boolean =>
  path.startsWith(owner) && suffix.test(path.slice(owner.length))

/** PostgreSQL prints no space behind a comma. */
const signatureOf = (text: string): string => {
  const at = text.indexOf('(')
  return (
    text.slice(0, at) +
    text
      .slice(at)
      .replaceAll(/\s*,\s*/g, ',')
      .replace(/^\(\s+/, '(')
      .replace(/\s+\)$/, ')')
  )
}

const resolveLabels = (
  resolving: Resolving,
  file: ConfigFile,
  databases: readonly Database[],
): readonly ColumnLabels[] => {
  const known = file.databases.map(({ name }) => name)
  return (file.labels ?? []).map(({ column, database, labels }, index) => {
    if (database !== undefined && !known.includes(database))
      resolving.wrong(
        `labels[${index}].database`,
        `there is no database \`${database}\`; ${suggest(database, known)}`,
      )
    const labelsOf = databases.find(({ name }) => name === database)?.labelsOf
    return { ...columnName(column), ...(labelsOf === undefined ? {} : { database: labelsOf }), labels }
  })
}

/** The schema has checked the form. */
const columnName = (text: string): Omit<ColumnLabels, 'labels'> => {
  const [schema = '', table = '', column = ''] = [...text.matchAll(/"((?:[^"]|"")+)"|([^."]+)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  )
  return { schema, table, column }
}

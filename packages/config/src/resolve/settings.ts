import type { ColumnLabels, Config } from '../config.ts'
import type { ConfigFile } from '../schema/file.ts'
import { defaultLimits } from '../schema/limits.ts'
import type { Resolving } from './context.ts'

/** The parts that name no file and no secret. */
export const resolveSettings = (
  resolving: Resolving,
  file: ConfigFile,
): Pick<Config, 'labels' | 'functions' | 'journal' | 'store' | 'instances' | 'limits'> => {
  const instances = file.instances && { directory: resolving.absolute(file.instances.directory) }
  return {
    labels: (file.labels ?? []).map(({ column, labels }) => ({ ...columnName(column), labels })),
    functions: (file.functions ?? []).map(({ function: called, definition, effect, result }) => ({
      signature: signatureOf(called),
      definition,
      ...(effect === undefined ? {} : { effect }),
      result: result === 'none' ? [] : result,
    })),
    journal: { path: resolving.absolute(file.journal.path) },
    store: { path: resolving.absolute(file.store?.path ?? `${file.journal.path}-labels`) },
    ...(instances === undefined ? {} : { instances }),
    limits: { ...defaultLimits, ...file.limits },
  }
}

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

/** The schema has checked the form. */
const columnName = (text: string): Omit<ColumnLabels, 'labels'> => {
  const [schema = '', table = '', column = ''] = [...text.matchAll(/"((?:[^"]|"")+)"|([^."]+)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  )
  return { schema, table, column }
}

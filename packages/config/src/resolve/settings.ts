import type { ColumnLabels, Config, Telemetry } from '../config.ts'
import type { ConfigFile } from '../schema/file.ts'
import { defaultLimits } from '../schema/limits.ts'
import type { Resolving } from './context.ts'

/** The parts that name no file and no secret. */
export const resolveSettings = (
  resolving: Resolving,
  file: ConfigFile,
): Pick<Config, 'labels' | 'journal' | 'store' | 'instances' | 'telemetry' | 'limits'> => {
  const telemetry = resolveTelemetry(file)
  const instances = file.instances && { directory: resolving.absolute(file.instances.directory) }
  return {
    labels: (file.labels ?? []).map(({ column, labels }) => ({ ...columnName(column), labels })),
    journal: { path: resolving.absolute(file.journal.path) },
    store: { path: resolving.absolute(file.store?.path ?? `${file.journal.path}-labels`) },
    ...(instances === undefined ? {} : { instances }),
    ...(telemetry === undefined ? {} : { telemetry }),
    limits: { ...defaultLimits, ...file.limits },
  }
}

const resolveTelemetry = ({ telemetry }: ConfigFile): Telemetry | undefined => {
  if (telemetry === undefined) return undefined
  const { endpoint, serviceName = 'sluice' } = telemetry
  return { serviceName, ...(endpoint === undefined ? {} : { endpoint }) }
}

/** The schema has checked the form. */
const columnName = (text: string): Omit<ColumnLabels, 'labels'> => {
  const [schema = '', table = '', column = ''] = [...text.matchAll(/"((?:[^"]|"")+)"|([^."]+)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  )
  return { schema, table, column }
}

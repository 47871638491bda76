import { join } from 'node:path'
import { parseArgs } from 'node:util'

/** How the demo was asked to run. */
export type DemoArguments = {
  /** End after the tour. */
  readonly tourOnly: boolean
  /** Where the gateway listens; another free port where this one is taken. */
  readonly port: number
  /** Where the files go: a new folder, or that of an earlier demo, which is emptied first. */
  readonly folder: string
}

const DEFAULT_PORT = 6432

/** Text for `--help`. */
export const USAGE = `demo [--tour-only] [--port ${DEFAULT_PORT}] [--folder .sluice/demo]

Starts a PostgreSQL with a shop in it and a gateway before it, and shows what the gateway does.
  --tour-only  end after the tour
  --port       where the gateway listens (default ${DEFAULT_PORT}, or any free port where that is taken)
  --folder     where configuration, policy, keys and journal go: a new one, or that of an earlier demo, which is emptied first
`

/** Reads the command line; undefined when help was asked for. Throws on what it does not know. */
export function readArguments(given: readonly string[]): DemoArguments | undefined {
  const { values } = parseArgs({
    args: given.filter((argument) => argument !== '--'),
    options: {
      'tour-only': { type: 'boolean', default: false },
      port: { type: 'string', default: String(DEFAULT_PORT) },
      folder: { type: 'string', default: join('.sluice', 'demo') },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`\`${values.port}\` is no port: give a number from 1 to 65535`)
  return { tourOnly: values['tour-only'], port, folder: values.folder }
}

import { nearest, suggest } from '@sluice/core/policy/nearest'
import type { Environment } from './environment.ts'
import { limitNames } from './schema/limits.ts'

/** A value of the file that an environment variable replaces. */
type Override = {
  readonly variable: string
  readonly path: readonly (string | number)[]
  readonly number: boolean
}

const limitPrefix = 'SLUICE_LIMITS_'

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, '_$&').toUpperCase()

/** Every variable that replaces a value of the file. `[0]` ones are for files with one listener or one database. */
export const overrides: readonly Override[] = [
  { variable: 'SLUICE_LISTEN', path: ['listeners', 0, 'address'], number: false },
  { variable: 'SLUICE_UPSTREAM_HOST', path: ['databases', 0, 'upstream', 'host'], number: false },
  { variable: 'SLUICE_UPSTREAM_PORT', path: ['databases', 0, 'upstream', 'port'], number: true },
  { variable: 'SLUICE_POLICY', path: ['policy'], number: false },
  { variable: 'SLUICE_JOURNAL', path: ['journal', 'path'], number: false },
  { variable: 'SLUICE_STORE', path: ['store', 'path'], number: false },
  { variable: 'SLUICE_TELEMETRY_ENDPOINT', path: ['telemetry', 'endpoint'], number: false },
  ...limitNames.map((name) => ({
    variable: `${limitPrefix}${snake(name)}`,
    path: ['limits', name],
    number: true,
  })),
]

/** What came of the overrides. `origins` maps a path to the variable that set it. */
type Overridden = {
  readonly value: unknown
  readonly origins: ReadonlyMap<string, string>
  readonly problems: readonly { readonly variable: string; readonly path: string; readonly message: string }[]
}

/** The file's value with the environment's on top. The file's own value is not changed. */
export const applyOverrides = (file: unknown, env: Environment): Overridden => {
  const value: unknown = structuredClone(file)
  const origins = new Map<string, string>()
  const problems: Overridden['problems'][number][] = []
  for (const { variable, path, number } of overrides) {
    const given = env[variable]
    if (given === undefined) continue
    const at = pathText(path)
    if (given === '') {
      const message = `\`${variable}\` is empty, as where it is made of another variable that is not set; give it a value, or do not set it`
      problems.push({ variable, path: at, message })
      continue
    }
    const lone = path[1] === 0 ? lonely(value, String(path[0])) : true
    if (!lone) {
      const message = `\`${variable}\` is for files with one entry in \`${String(path[0])}\`; write it in the file`
      problems.push({ variable, path: at, message })
      continue
    }
    origins.set(at, variable)
    put(value, path, number && /^\d+$/.test(given) ? Number(given) : given)
  }
  return { value, origins, problems: [...problems, ...unknownLimits(env), ...misspelt(file, env)] }
}

/** A misspelt limit would silently not hold. */
const unknownLimits = (env: Environment): Overridden['problems'] => {
  const known = overrides.map(({ variable }) => variable).filter((name) => name.startsWith(limitPrefix))
  return Object.keys(env)
    .filter((variable) => variable.startsWith(limitPrefix) && !known.includes(variable))
    .map((variable) => ({
      variable,
      path: '',
      message: `there is no limit behind \`${variable}\`; ${suggest(variable, known)}`,
    }))
}

const prefix = 'SLUICE_'

/** What would silently replace nothing: `SLUICE_POLICY_FILE`, `SLUICE_JOURNALS`. */
const misspelt = (file: unknown, env: Environment): Overridden['problems'] => {
  const known = overrides.map(({ variable }) => variable).filter((name) => !name.startsWith(limitPrefix))
  // A secret or a command of the file may have it.
  const text = JSON.stringify(file) ?? ''
  return Object.entries(env).flatMap(([variable, given = '']) => {
    const isOther =
      !variable.startsWith(prefix) || variable.startsWith(limitPrefix) || known.includes(variable)
    if (isOther || isOfService(variable, given) || text.includes(variable)) return []
    const meant = known.find((name) => variable.startsWith(`${name}_`)) ?? near(variable, known)
    if (meant === undefined) return []
    return [{ variable, path: '', message: `\`${variable}\` replaces nothing; did you mean \`${meant}\`?` }]
  })
}

/** By what follows the prefix, which all have. */
const near = (variable: string, known: readonly string[]): string | undefined => {
  const rest = variable.slice(prefix.length)
  const found = nearest(
    rest,
    known.map((name) => name.slice(prefix.length)),
  )
  return found === undefined || Math.abs(found.length - rest.length) > 2 ? undefined : `${prefix}${found}`
}

/** Kubernetes and Docker tell every container of a service `sluice-…` by such variables. */
const isOfService = (variable: string, given: string): boolean =>
  /_SERVICE_(HOST|PORT)|_PORT_\d+_(TCP|UDP|SCTP)/.test(variable) || /^(tcp|udp|sctp):\/\//.test(given)

const lonely = (value: unknown, key: string): boolean => {
  const list = isMap(value) ? value[key] : undefined
  return Array.isArray(list) && list.length === 1
}

/** Sets a value, making the maps on the way. Where the file has something else there, the schema will say so. */
const put = (root: unknown, path: readonly (string | number)[], value: unknown): void => {
  let at: unknown = root
  for (const [index, key] of path.entries()) {
    if (!isMap(at)) return
    if (index === path.length - 1) at[key] = value
    else at = at[key] ??= {}
  }
}

const isMap = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === 'object' && value !== null

const pathText = (path: readonly (string | number)[]): string =>
  path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? key : `${text}.${key}`),
    '',
  )

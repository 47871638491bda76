import { dirname, resolve } from 'node:path'
import { type Problem, sortProblems } from '@sluice/core/policy/problem'
import { plainValue, readYaml } from '@sluice/core/policy/yaml-source'
import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import * as Schema from 'effect/Schema'
import type { Config } from './config.ts'
import type { Environment } from './environment.ts'
import { ConfigErrors } from './errors.ts'
import { schemaProblems } from './issues.ts'
import { applyOverrides } from './overrides.ts'
import { Resolving } from './resolve/context.ts'
import { resolveDatabases } from './resolve/databases.ts'
import { readText } from './resolve/files.ts'
import { resolveIdentity } from './resolve/identity.ts'
import { resolveListeners } from './resolve/listeners.ts'
import { resolveMasking, resolvePolicy } from './resolve/policy.ts'
import { resolveSettings } from './resolve/settings.ts'
import { resolveTelemetry } from './resolve/telemetry.ts'
import { type ConfigFile, configFileSchema } from './schema/file.ts'

const decode = Schema.decodeUnknownResult(configFileSchema, { errors: 'all', onExcessProperty: 'error' })

/**
 * Reads a configuration file and everything it names. Fails with all that is wrong at once: in the file first, and
 * where that is well-formed in the files, secrets and policy behind it.
 */
export const loadConfig = Effect.fnUntraced(function* (
  path: string,
  env: Environment,
): Effect.fn.Return<Config, ConfigErrors> {
  const file = resolve(path)
  const read = yield* readText(file)
  if (!('text' in read))
    return yield* ConfigErrors.of([{ file, line: 1, column: 1, path: '', message: read.problem }])
  const source = readYaml(read.text, file)
  if (source.problems.length > 0) return yield* ConfigErrors.of(sortProblems(source.problems))
  const overridden = applyOverrides(plainValue(source.root), env)
  const resolving = new Resolving(source, dirname(file), env, overridden.origins)
  for (const { variable, ...problem } of overridden.problems)
    resolving.problems.push({ ...problem, file: `environment variable ${variable}`, line: 1, column: 1 })
  const decoded = decode(overridden.value)
  if (Result.isFailure(decoded)) {
    const found = schemaProblems(decoded.failure.issue, configFileSchema.ast).map((problem) =>
      placed(resolving, problem),
    )
    // A value can break several rules that are told in one sentence.
    const said = new Map(found.map((problem) => [`${problem.path}: ${problem.message}`, problem]))
    return yield* ConfigErrors.of(sortProblems([...resolving.problems, ...said.values()]))
  }
  const config = yield* resolveAll(resolving, file, decoded.success)
  if (config === undefined || resolving.problems.length > 0)
    return yield* ConfigErrors.of(sortProblems(resolving.problems))
  return config
})

const placed = (
  resolving: Resolving,
  { path, message }: { readonly path: string; readonly message: string },
): Problem =>
  message.startsWith('unknown key')
    ? resolving.problemAtKey(path, message)
    : resolving.problemAt(path, message)

/** Undefined where a part could not be had; `resolving.problems` then says why. */
const resolveAll = Effect.fnUntraced(function* (resolving: Resolving, file: string, decoded: ConfigFile) {
  const listeners = yield* resolveListeners(resolving, decoded)
  const databases = yield* resolveDatabases(resolving, decoded)
  const identity = yield* resolveIdentity(resolving, decoded)
  const policy = yield* resolvePolicy(resolving, decoded)
  const masking = yield* resolveMasking(resolving, decoded)
  const telemetry = yield* resolveTelemetry(resolving, decoded)
  const settings = resolveSettings(resolving, decoded, databases)
  if (policy === undefined) return undefined
  const config: Config = { file, listeners, databases, identity, policy, masking, ...telemetry, ...settings }
  return config
})

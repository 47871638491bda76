import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import * as Data from 'effect/Data'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import type { Secret } from './config.ts'
import type { Environment } from './environment.ts'

/** Where a secret is, as the configuration file says it. Exactly one of the three. */
export type SecretReference =
  | { readonly env: string }
  | { readonly file: string }
  | { readonly command: readonly string[] }

/** A secret cannot be had. Fault: gateway (its configuration). May be retried. The message never holds the secret. */
export class SecretUnreadable extends Data.TaggedError('SecretUnreadable')<{ readonly message: string }> {}

/** Longest secret read from a file or a command. */
export const maxSecretBytes = 64 * 1024
/** A command that takes longer has failed. */
const secretCommandTimeoutMs = 10_000

const runFile = promisify(execFile)

/** Reads the secret now and keeps the way to read it again. `directory` is where commands run. */
export const loadSecret = (
  reference: SecretReference,
  env: Environment,
  directory: string,
): Effect.Effect<Secret, SecretUnreadable> => {
  const secret = Effect.map(reading(reference, env, directory), (text) => Redacted.make(text))
  return Effect.map(secret, (loaded) => ({ origin: originOf(reference), loaded, secret: () => secret }))
}

const originOf = (reference: SecretReference): string => {
  if ('env' in reference) return `env ${reference.env}`
  if ('file' in reference) return `file ${reference.file}`
  // Its arguments may hold what they should not.
  return `command ${reference.command[0] ?? ''}`
}

const reading = (
  reference: SecretReference,
  env: Environment,
  directory: string,
): Effect.Effect<string, SecretUnreadable> => {
  if ('env' in reference) return fromEnvironment(reference.env, env)
  const origin = originOf(reference)
  const text = 'file' in reference ? fromFile(reference.file) : fromCommand(reference.command, directory)
  return Effect.flatMap(text, (raw) => {
    const secret = raw.replace(/\r?\n$/, '')
    return secret === ''
      ? unreadable(`${origin} gives an empty secret; put the secret there`)
      : Effect.succeed(secret)
  })
}

const fromEnvironment = (name: string, env: Environment): Effect.Effect<string, SecretUnreadable> => {
  const value = env[name]
  return value === undefined || value === ''
    ? unreadable(`environment variable \`${name}\` is not set; set it, or use \`file\` or \`command\``)
    : Effect.succeed(value)
}

const fromFile = (file: string): Effect.Effect<string, SecretUnreadable> =>
  Effect.tryPromise({
    try: async () => {
      const found = await stat(file)
      // A pipe would be waited for without end, and a device has no end.
      if (!found.isFile() || found.size > maxSecretBytes) throw new Error('no file, or too long')
      return await readFile(file, 'utf8')
    },
    catch: () =>
      new SecretUnreadable({
        message: `\`${file}\` cannot be read as a secret: a file of up to ${maxSecretBytes} bytes; check path and permissions`,
      }),
  })

const fromCommand = (
  [program = '', ...args]: readonly string[],
  directory: string,
): Effect.Effect<string, SecretUnreadable> =>
  Effect.tryPromise({
    // No shell: what stands in the file is one program and its arguments.
    try: async () => {
      const options = { cwd: directory, timeout: secretCommandTimeoutMs, maxBuffer: maxSecretBytes }
      return (await runFile(program, [...args], { ...options, encoding: 'utf8' })).stdout
    },
    // What the command printed may be the secret, so nothing of it is told.
    catch: () =>
      new SecretUnreadable({
        message: `command \`${program}\` did not give a secret within ${secretCommandTimeoutMs} ms; run it by hand to see why`,
      }),
  })

const unreadable = (message: string): Effect.Effect<never, SecretUnreadable> =>
  Effect.fail(new SecretUnreadable({ message }))

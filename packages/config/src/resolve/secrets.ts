import * as Effect from 'effect/Effect'
import type { Secret } from '../config.ts'
import { loadSecret, type SecretReference } from '../secret.ts'
import type { Resolving } from './context.ts'

/** Reads the secret that stands at `path`; a problem is noted there. */
export const resolveSecret = (
  resolving: Resolving,
  path: string,
  reference: SecretReference,
): Effect.Effect<Secret | undefined> => {
  const located = 'file' in reference ? { file: resolving.absolute(reference.file) } : reference
  return Effect.catch(loadSecret(located, resolving.env, resolving.directory), (error) =>
    Effect.sync(() => resolving.wrong(path, error.message)),
  )
}

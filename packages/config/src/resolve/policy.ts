import { baselineText } from '@sluice/core/policy/packs/baseline'
import { loadPolicy } from '@sluice/core/policy/policy'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import type { Config, PolicySource, Secret } from '../config.ts'
import type { ConfigFile } from '../schema/file.ts'
import type { Resolving } from './context.ts'
import { readNamed } from './files.ts'
import { resolveSecret } from './secrets.ts'

/** A shorter key could be guessed by trying. */
const minMaskKeyCharacters = 32

/** Reads and checks the policy; its problems are told with all others. */
export const resolvePolicy = Effect.fnUntraced(function* (resolving: Resolving, file: ConfigFile) {
  const named = file.policy === undefined ? undefined : resolving.absolute(file.policy)
  const text = named === undefined ? baselineText : yield* readNamed(resolving, 'policy', named)
  if (text === undefined) return undefined
  const loaded = loadPolicy(text, named ?? 'baseline')
  if (!loaded.ok) {
    resolving.problems.push(...loaded.problems)
    return undefined
  }
  if (loaded.value.needsKey && file.masking?.key === undefined)
    return resolving.wrong(
      'masking.key',
      'is missing: the policy masks with `hash` or `fpe`; write e.g. `{ env: SLUICE_MASK_KEY }`',
    )
  const source: PolicySource = { policy: loaded.value, ...(named === undefined ? {} : { file: named }) }
  return source
})

/** Reads the key of the transforms `hash` and `fpe`. */
export const resolveMasking = Effect.fnUntraced(function* (resolving: Resolving, file: ConfigFile) {
  const reference = file.masking?.key
  if (reference === undefined) return {}
  const key: Secret | undefined = yield* resolveSecret(resolving, 'masking.key', reference)
  if (key !== undefined && Redacted.value(key.loaded).length < minMaskKeyCharacters)
    resolving.wrong(
      'masking.key',
      `is shorter than ${minMaskKeyCharacters} characters; make one with \`openssl rand -hex 32\``,
    )
  const masking: Config['masking'] = key === undefined ? {} : { key }
  return masking
})

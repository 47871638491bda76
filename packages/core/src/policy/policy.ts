import { createHash } from 'node:crypto'
import { needsKey } from '../mask/transform.ts'
import type { AllowRule, DenyRule, InferenceLevel, LimitRule, MaskRule, PolicyDocument } from './document.ts'
import { parsePolicy } from './parse.ts'
import type { Loaded } from './problem.ts'

/** A policy ready to decide with. A value: a reload makes a new one. */
export type Policy = {
  /** First 12 hexadecimal digits of the SHA-256 of its text. */
  readonly version: string
  /** The rules that look at statements, in the order of the file. */
  readonly rules: readonly (AllowRule | DenyRule | LimitRule)[]
  readonly masks: readonly MaskRule[]
  /** For columns whose mask rules do not say. */
  readonly inference: InferenceLevel
  /** True where a rule asks about the session: then decisions are not the same in every session. */
  readonly mentionsSession: boolean
  /** True where a rule may let clients send files of theirs. */
  readonly takesClientFiles: boolean
  /** True where a rule masks with a transform that needs the deployment's key: `hash` and `fpe`. */
  readonly needsKey: boolean
}

/** Prepares a document that `parsePolicy` has checked. */
const compilePolicy = (document: PolicyDocument): Policy => {
  const rules = document.rules.filter((rule) => rule.effect !== 'mask')
  const masks = document.rules.filter((rule) => rule.effect === 'mask')
  return {
    version: createHash('sha256').update(document.text).digest('hex').slice(0, 12),
    rules,
    masks,
    inference: document.inference,
    mentionsSession: rules.some((rule) => rule.when?.mentions.session || rule.unless?.mentions.session),
    takesClientFiles: rules.some(
      ({ effect, mode, when }) =>
        effect === 'allow' && mode === 'enforce' && when?.mentions.clientFile === true,
    ),
    needsKey: masks.some(({ transforms }) =>
      [transforms.otherwise, ...transforms.byLabel.values()].some(needsKey),
    ),
  }
}

/** Reads, checks and prepares a policy text, or says all that is wrong with it. `file` is only named in problems. */
export const loadPolicy = (text: string, file: string): Loaded<Policy> => {
  const parsed = parsePolicy(text, file)
  return parsed.ok ? { ok: true, value: compilePolicy(parsed.value) } : parsed
}

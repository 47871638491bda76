import type { TransformSpec } from '../mask/transform.ts'
import type { Condition } from './conditions/condition.ts'

/** A policy file, read and type-checked. Made by `parsePolicy`; every condition in it compiles. */
export type PolicyDocument = {
  readonly version: 1
  readonly rules: readonly Rule[]
  /** For columns whose mask rules do not say. */
  readonly inference: InferenceLevel
  /** The text it was read from: the policy's version is its hash. */
  readonly text: string
}

/**
 * What may be asked about masked columns without being shown them. `off`: everything. `balanced`: whether they equal a
 * value or another column. `strict`: nothing.
 */
export type InferenceLevel = 'off' | 'balanced' | 'strict'

/** The levels, from what lets most through to what lets least. */
export const inferenceLevels = ['off', 'balanced', 'strict'] as const satisfies readonly InferenceLevel[]

/** One rule of a policy. */
export type Rule = AllowRule | DenyRule | MaskRule | LimitRule

/** `observe`: recorded as if it counted, never enforced. */
export type RuleMode = 'enforce' | 'observe'

/** What every rule has. */
export type RuleBase = {
  readonly id: string
  readonly mode: RuleMode
  /** Absent: always. */
  readonly when?: Condition
  /** The rule does not apply where this holds. */
  readonly unless?: Condition
}

/** Lets statements through. */
export type AllowRule = RuleBase & { readonly effect: 'allow' }

/** `message` is told to the client after what is refused. */
export type DenyRule = RuleBase & { readonly effect: 'deny'; readonly message?: string }

/** `when` and `unless` ask about the principal and the database only: masks hold for a whole session. */
export type MaskRule = RuleBase & {
  readonly effect: 'mask'
  readonly columns: Condition
  readonly transforms: Transforms
  /** Texts of columns that no rule masks are searched for what looks personal or secret. */
  readonly scan: boolean
  /** Absent: the document's. */
  readonly inference?: InferenceLevel
}

/** What is counted of a result. `labelled`: values of labelled columns that are not redacted. */
export type Unit = 'rows' | 'bytes' | 'labelled'

/** The units, in the order in which they are looked at. */
export const units = ['rows', 'bytes', 'labelled'] as const satisfies readonly Unit[]

/** The most that one statement may return, or one principal in an hour. At least one unit is there. */
export type LimitRule = RuleBase & {
  readonly effect: 'limit'
  readonly per: 'statement' | 'hour'
  readonly most: Readonly<Partial<Record<Unit, number>>>
}

/** `byLabel` has the label names (or the parents of label names) of `with`; `otherwise` is its `default`. */
export type Transforms = {
  readonly otherwise: TransformSpec
  readonly byLabel: ReadonlyMap<string, TransformSpec>
}

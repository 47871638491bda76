import type { Column } from '../catalog/catalog.ts'
import type { TransformSpec } from '../mask/transform.ts'
import type { Caps } from './caps.ts'

/** A rule that determined a decision, or would have. */
export type RuleRef = { readonly id: string; readonly effect: string; readonly mode: 'enforce' | 'observe' }

/** A rule that failed to evaluate. The message has no value of the statement in it. */
export type RuleError = { readonly rule: string; readonly message: string }

/** What must be done beside letting the statement through. */
type Obligations = Caps & { readonly masks: ColumnMasks }

/** Which columns are masked for one principal under one policy version and one catalog version. */
export type ColumnMasks = {
  /** False where no rule could ever mask anything for this principal: nothing has to be proven then. */
  readonly any: boolean
  /** The rule that has the texts of unmasked columns searched; absent: they are not. */
  readonly scan?: string
  /** The narrowest transform for the column, with the rule that asks for it. */
  forColumn(column: Column): { readonly transform: TransformSpec; readonly rule: string } | undefined
}

/** What is to be done with one execution of a statement. */
export type Decision = Allow | Deny

/** The statement may run, with these obligations. */
export type Allow = {
  readonly kind: 'allow'
  readonly rules: readonly RuleRef[]
  readonly errors: readonly RuleError[]
  readonly obligations: Obligations
  readonly policyVersion: string
}

/** The statement is refused. */
export type Deny = {
  readonly kind: 'deny'
  readonly rules: readonly RuleRef[]
  readonly errors: readonly RuleError[]
  /** What the client is told: lower-case, names the thing, says what to do next. */
  readonly message: string
  readonly hint: string
  readonly policyVersion: string
}

/** What the policy knows of the database a session is on. */
export type DatabaseFacts = {
  readonly name: string
  readonly system: string
  readonly environment: string
}

/** What the policy knows of a session. */
export type SessionFacts = {
  readonly id: string
  readonly clientAddress: string
  readonly applicationName: string
  readonly tls: boolean
}

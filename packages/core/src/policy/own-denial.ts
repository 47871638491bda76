import type { Deny } from './decision.ts'

type Denial = Pick<Deny, 'message' | 'hint' | 'policyVersion'> & {
  /** `sluice:` and what it is called. */
  readonly rule: string
  /** Of the policy's rules that were asked before. Default: none. */
  readonly errors?: Deny['errors']
}

/** A denial of the gateway's own, beside the policy's rules. The message names the rule. */
export const ownDenial = ({ rule, message, hint, policyVersion, errors = [] }: Denial): Deny => ({
  kind: 'deny',
  rules: [{ id: rule, effect: 'deny', mode: 'enforce' }],
  errors,
  message: `${message} (rule \`${rule}\`)`,
  hint,
  policyVersion,
})

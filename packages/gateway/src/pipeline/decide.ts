import type { Analysis } from '@sluice/core/analysis/context'
import type { Flow } from '@sluice/core/analysis/facts'
import type { Column } from '@sluice/core/catalog/catalog'
import { narrower, revealsNothing } from '@sluice/core/mask/narrower'
import type { TransformSpec } from '@sluice/core/mask/transform'
import { decide } from '@sluice/core/policy/decide'
import type { Allow, Decision, Deny } from '@sluice/core/policy/decision'
import { INFERENCE_RULE } from '@sluice/core/policy/inference'
import { ownDenial } from '@sluice/core/policy/own-denial'
import type { FlowLedger } from '../ports/flow-ledger.ts'
import type { Governance, SessionIdentity } from '../session/governance.ts'
import { usedUp } from './spend.ts'

/** Second stage: what is to be done with an analysed statement. Decided anew at every execution. */
export function decideStatement(governance: Governance, who: SessionIdentity, analysis: Analysis): Decision {
  const expired = guardIdentity(governance, who)
  if (expired !== undefined) return expired
  const decision = decide(governance.policy(), {
    facts: analysis.facts,
    principal: who.principal,
    database: governance.database,
    session: who.facts,
  })
  if (decision.kind !== 'allow') return decision
  return guardBudgets(governance, decision, analysis) ?? guardFlows(decision, analysis, governance.flows)
}

/** Whoever has used up an hour's budget gets no more rows in it, nor sends files; what returns none goes on. */
function guardBudgets(governance: Governance, decision: Allow, { facts }: Analysis): Deny | undefined {
  const { hourly } = decision.obligations
  if (hourly === undefined || (facts.outputs === 'none' && facts.clientFile !== true)) return undefined
  // Of a file only the bytes are counted.
  const counted = facts.outputs === 'none' ? hourly.filter(({ unit }) => unit === 'bytes') : hourly
  const exceeded = usedUp(governance, counted)
  if (exceeded === undefined) return undefined
  const { message, hint, rule } = exceeded
  const rules = [{ id: rule, effect: 'limit', mode: 'enforce' } as const]
  return {
    kind: 'deny',
    rules,
    errors: decision.errors,
    message,
    hint,
    policyVersion: decision.policyVersion,
  }
}

/** INVARIANT (identity-bound): a principal that is no longer good decides nothing any more. */
export function guardIdentity(governance: Governance, who: SessionIdentity): Deny | undefined {
  if (governance.identity.stillValid(who.principal, governance.now() / 1000)) return undefined
  return ownDenial({
    rule: 'sluice:expired',
    message: `the login or token of \`${who.principal.id}\` has expired`,
    hint: 'get a new token and connect again',
    policyVersion: governance.policy().version,
  })
}

/**
 * A masked value that is written somewhere it is masked less would come back with the next SELECT. Refused to whom the
 * source is masked, unless where it goes hides as much of it: a column that is there, or one that the statement makes
 * and that inherits the labels. Nobody gives other people's columns labels by writing into them what is masked for him.
 */
function guardFlows(decision: Allow, analysis: Analysis, flows: FlowLedger | undefined): Allow | Deny {
  const { masks } = decision.obligations
  if (!masks.any) return decision
  for (const flow of analysis.facts.flows) {
    const target = flow.target ?? (flow.place?.made === true ? flows?.foreseen(flow) : undefined)
    const shown = target && masks.forColumn(target)?.transform
    const whole = target && shown && takenForWhole(flow, target)
    if (shown !== undefined && revealsNothing(shown) && whole === undefined) continue
    const source = flow.sources.find((column) => {
      const hidden = masks.forColumn(column)?.transform
      return hidden !== undefined && !(flow.direct && shown !== undefined && hidesAsMuch(shown, hidden))
    })
    if (source !== undefined) {
      const what = `masked column \`${source.relation.name}.${source.name}\``
      return whole === undefined
        ? refuseFlow(decision, analysis, what)
        : refusal(decision, `what is computed of ${what} may not be called \`${whole}\``, ABOUT_NAMES)
    }
    if (flow.unknown) return refuseFlow(decision, analysis, 'a value whose origin cannot be proven')
  }
  return decision
}

/**
 * The name of a masked column that is made of what was computed, where the name gives it the label of whole values: these may be
 * compared for equality, which of a value's letter tells that letter. Undefined: it is none, or known as computed.
 */
function takenForWhole({ direct, place, view }: Flow, { name, labels }: Column): string | undefined {
  const isMade = place?.made === true && view === undefined && !direct
  return isMade && !labels.some(({ computed }) => computed === true) ? name : undefined
}

/** Whether the one reveals nothing that the other hides. */
function hidesAsMuch(shown: TransformSpec, hidden: TransformSpec): boolean {
  return JSON.stringify(narrower(shown, hidden)) === JSON.stringify(shown)
}

const ABOUT_COPIES =
  'leave the masked columns out, copy them unchanged to a column that is masked alike, or ask someone who may read them raw'

const ABOUT_BLOCKS =
  'what a block of code reads counts as copied by it: leave out masked columns, functions of your own and texts that EXECUTE runs but for constants, send its statements by themselves, or ask someone who may read the columns raw'

const ABOUT_NAMES =
  'give the new column a name that does not say what whole values are called, or copy the masked column unchanged'

function refuseFlow(decision: Allow, { facts }: Analysis, what: string): Deny {
  const message = `${what} may not be copied to where it would not be masked`
  return refusal(decision, message, facts.verb === 'do' ? ABOUT_BLOCKS : ABOUT_COPIES)
}

function refusal({ errors, policyVersion }: Allow, message: string, hint: string): Deny {
  return ownDenial({ rule: FLOW_RULE, message, hint, policyVersion, errors })
}

/** The rule named where copies of masked values are refused. */
const FLOW_RULE = 'sluice:masked-flow'

/** Whether a statement is refused for what is masked in it, or cannot be followed, as where a name leads nowhere. */
export function isOfUnfollowed({ rules: [first] }: Deny): boolean {
  return first?.id === INFERENCE_RULE || first?.id === FLOW_RULE
}

import type { Analysis } from '@sluice/core/analysis/context'
import { NO_NAMES } from '@sluice/core/analysis/names-after'
import type { Allow } from '@sluice/core/policy/decision'
import { admit, closeRecord, type Execution, NO_VALUES, openRecord } from '@sluice/gateway/pipeline/admit'
import { decideStatement } from '@sluice/gateway/pipeline/decide'
import { understand } from '@sluice/gateway/pipeline/understand'
import type { Governance, SessionIdentity } from '@sluice/gateway/session/governance'
import type { Refusal } from '../replies/refusal.ts'
import { type SqlState, sqlstate } from '../replies/sqlstate.ts'
import { refusalOf } from '../session/decide.ts'
import { Refused } from './refused.ts'

/** Settings of one connection that policy is asked about; a driver brings two or three. */
const MAX_DECIDED_SETTINGS = 32

/** What SET would be for one setting, and that it may be. */
type DecidedSetting = { readonly analysis: Analysis; readonly decision: Allow }

/**
 * Decides settings that come with the connection as the `SET` that each of them is. INVARIANT (deny-by-default): what
 * cannot be read now is refused. Throws Refused.
 */
export async function decideSettings(
  governance: Governance,
  who: SessionIdentity,
  settings: ReadonlyMap<string, string>,
  database: string,
): Promise<readonly DecidedSetting[]> {
  if (settings.size > MAX_DECIDED_SETTINGS) {
    throw new Refused({
      code: sqlstate.insufficientPrivilege,
      message: `more than ${MAX_DECIDED_SETTINGS} settings came with the connection`,
      hint: 'use `SET` afterwards',
    })
  }
  const decided: DecidedSetting[] = []
  for (const [name, value] of settings) decided.push(await decideOne(governance, who, name, value, database))
  return decided
}

async function decideOne(
  governance: Governance,
  who: SessionIdentity,
  name: string,
  value: string,
  database: string,
): Promise<DecidedSetting> {
  const context = {
    modes: { standardConformingStrings: true },
    names: { database, searchPath: [] },
    session: NO_NAMES,
    catalogDirty: false,
  }
  try {
    const [understood] = await understand(governance, setStatement(name, value), context)
    if (understood === undefined) throw new Error('the setting reads as nothing')
    const decision = decideStatement(governance, who, understood.analysis)
    if (decision.kind === 'deny') throw notAllowed(name, refusalOf(decision))
    return { analysis: understood.analysis, decision }
  } catch (error) {
    if (error instanceof Refused) throw error
    throw new Refused(
      {
        code: sqlstate.cannotConnectNow,
        message: `setting \`${name}\` cannot be decided now`,
        hint: 'leave it out, or tell whoever runs the gateway',
      },
      error,
    )
  }
}

/** Drivers bring settings that nobody thinks of: it is said which. */
function notAllowed(name: string, { message, ...refusal }: Refusal): Refused {
  return new Refused({ ...refusal, message: `setting \`${name}\` of the connection: ${message}` })
}

/** Quoted, so that neither name nor value can be anything else. `startupRequest` has checked the name. */
function setStatement(name: string, value: string): string {
  const quoted = name.split('.').map((part) => `"${part}"`)
  return `SET ${quoted.join('.')} TO '${value.replaceAll("'", "''")}'`
}

/** A setting whose record is open. */
type OpenSetting = {
  readonly execution: Execution
  /** INVARIANT (record-before-effect): resolves once its record is durable. Rejects as `admit` does. */
  readonly admitted: Promise<unknown>
}

/** Opens the records of decided settings. */
export function openSettings(
  governance: Governance,
  who: SessionIdentity,
  decided: readonly DecidedSetting[],
): readonly OpenSetting[] {
  return decided.map(({ analysis, decision }) => {
    const execution = {
      ...openRecord(governance, who, analysis, decision, NO_VALUES, undefined),
      decision,
    }
    return { execution, admitted: Promise.resolve(admit(governance, who, execution)) }
  })
}

/** Closes them: the database took the connection with the settings, or it did not, and what the client was told why. */
export function closeSettings(
  governance: Governance,
  who: SessionIdentity,
  settings: readonly OpenSetting[],
  code?: SqlState,
): void {
  const ended = code === undefined ? { outcome: 'completed' as const } : { outcome: 'failed' as const, code }
  const result = { ...ended, exposed: [], masked: [] }
  for (const { execution } of settings) closeRecord(governance, who, execution, result, 0, 0)
}

import type { Facts } from '@sluice/core/analysis/facts'
import type { ColumnMasks } from '@sluice/core/policy/decision'
import { blottedMessage } from '@sluice/gateway/pipeline/blotted-message'
import { mayCarryMasked, runsOwnCode } from '@sluice/gateway/pipeline/near-masked'
import { type ErrorResponse, encodeErrorResponse } from '../../messages/error-response.ts'
import { encodeNoticeResponse } from '../../messages/notice-response.ts'
import type { Expectation } from '../expectations.ts'
import { runsTypeCode } from '../own-types.ts'
import type { Session } from '../session.ts'
import { masksOf } from './masks-of.ts'
import { runOf } from './rows.ts'

/**
 * SQLSTATE classes whose texts hold no value of a row unless code of the users' own makes them. Not among them: those
 * that name things (0A, 3D, 3F, 42), since `email::regclass` asks for a table of that name.
 */
const valueless: ReadonlySet<string> = new Set([
  '08',
  '25',
  '26',
  '28',
  '2D',
  '34',
  '3B',
  '40',
  '53',
  '54',
  '55',
  '57',
  '58',
])

/** `permission denied for table …`: names what the statement names. */
const insufficientPrivilege = '42501'

/** The fields that say which kind of error it is and where in the statement, not with what value. */
const kept: ReadonlySet<string> = new Set(['S', 'V', 'C', 'P', 's', 't', 'c', 'd', 'n'])

/** Names of things that code can give itself, with RAISE. */
const named: ReadonlySet<string> = new Set(['s', 't', 'c', 'd', 'n'])

/** The error as the client may see it; `owed` is what it answers. Undefined: as it is. */
export function withheldError(
  session: Session,
  message: ErrorResponse,
  owed: Expectation | undefined,
): Buffer | undefined {
  const fields = withheld(session, message, owed)
  return fields === undefined ? undefined : encodeErrorResponse({ ...message, fields })
}

/** The notice as the client may see it; `owed` is what the database is busy with. Undefined: as it is. */
export function withheldNotice(
  session: Session,
  message: ErrorResponse,
  owed: Expectation | undefined,
): Buffer | undefined {
  const fields = withheld(session, message, owed)
  return fields === undefined ? undefined : encodeNoticeResponse({ ...message, fields })
}

/** Undefined: the message may go out as it is. */
function withheld(
  session: Session,
  message: ErrorResponse,
  owed: Expectation | undefined,
): Map<string, string> | undefined {
  const { fields } = message
  const masks = runOf(owed)?.execution.decision.obligations.masks ?? masksOf(session)
  if (!masks.any) return undefined
  const facts = factsOf(owed)
  if (facts === 'own text') return undefined
  // With a position it speaks about the client's own text, unless code runs as that is read: `setup_parser_errposition_callback`.
  if (fields.has('P') && (facts === undefined || !runsTypeCode(facts))) return undefined
  const code = fields.get('C') ?? ''
  const own = facts === undefined || runsOwnCode(facts)
  if (!own && (valueless.has(code.slice(0, 2)) || code === insufficientPrivilege)) return undefined
  if (facts === undefined && valueless.has(code.slice(0, 2))) return undefined
  if (facts !== undefined && !mayCarryMasked(facts, masks, session.governance.catalog.current()))
    return searched(message, masks)
  const safe = new Map([...fields].filter(([field]) => kept.has(field) && !(own && named.has(field))))
  safe.set('M', `the database said ${code}; its text is withheld because it can carry masked values`)
  safe.set(
    'H',
    'look the code up among the error codes of PostgreSQL, or ask someone who may read the columns raw',
  )
  return safe
}

/** The values that it may quote are of columns which are not masked, but searched. */
function searched({ fields, encoding }: ErrorResponse, masks: ColumnMasks): Map<string, string> | undefined {
  const shown = new Map<string, string>()
  for (const [field, text] of fields) {
    const message = kept.has(field) ? undefined : blottedMessage(text, masks, encoding)
    if (message !== undefined) shown.set(field, message)
  }
  return shown.size === 0 ? undefined : new Map([...fields, ...shown])
}

/**
 * What the database is doing. `own text`: reading what the client sent, no row. Undefined: the end of a transaction,
 * when checks and triggers run that were put off.
 */
function factsOf(owed: Expectation | undefined): Facts | 'own text' | undefined {
  switch (owed?.kind) {
    case 'query':
    case 'function-call':
    case 'replication':
    case 'execute': {
      const facts = runOf(owed)?.execution.analysis.facts
      return facts === undefined || endsTransaction(facts) ? undefined : facts
    }
    case 'bind': {
      // Planning runs functions that are declared stable or immutable, and reads no row.
      const { facts } = (owed.run?.execution ?? owed.portal).analysis
      return runsOwnCode(facts) ? facts : 'own text'
    }
    case 'parse':
    case 'describe-statement':
      return owed.run?.execution.analysis.facts ?? 'own text'
    case 'sync':
    case undefined:
      return undefined
    default:
      return 'own text'
  }
}

function endsTransaction({ verb, canonical }: Facts): boolean {
  return verb === 'commit' || verb === 'prepare transaction' || /^set constraints\b/i.test(canonical)
}

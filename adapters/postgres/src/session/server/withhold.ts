import type { Facts } from '@sluice/core/analysis/facts'
import type { Catalog } from '@sluice/core/catalog/catalog'
import type { ColumnMasks } from '@sluice/core/policy/decision'
import { blottedMessage } from '@sluice/gateway/pipeline/blotted-message'
import {
  attachedSpeech,
  mayCarryMasked,
  plansOwnCode,
  runsOwnCode,
} from '@sluice/gateway/pipeline/near-masked'
import { type ErrorResponse, encodeErrorResponse } from '../../messages/error-response.ts'
import { encodeNoticeResponse } from '../../messages/notice-response.ts'
import type { Expectation } from '../expectations.ts'
import { runsTypeCode } from '../own-types.ts'
import type { Running } from '../running.ts'
import type { Session } from '../session.ts'
import { isServersCode } from './error-codes.ts'
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

/** What code of the users' own says unless it gives another SQLSTATE: `raise_exception`. */
const raised = 'P0001'

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
  const catalog = session.governance.catalog.current()
  const doing = factsOf(session, owed, catalog)
  if (doing === 'own text') return undefined
  // With a position it speaks about the client's own text, unless code runs as that is read (`setup_parser_errposition_callback`)
  // or it is read in a text of a row, of which the context tells (`email::regtype`).
  const positioned = fields.has('P') && !fields.has('W')
  if (positioned && doing?.some(runsTypeCode) !== true) return undefined
  const own = mayBeOwn(fields, doing, catalog, owed)
  if (!own && isClear(fields, doing)) return undefined
  const isNear = own || doing?.some((facts) => mayCarryMasked(facts, masks, catalog)) !== false
  return isNear ? safe(fields, own, catalog) : searched(message, masks)
}

/**
 * Whether code of the users' own may have said it, under whatever code: such that a statement calls, and such that tables
 * bring along, which is told by the context that the database adds.
 */
function mayBeOwn(
  fields: ReadonlyMap<string, string>,
  doing: Doing,
  catalog: Catalog | undefined,
  owed: Expectation | undefined,
): boolean {
  if (doing?.some(runsOwnCode) === true) return true
  // Between statements nothing runs; at the end of a transaction what was put off does, whoever put it off.
  const putOff = owed && (catalog?.writing?.speech ?? 'anything')
  const speeches = doing?.map((facts) => attachedSpeech(facts, catalog)) ?? [putOff]
  return speeches.includes('anything') || (speeches.includes('traced') && fields.has('W'))
}

/** Whether it tells no value where none of the users' own code said it. */
function isClear(fields: ReadonlyMap<string, string>, doing: Doing): boolean {
  const code = fields.get('C') ?? ''
  return valueless.has(code.slice(0, 2)) || (doing !== undefined && code === insufficientPrivilege)
}

/** What is left of it: nothing that holds a value. */
function safe(
  fields: ReadonlyMap<string, string>,
  own: boolean,
  catalog: Catalog | undefined,
): Map<string, string> {
  const left = new Map([...fields].filter(([field]) => kept.has(field) && !(own && named.has(field))))
  // With a context it is a place in a value: how long the name in an address is.
  if (fields.has('W')) left.delete('P')
  const given = fields.get('C') ?? ''
  // A code can be a value too: RAISE takes any five letters and digits.
  const told = !own || isServersCode(given) || catalog?.writing?.codes.has(given) === true
  const code = told ? given : raised
  left.set('C', code)
  left.set('M', `the database said ${code}; its text is withheld because it can carry masked values`)
  left.set(
    'H',
    'look the code up among the error codes of PostgreSQL, or ask someone who may read the columns raw',
  )
  return left
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

/** The statements that it may be about. Undefined: the end of a transaction, when checks and triggers run that were put off. */
type Doing = readonly Facts[] | undefined

/** What the database is doing. `own text`: reading what the client sent, no row. */
function factsOf(
  { pipelineOpen }: Session,
  owed: Expectation | undefined,
  catalog: Catalog | undefined,
): Doing | 'own text' {
  switch (owed?.kind) {
    case 'query': {
      // The last statement of a text ends the transaction that its statements are, and with it what stood before the text.
      const { runs, at, endsPipeline } = owed
      if (at !== runs.length - 1) return running(runs.slice(at, at + 1))
      return endsPipeline || pipelineOpen ? undefined : running(runs)
    }
    case 'function-call':
      return owed.endsPipeline || pipelineOpen ? undefined : running([owed.run])
    case 'replication':
    case 'execute':
      return running([owed.run])
    case 'bind': {
      // Planning runs functions that are declared stable or immutable, those of a table's defaults too, and reads no row.
      const { facts } = (owed.run?.execution ?? owed.portal).analysis
      return runsOwnCode(facts) || plansOwnCode(facts, catalog) ? [facts] : 'own text'
    }
    case 'parse':
    case 'describe-statement':
      return owed.run === undefined ? 'own text' : running([owed.run])
    case 'sync':
    case undefined:
      return undefined
    default:
      return 'own text'
  }
}

function running(runs: readonly Running[]): Doing {
  const all = runs.map(({ execution }) => execution.analysis.facts)
  const last = all.at(-1)
  return last === undefined || endsTransaction(last) ? undefined : all
}

function endsTransaction({ verb, canonical }: Facts): boolean {
  return verb === 'commit' || verb === 'prepare transaction' || /^set constraints\b/i.test(canonical)
}

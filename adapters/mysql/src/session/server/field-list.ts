import type { ColumnMasks } from '@sluice/core/policy/decision'
import { SCAN_LIMIT_BYTES, scan } from '@sluice/core/scan/scan'
import type { Frame } from '../../framing/frame-piece.ts'
import { encodeColumnDefinition41 } from '../../messages/column-definition-41.ts'
import { originOf } from '../../values/origin.ts'
import type { Exchange } from '../exchange.ts'
import type { WireSession } from '../wire-session.ts'
import { readDefinition } from './columns.ts'
import { emit, relay } from './emit.ts'
import { masksOf } from './masks-of.ts'

/** COM_FIELD_LIST: a column with its default value, which is a value like any other: shown where it would be raw. */
export function handleField(session: WireSession, owed: Exchange, frame: Frame): void {
  const definition = readDefinition(session, frame.payload, true)
  const masks = masksOf(session, owed)
  const value = definition.defaultValue ?? undefined
  const shown =
    value === undefined || !masks.any || (isRaw(session, definition, masks) && !looksPersonal(value, masks))
  if (shown) {
    relay(session, frame)
    return
  }
  const { extended } = session.capabilities
  emit(
    session,
    encodeColumnDefinition41({ ...definition, defaultValue: null }, { extended, fieldList: true }),
  )
}

/** Where texts that nobody labelled are searched, defaults are too. */
function looksPersonal(value: Buffer, { scan: searched }: ColumnMasks): boolean {
  return searched !== undefined && (value.length > SCAN_LIMIT_BYTES || scan(value) !== undefined)
}

function isRaw(
  { governance, obscured }: WireSession,
  definition: Parameters<typeof originOf>[0],
  masks: ColumnMasks,
): boolean {
  const catalog = governance.catalog.current()
  const origin = originOf(definition, catalog)
  const relation = origin && catalog?.relationById(origin.relation)
  const column = relation?.columns.find(({ ordinal }) => ordinal === origin?.ordinal)
  return !obscured && column !== undefined && masks.forColumn(column) === undefined
}

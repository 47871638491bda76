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
  const none = definition.defaultValue === undefined || definition.defaultValue === null
  if (none || !masks.any || isRaw(session, definition, masks)) {
    relay(session, frame)
    return
  }
  const { extended } = session.capabilities
  emit(
    session,
    encodeColumnDefinition41({ ...definition, defaultValue: null }, { extended, fieldList: true }),
  )
}

function isRaw(
  { governance, obscured }: WireSession,
  definition: Parameters<typeof originOf>[0],
  masks: ReturnType<typeof masksOf>,
): boolean {
  const catalog = governance.catalog.current()
  const origin = originOf(definition, catalog)
  const relation = origin && catalog?.relationById(origin.relation)
  const column = relation?.columns.find(({ ordinal }) => ordinal === origin?.ordinal)
  return !obscured && column !== undefined && masks.forColumn(column) === undefined
}

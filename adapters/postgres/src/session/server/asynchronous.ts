import { decodeNoticeResponse } from '../../messages/notice-response.ts'
import {
  decodeNotificationResponse,
  encodeNotificationResponse,
} from '../../messages/notification-response.ts'
import { decodeParameterStatus } from '../../messages/parameter-status.ts'
import { namingOf, readingOf } from '../../startup/client-encoding.ts'
import { typeOids } from '../../values/type-names.ts'
import { notifiesOfMasked } from '../notifiers.ts'
import { mayBeAnyText } from '../own-texts.ts'
import type { Session } from '../session.ts'
import { emit, emitAside } from './emit.ts'
import { masksOf } from './masks-of.ts'
import { isKnownZone } from './time-zone.ts'
import { withheldNotice } from './withhold.ts'

/**
 * ParameterStatus: the database reports a setting. Two of them change how the next text is read. From PostgreSQL 18 on it
 * reports `search_path` as well, also where a trigger or a default set it. Whom something is masked for hears of free texts
 * no more than it wrote itself.
 */
export function handleParameterStatus(session: Session, payload: Buffer, raw: Buffer): void {
  const { name, value } = decodeParameterStatus(payload, session.encoding)
  if (name === 'standard_conforming_strings')
    session.modes = { ...session.modes, standardConformingStrings: value === 'on' }
  if (name === 'TimeZone' && !isKnownZone(value) && masksOf(session).any) return
  if (name === 'search_path') session.contextStale = true
  if (name === 'client_encoding') {
    session.encoding = readingOf(value)
    session.modes = { ...session.modes, naming: namingOf(session.serverEncoding, value) }
  }
  if (mayBeAnyText(name) && masksOf(session).any && !session.ownTexts.has(name, value)) return
  emitAside(session, raw)
}

/** NoticeResponse: may quote values, like an error. What is said to a question of the gateway's own is nothing to the client. */
export function handleNotice(session: Session, payload: Buffer, raw: Buffer): void {
  const { head } = session.expectations
  const notice = decodeNoticeResponse(payload)
  if (head?.kind !== 'ask') emit(session, withheldNotice(session, notice, head) ?? raw)
}

/**
 * NotificationResponse: its payload is free text that another session made. It is searched like a text that nobody
 * labelled, and empty where a session of this gateway is known to notify of what is masked here, or where policy has
 * no texts searched.
 */
export function handleNotification(session: Session, payload: Buffer, raw: Buffer): void {
  const notification = decodeNotificationResponse(payload, session.encoding)
  const masks = masksOf(session)
  if (!masks.any || notification.payload === '') {
    emitAside(session, raw)
    return
  }
  const told =
    masks.scan !== undefined && !notifiesOfMasked(session.governance, notification.processId, masks)
  const shown = told ? searched(session, notification.payload) : ''
  if (shown === notification.payload) emitAside(session, raw)
  else emitAside(session, encodeNotificationResponse({ ...notification, payload: shown }, session.encoding))
}

function searched({ maskers, encoding }: Session, text: string): string {
  const mask = maskers.exact[encoding](
    { kind: 'scan' },
    { name: 'payload', type: typeOids.text, format: 'text' },
    undefined,
  )
  const cell = mask(Buffer.from(text, encoding))
  return cell === null ? '' : Buffer.from(cell).toString(encoding)
}

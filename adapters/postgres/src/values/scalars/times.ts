import { hashedDay, hashedMoment } from '@sluice/core/mask/hashed'
import { readDate, readTimestamp } from '../constants/time.ts'
import type { Scalar } from './scalar.ts'

const ROOM = new Set(['date'] as const)
const DAY_MS = 86_400_000
/** PostgreSQL counts dates and timestamps from 2000-01-01. */
const EPOCH_MS = Date.UTC(2000, 0, 1)
const DAY_TEXT = /^\d{4}-\d\d-\d\d$/
const MOMENT_TEXT =
  /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?)?$/

/** date: `1984-07-19`. Other styles than ISO, infinity, and years before 1 or beyond 9999 have no neutral text. */
export const date: Scalar = {
  read: (cell, format) => {
    if (format === 'text') {
      const text = cell.toString('latin1')
      return DAY_TEXT.test(text) ? text : null
    }
    return cell.length === 4 ? dayText(cell.readInt32BE() * DAY_MS + EPOCH_MS) : null
  },
  write: readDate,
  room: ROOM,
  hashed: hashedDay,
}

/** timestamp and timestamptz: `1984-07-19 10:11:12.000000`, with `+00` where the type has a zone. */
export const timestamp = (zone: '' | '+00'): Scalar => ({
  read: (cell, format) => {
    const micros = format === 'text' ? microsOf(cell.toString('latin1')) : microsIn(cell)
    return micros === null ? null : momentText(micros, zone)
  },
  write: readTimestamp(zone),
  room: ROOM,
  hashed: (hex) => `${hashedMoment(hex)}${zone}`,
})

const dayText = (at: number): string | null => {
  // Beyond what a `Date` holds: infinity, and dates that are ages away.
  if (Math.abs(at) > 8.64e15) return null
  const text = new Date(at).toISOString()
  return /^\d{4}-/.test(text) && !text.startsWith('0000') ? text.slice(0, 10) : null
}

/** Microseconds since 1970 of a text in ISO style. */
const microsOf = (text: string): bigint | null => {
  const match = MOMENT_TEXT.exec(text)
  if (match === null) return null
  const part = (at: number): number => Number(match[at] ?? '0')
  const at = new Date(0)
  at.setUTCFullYear(part(1), part(2) - 1, part(3))
  at.setUTCHours(part(4), part(5), part(6))
  const offset = (part(9) * 3600 + part(10) * 60 + part(11)) * (match[8] === '-' ? -1 : 1)
  return BigInt(at.getTime() - offset * 1000) * 1000n + BigInt((match[7] ?? '').padEnd(6, '0'))
}

const microsIn = (cell: Buffer): bigint | null =>
  cell.length === 8 ? cell.readBigInt64BE() + BigInt(EPOCH_MS) * 1000n : null

const momentText = (micros: bigint, zone: string): string | null => {
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n
  const at = Number((micros - fraction) / 1000n)
  const day = dayText(at)
  if (day === null) return null
  return `${day} ${new Date(at).toISOString().slice(11, 19)}.${String(fraction).padStart(6, '0')}${zone}`
}

// MySQL Internals, "Binary Protocol Value": ProtocolBinary::MYSQL_TYPE_DATE, MYSQL_TYPE_DATETIME, MYSQL_TYPE_TIME
import { hashedDay, hashedMoment } from '@sluice/core/mask/hashed'
import { ascii, NOTHING, type Scalar, type ScalarOf } from './scalar.ts'

const ROOM = new Set(['date'] as const)
const DAY = /^(\d{4})-(\d\d)-(\d\d)$/
const MOMENT = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?$/
const SPAN = /^(-?)(\d{1,3}):([0-5]\d):([0-5]\d)(?:\.(\d{1,6}))?$/
const DAY_MS = 86_400_000
/** "The TIME Type": up to 838:59:59. */
const MOST_HOURS = 838
/** Digits of a second's fraction at most; a definition with more (31, 39) fixes none. */
const MOST_FRACTION = 6

/** Days from which the hash of a TIMESTAMP picks one: it ends in January 2038. */
const FIRST_DAY_MS = Date.UTC(1971, 0, 1)
const DAYS = 24_000

const two = (value: number): string => String(value).padStart(2, '0')
const four = (value: number): string => String(value).padStart(4, '0')
const pick = (hex: string, among: number): number => Number.parseInt(hex.slice(0, 12), 16) % among

const isDay = (text: string): boolean => {
  const at = Date.parse(`${text}T00:00:00Z`)
  return DAY.test(text) && !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === text
}

const dayBytes = (text: string): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt16LE(Number(text.slice(0, 4)))
  bytes[2] = Number(text.slice(5, 7))
  bytes[3] = Number(text.slice(8, 10))
  return bytes
}

/** The date that a binary value begins with; an empty value is the zero date. */
const dayIn = (cell: Buffer): string | null => {
  if (cell.length === 0) return '0000-00-00'
  return cell.length >= 4 ? `${four(cell.readUInt16LE())}-${two(cell[2] ?? 0)}-${two(cell[3] ?? 0)}` : null
}

/** DATE: `1984-07-19`. */
export const date: ScalarOf = ({ format }): Scalar => ({
  read: (cell) => (format === 'text' ? cell.toString('latin1') : dayIn(cell)),
  write: (text) => (isDay(text) ? (format === 'text' ? ascii(text) : dayBytes(text)) : null),
  room: ROOM,
  hashed: hashedDay,
  zero: '2000-01-01',
})

/** DATETIME: `1984-07-19 10:11:12.250`, with as many digits of the fraction as declared. */
export const moment: ScalarOf = ({ format, decimals }): Scalar => ({
  read: (cell) => (format === 'text' ? inFull(cell.toString('latin1')) : momentIn(cell)),
  write: (text) => {
    const match = MOMENT.exec(text)
    if (match === null || !isDay(text.slice(0, 10))) return null
    const [hour = 0, minute = 0, second = 0] = match.slice(4, 7).map((part) => Number(part ?? 0))
    if (hour > 23 || minute > 59 || second > 59) return null
    const fraction = (match[7] ?? '').padEnd(MOST_FRACTION, '0')
    const clock = `${two(hour)}:${two(minute)}:${two(second)}`
    if (format === 'text') return ascii(`${text.slice(0, 10)} ${clock}${shownFraction(fraction, decimals)}`)
    const end = Buffer.alloc(7)
    end.set([hour, minute, second])
    end.writeUInt32LE(Number(fraction), 3)
    return Buffer.concat([dayBytes(text), Number(fraction) === 0 ? end.subarray(0, 3) : end])
  },
  room: ROOM,
  hashed: hashedMoment,
  zero: '2000-01-01 00:00:00',
})

/** TIMESTAMP: the servers write it by the session's clock, and whatever is made of it is so by one clock for all. */
export const timestamp: ScalarOf = (column): Scalar => {
  const { minutesAhead } = column
  const scalar = moment(column)
  const read = (cell: Buffer): string | null => {
    const text = minutesAhead === undefined ? null : scalar.read(cell)
    return text === null || minutesAhead === 0 ? text : back(text, minutesAhead ?? 0)
  }
  return { ...scalar, read, hashed: hashedTimestamp }
}

const hashedTimestamp = (hex: string): string => {
  const day = new Date(FIRST_DAY_MS + pick(hex, DAYS) * DAY_MS).toISOString().slice(0, 10)
  return `${day} ${clockOf(pick(hex.slice(16), 86_400))}`
}

/** The moment that was so many minutes before; the zero date is none, and stays. */
const back = (text: string, minutes: number): string => {
  const at = Date.parse(`${text.slice(0, 10)}T${text.slice(11, 19)}Z`)
  if (Number.isNaN(at)) return text
  const moved = new Date(at - minutes * 60_000).toISOString()
  return `${moved.slice(0, 10)} ${moved.slice(11, 19)}${text.slice(19)}`
}

/** With all digits of the fraction, as the binary form has them. */
const inFull = (text: string): string => {
  const [whole = '', fraction = ''] = text.split('.')
  return `${whole}.${fraction.padEnd(MOST_FRACTION, '0')}`
}

const momentIn = (cell: Buffer): string | null => {
  const day = dayIn(cell)
  if (day === null) return null
  if (cell.length < 7) return `${day} 00:00:00.000000`
  const micros = cell.length === 11 ? cell.readUInt32LE(7) : 0
  return `${day} ${two(cell[4] ?? 0)}:${two(cell[5] ?? 0)}:${two(cell[6] ?? 0)}.${String(micros).padStart(6, '0')}`
}

const clockOf = (seconds: number): string =>
  `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`

const shownFraction = (micros: string, decimals: number): string =>
  decimals >= 1 && decimals <= MOST_FRACTION ? `.${micros.slice(0, decimals)}` : ''

/** TIME: a span of `-838:59:59` to `838:59:59`. */
export const span: ScalarOf = ({ format, decimals }): Scalar => ({
  read: (cell) => (format === 'text' ? inFull(cell.toString('latin1')) : spanIn(cell)),
  write: (text) => {
    const match = SPAN.exec(text)
    if (match === null || Number(match[2]) > MOST_HOURS) return null
    const [, sign = '', hours = '', minutes = '', seconds = '', fraction = ''] = match
    const micros = fraction.padEnd(MOST_FRACTION, '0')
    if (format === 'text')
      return ascii(`${sign}${two(Number(hours))}:${minutes}:${seconds}${shownFraction(micros, decimals)}`)
    const bytes = Buffer.alloc(12)
    bytes[0] = sign === '-' ? 1 : 0
    bytes.writeUInt32LE(Math.floor(Number(hours) / 24), 1)
    bytes.set([Number(hours) % 24, Number(minutes), Number(seconds)], 5)
    bytes.writeUInt32LE(Number(micros), 8)
    return bytes
  },
  room: NOTHING,
  hashed: (hex) => clockOf(pick(hex, 86_400)),
  zero: '00:00:00',
})

const spanIn = (cell: Buffer): string | null => {
  if (cell.length === 0) return '00:00:00.000000'
  if (cell.length !== 8 && cell.length !== 12) return null
  const hours = cell.readUInt32LE(1) * 24 + (cell[5] ?? 0)
  const micros = cell.length === 12 ? cell.readUInt32LE(8) : 0
  return `${cell[0] === 1 ? '-' : ''}${two(hours)}:${two(cell[6] ?? 0)}:${two(cell[7] ?? 0)}.${String(micros).padStart(6, '0')}`
}

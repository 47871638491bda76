import type { ConstantReader } from './constant.ts'

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/
const TIME = /^([01]\d|2[0-3]):([0-5]\d):([0-5]\d)$/
const DAY_MS = 86_400_000
/** PostgreSQL counts dates and timestamps from 2000-01-01. */
const EPOCH_MS = Date.UTC(2000, 0, 1)

/** date: `1970-01-01`. */
export const readDate: ConstantReader = (value) => {
  const at = dateMs(value)
  if (at === null) return null
  const binary = Buffer.alloc(4)
  binary.writeInt32BE((at - EPOCH_MS) / DAY_MS)
  return { text: value, binary }
}

/** time: `12:00:00`. */
export const readTime: ConstantReader = (value) => {
  const at = timeMs(value)
  return at === null ? null : { text: value, binary: microseconds(at) }
}

/** timestamp and timestamptz (`zone` is what its text may end in): `1970-01-01` or `1970-01-01 12:00:00`, taken as UTC. */
export const readTimestamp =
  (zone: '' | '+00'): ConstantReader =>
  (value) => {
    const local = value.endsWith(zone) ? value.slice(0, value.length - zone.length) : value
    const [date = '', time = '00:00:00', ...rest] = local.split(/[ T]/)
    const day = dateMs(date)
    const clock = timeMs(time)
    if (day === null || clock === null || rest.length > 0) return null
    return { text: `${date} ${time}${zone}`, binary: microseconds(day + clock - EPOCH_MS) }
  }

const dateMs = (value: string): number | null => {
  const match = DATE.exec(value)
  if (match === null || match[1] === '0000') return null
  const at = Date.parse(`${value}T00:00:00Z`)
  // Date.parse rolls 31 February over into March.
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== value ? null : at
}

const timeMs = (value: string): number | null => {
  const match = TIME.exec(value)
  return match === null ? null : (Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3])) * 1000
}

const microseconds = (milliseconds: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(milliseconds) * 1000n)
  return bytes
}

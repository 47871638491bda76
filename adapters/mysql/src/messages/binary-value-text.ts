// MySQL: Client/Server Protocol, "Binary Protocol Value", and how the server writes the same values as text.
import { columnType as t } from './column-types.ts'

/** What a client says of a parameter. */
export type ParameterType = { readonly type: number; readonly unsigned: boolean }

/**
 * A binary value as the text that the server would make of it, so that a value is the same in both protocols. `value`
 * is as `readBinaryValue` gives it; strings and blobs are themselves. No check is made here: a value of a fixed width
 * has that width.
 */
export function binaryValueText({ type, unsigned }: ParameterType, value: Buffer): Buffer {
  const text = numberText(type, unsigned, value) ?? momentText(type, value)
  return text === undefined ? value : Buffer.from(text, 'latin1')
}

function numberText(type: number, unsigned: boolean, value: Buffer): string | undefined {
  switch (type) {
    case t.TINY:
      return String(unsigned ? value.readUInt8() : value.readInt8())
    case t.SHORT:
      return String(unsigned ? value.readUInt16LE() : value.readInt16LE())
    case t.YEAR:
      return String(value.readUInt16LE())
    case t.LONG:
    case t.INT24:
      return String(unsigned ? value.readUInt32LE() : value.readInt32LE())
    case t.LONGLONG:
      // Nearly all are short: a BigInt takes longer than all else here.
      if (value.readUInt32LE(4) === 0) return String(value.readUInt32LE())
      return String(unsigned ? value.readBigUInt64LE() : value.readBigInt64LE())
    case t.FLOAT:
      return shortFloat(value.readFloatLE())
    case t.DOUBLE:
      return String(value.readDoubleLE())
    default:
      return undefined
  }
}

/** The shortest digits that are the same 32-bit number. */
function shortFloat(value: number): string {
  for (let digits = 1; digits < 9; digits += 1) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return String(short)
  }
  return String(value)
}

function momentText(type: number, value: Buffer): string | undefined {
  if (type === t.TIME) return timeText(value)
  if (type === t.DATE || type === t.NEWDATE) return dateText(value)
  if (type === t.DATETIME || type === t.TIMESTAMP) return `${dateText(value)} ${clockText(value, 4, 0)}`
  return undefined
}

function dateText(value: Buffer): string {
  if (value.length < 4) return '0000-00-00'
  return `${padded(value.readUInt16LE(0), 4)}-${padded(value[2], 2)}-${padded(value[3], 2)}`
}

function timeText(value: Buffer): string {
  if (value.length < 8) return '00:00:00'
  return `${value[0] === 0 ? '' : '-'}${clockText(value, 5, value.readUInt32LE(1) * 24)}`
}

/** Hours, minutes and seconds from `at` on, and what is behind the second where there is any. */
function clockText(value: Buffer, at: number, hoursBefore: number): string {
  if (value.length < at + 3) return '00:00:00'
  const hours = padded((value[at] ?? 0) + hoursBefore, 2)
  const clock = `${hours}:${padded(value[at + 1], 2)}:${padded(value[at + 2], 2)}`
  return value.length < at + 7 ? clock : `${clock}.${padded(value.readUInt32LE(at + 3), 6)}`
}

function padded(value: number | undefined, digits: number): string {
  return String(value ?? 0).padStart(digits, '0')
}

import { isUtf8 } from 'node:buffer'
import { isIP } from 'node:net'
import type { ResultColumn } from '@sluice/core/mask/plan'

type Accepts = { readonly text: (text: string) => boolean; readonly binary: (bytes: Buffer) => boolean }

const whole = (pattern: RegExp) => (text: string) => pattern.test(text)
const length = (bytes: number) => (value: Buffer) => value.length === bytes
const isText = (value: Buffer): boolean => isUtf8(value) && !value.includes(0)
const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
const text: Accepts = { text: () => true, binary: isText }
const integer = (bytes: number): Accepts => ({ text: whole(/^-?\d+$/), binary: length(bytes) })
const float = (bytes: number): Accepts => ({
  text: (value) => Number.isFinite(Number(value)),
  binary: length(bytes),
})

const address =
  (cidr: 0 | 1) =>
  (value: Buffer): boolean =>
    value[2] === cidr && value.length === (value[0] === 3 ? 20 : 8) && value[3] === value.length - 4

const numericBinary = (value: Buffer): boolean => {
  const digits = value.readUInt16BE(0)
  const scale = value.readUInt16BE(6)
  if (value.length !== 8 + digits * 2 || ![0, 0x4000].includes(value.readUInt16BE(4)) || scale > 16_383)
    return false
  for (let i = 0; i < digits; i++) if (value.readUInt16BE(8 + i * 2) > 9999) return false
  return true
}

/** What a client may find in a column of a type: written from the documentation, apart from what the maskers use. */
const accepts: Readonly<Record<string, Accepts>> = {
  text,
  varchar: text,
  bpchar: text,
  refcursor: text,
  unknown: text,
  name: {
    text: (value) => Buffer.byteLength(value) < 64,
    binary: (value) => isText(value) && value.length < 64,
  },
  xml: { text: (value) => !/[<&]/.test(value), binary: isText },
  json: { text: isJson, binary: (value) => isText(value) && isJson(value.toString()) },
  jsonb: {
    text: isJson,
    binary: (value) => value[0] === 1 && isText(value.subarray(1)) && isJson(value.toString('utf8', 1)),
  },
  uuid: { text: whole(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/), binary: length(16) },
  bytea: { text: whole(/^\\x(?:[0-9a-f]{2})*$/), binary: () => true },
  bool: { text: whole(/^[tf]$/), binary: (value) => value.length === 1 && (value[0] ?? 2) < 2 },
  int2: integer(2),
  int4: integer(4),
  int8: integer(8),
  float4: float(4),
  float8: float(8),
  numeric: { text: whole(/^-?\d+(?:\.\d+)?$/), binary: numericBinary },
  date: { text: whole(/^\d{4}-\d\d-\d\d$/), binary: length(4) },
  time: { text: whole(/^\d\d:\d\d:\d\d$/), binary: length(8) },
  timestamp: { text: whole(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/), binary: length(8) },
  timestamptz: { text: whole(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00$/), binary: length(8) },
  oid: { text: whole(/^\d+$/), binary: length(4) },
  inet: { text: (value) => isIP(value) > 0, binary: address(0) },
  cidr: { text: (value) => isIP(value.replace(/\/(?:32|128)$/, '')) > 0, binary: address(1) },
  macaddr8: { text: whole(/^(?:[0-9a-f]{2}:){7}[0-9a-f]{2}$/), binary: length(8) },
  macaddr: { text: whole(/^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/), binary: length(6) },
}

/** True where a client that knows the type can read the cell. A type that is not listed takes none. */
export const isReadable = (type: string, format: ResultColumn['format'], cell: Buffer): boolean => {
  const reader = accepts[type]
  if (reader === undefined) return false
  return format === 'binary' ? reader.binary(cell) : isText(cell) && reader.text(cell.toString())
}

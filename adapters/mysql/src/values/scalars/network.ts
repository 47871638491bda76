import { isIPv4, isIPv6 } from 'node:net'
import { ascii, NOTHING, type Scalar } from './scalar.ts'

/** Values that are a text of ASCII in both protocols. */
const asciiScalar = (
  isValue: (text: string) => boolean,
  hashed: (hex: string) => string,
  zero: string,
): Scalar => ({
  read: (cell) => cell.toString('latin1').toLowerCase(),
  write: (text) => (isValue(text) ? ascii(text) : null),
  room: NOTHING,
  hashed,
  zero,
})

/** INET6: a hash is a unique local address, RFC 4193, "Unique Local IPv6 Unicast Addresses". */
export const inet6: Scalar = asciiScalar(
  isIPv6,
  (hex) => `fd${hex.slice(0, 30)}`.replace(/(.{4})(?=.)/g, '$1:'),
  '::',
)

/** INET4: a hash is an address of 240.0.0.0/4, which nobody has: RFC 1112, "Host Group Addresses", class E. */
export const inet4: Scalar = asciiScalar(
  isIPv4,
  (hex) =>
    Array.from(Buffer.from(hex.slice(0, 8), 'hex'), (byte, at) => (at === 0 ? 240 + (byte % 15) : byte)).join(
      '.',
    ),
  '0.0.0.0',
)

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * UUID: a hash is one of version 8, RFC 9562, "UUID Version 8". MariaDB refuses those whose ninth byte is 0x80: it takes them
 * for others, as it keeps them with their parts in another order (`rec_need_swap` of plugin/type_uuid/sql_type_uuid.h).
 */
export const uuid: Scalar = {
  ...asciiScalar(
    (text) => UUID.test(text),
    (hex) => {
      const ninth = (0x80 | (Number.parseInt(hex.slice(16, 18), 16) & 0x3f || 1)).toString(16)
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${ninth}${hex.slice(18, 20)}-${hex.slice(20)}`
    },
    '00000000-0000-0000-0000-000000000000',
  ),
  // Of the bytes, as one of PostgreSQL is hashed. There is no room for what would need the text.
  read: (cell) => Buffer.from(cell.toString('latin1').replaceAll('-', ''), 'hex').toString('latin1'),
}

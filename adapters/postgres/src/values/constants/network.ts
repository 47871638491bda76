import { isIPv4, isIPv6 } from 'node:net'
import type { Constant, ConstantReader } from './constant.ts'

/** PostgreSQL: `PGSQL_AF_INET` and `PGSQL_AF_INET6` in `utils/inet.h`. */
const AF_INET = 2
const AF_INET6 = 3

/** inet: an address without a mask. Binary form: `network_send`. */
export const readInet: ConstantReader = (value) => {
  const bytes = addressBytes(value)
  return bytes === null ? null : { text: inetText(bytes), binary: network(bytes, 0) }
}

/** cidr: an address, taken as the network of it alone, with or without its mask. */
export const readCidr: ConstantReader = (value) => {
  const [address = '', bits, ...rest] = value.split('/')
  const bytes = addressBytes(address)
  if (bytes === null || rest.length > 0 || (bits !== undefined && bits !== String(bytes.length * 8)))
    return null
  return { text: cidrText(bytes), binary: network(bytes, 1) }
}

const network = (bytes: Buffer, cidr: 0 | 1): Buffer =>
  Buffer.concat([
    Buffer.of(bytes.length === 4 ? AF_INET : AF_INET6, bytes.length * 8, cidr, bytes.length),
    bytes,
  ])

/** The 4 or 16 bytes of an address; null where the text is none. */
export const addressBytes = (text: string): Buffer | null => {
  if (isIPv4(text)) return Buffer.from(text.split('.').map(Number))
  if (!isIPv6(text) || text.includes('%')) return null
  const plain = text.replace(/[\d.]+$/, (tail) => (isIPv4(tail) ? groupsOfIPv4(tail) : tail))
  const [head = '', tail] = plain.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  return Buffer.from([...before, ...zeros, ...after].map((group) => group.padStart(4, '0')).join(''), 'hex')
}

const groupsOfIPv4 = (text: string): string => {
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number)
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
}

/** An address as every client reads it. IPv6 is written out in full. */
export const inetText = (bytes: Buffer): string =>
  bytes.length === 4
    ? bytes.join('.')
    : Array.from({ length: 8 }, (_, group) => bytes.readUInt16BE(group * 2).toString(16)).join(':')

/** The network of one address. */
export const cidrText = (bytes: Buffer): string => `${inetText(bytes)}/${bytes.length * 8}`

const hardware =
  (pattern: RegExp): ConstantReader =>
  (value): Constant | null =>
    pattern.test(value)
      ? { text: value.toLowerCase(), binary: Buffer.from(value.replaceAll(':', ''), 'hex') }
      : null

/** macaddr: six pairs of hex digits with colons. */
export const readMacaddr: ConstantReader = hardware(/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i)
/** macaddr8: eight of them. */
export const readMacaddr8: ConstantReader = hardware(/^[0-9a-f]{2}(?::[0-9a-f]{2}){7}$/i)

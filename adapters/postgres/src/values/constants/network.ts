import { isIPv4 } from 'node:net'
import type { ConstantReader } from './constant.ts'

/** PostgreSQL: `PGSQL_AF_INET` in `utils/inet.h`. */
const AF_INET = 2

/** inet: an IPv4 address without a mask. Binary form: `network_send`. */
export const readInet: ConstantReader = (value) => {
  if (!isIPv4(value)) return null
  const address = value.split('.').map(Number)
  return { text: value, binary: Buffer.of(AF_INET, 32, 0, address.length, ...address) }
}

/** macaddr: six pairs of hex digits with colons. */
export const readMacaddr: ConstantReader = (value) => {
  if (!/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i.test(value)) return null
  return { text: value.toLowerCase(), binary: Buffer.from(value.replaceAll(':', ''), 'hex') }
}

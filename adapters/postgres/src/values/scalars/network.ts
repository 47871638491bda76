import {
  addressBytes,
  cidrText,
  inetText,
  readCidr,
  readInet,
  readMacaddr,
  readMacaddr8,
} from '../constants/network.ts'
import type { Scalar } from './scalar.ts'

const NOTHING = new Set<never>()
const AF_INET6 = 3

/** The neutral text of an address: family, mask and bytes in hex. */
const addressText = (cell: Buffer, format: 'text' | 'binary'): string | null => {
  if (format === 'binary') {
    const [family = 0, bits = 0] = cell
    return cell.length === (family === AF_INET6 ? 20 : 8) ? `${bits} ${cell.toString('hex', 4)}` : null
  }
  const [address = '', bits] = cell.toString('latin1').split('/')
  const bytes = addressBytes(address)
  return bytes === null ? null : `${bits ?? bytes.length * 8} ${bytes.toString('hex')}`
}

/** A hash is a unique local address: RFC 4193, "Unique Local IPv6 Unicast Addresses". */
const localAddress = (hex: string): Buffer => Buffer.from(`fd${hex.slice(0, 30)}`, 'hex')

/** inet. */
export const inet: Scalar = {
  read: addressText,
  write: readInet,
  room: NOTHING,
  hashed: (hex) => inetText(localAddress(hex)),
}

/** cidr: a hash is a network of one address. */
export const cidr: Scalar = {
  read: addressText,
  write: readCidr,
  room: NOTHING,
  hashed: (hex) => cidrText(localAddress(hex)),
}

/** macaddr and macaddr8: a hash is a locally administered unicast address (IEEE 802, "Universally or locally administered"). */
const hardware = (size: 6 | 8): Scalar => ({
  read: (cell, format) =>
    format === 'binary' ? cell.toString('hex') : cell.toString('latin1').replaceAll(':', ''),
  write: size === 6 ? readMacaddr : readMacaddr8,
  room: NOTHING,
  hashed: (hex) => {
    const bytes = Buffer.from(hex.slice(0, size * 2), 'hex')
    bytes[0] = ((bytes[0] ?? 0) & 0xfc) | 0x02
    return bytes.toString('hex').replace(/(..)(?=.)/g, '$1:')
  },
})

/** Six bytes. */
export const macaddr: Scalar = hardware(6)
/** Eight bytes. */
export const macaddr8: Scalar = hardware(8)

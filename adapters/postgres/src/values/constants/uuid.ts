import type { ConstantReader } from './constant.ts'

/** uuid: 32 hex digits, with hyphens or without. */
export const readUuid: ConstantReader = (value) => {
  const binary = uuidBytes(value.replaceAll('-', ''))
  return binary === null ? null : { text: uuidText(binary), binary }
}

/** The 16 bytes of 32 hex digits, null where they are not that. */
const uuidBytes = (hex: string): Buffer | null =>
  /^[0-9a-f]{32}$/i.test(hex) ? Buffer.from(hex, 'hex') : null

/** The canonical form: RFC 9562, "UUID Format". */
export const uuidText = (bytes: Buffer): string => {
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

import type { ConstantReader } from './constant.ts'

const PARTS = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/

/** uuid: 32 hex digits, with hyphens or without. */
export const readUuid: ConstantReader = (value) => {
  const binary = uuidBytes(value.replaceAll('-', ''))
  return binary === null ? null : { text: uuidText(binary), binary }
}

/** The 16 bytes of 32 hex digits, null where they are not that. */
export const uuidBytes = (hex: string): Buffer | null =>
  /^[0-9a-f]{32}$/i.test(hex) ? Buffer.from(hex, 'hex') : null

/** The canonical form: RFC 9562, "UUID Format". */
export const uuidText = (bytes: Buffer): string => bytes.toString('hex').replace(PARTS, '$1-$2-$3-$4-$5')

import type { ConstantReader } from './constant.ts'

/** bytea: `\x` and hex digits, else the text's own bytes. */
export const readBytea: ConstantReader = (value) => {
  const hex = /^\\x((?:[0-9a-f]{2})*)$/i.exec(value)?.[1]
  const binary = hex === undefined ? Buffer.from(value, 'utf8') : Buffer.from(hex, 'hex')
  return { text: byteaText(binary), binary }
}

/** The hex format, which every client reads whatever `bytea_output` says. */
export const byteaText = (bytes: Buffer): string => `\\x${bytes.toString('hex')}`

// MySQL: Client/Server Protocol, "Clear text client plugin"; caching_sha2_password sends the same inside TLS.
import { isUtf8 } from 'node:buffer'

/** Longest password or token taken, in bytes. */
export const MAX_PASSWORD_BYTES: number = 64 * 1024

/** A password in clear, as a client sends it: its closing zero may be missing. Undefined where it cannot be one. */
export function readClearPassword(data: Buffer): string | undefined {
  const password = data.at(-1) === 0 ? data.subarray(0, -1) : data
  if (password.length > MAX_PASSWORD_BYTES || password.includes(0) || !isUtf8(password)) return undefined
  return password.toString('utf8')
}

/** A password in clear. */
export function clearPassword(password: string): Buffer {
  return Buffer.from(`${password}\0`, 'utf8')
}

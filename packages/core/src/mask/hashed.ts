/**
 * Numbers and moments that stand for a keyed hash, given as 32 hex digits: one way for every database, so that what is
 * equal on two of them stays so.
 */

/** A positive number, and not above `most`. */
export const hashedNumber =
  (most: bigint) =>
  (hex: string): string =>
    String((BigInt(`0x${hex.slice(0, 16)}`) % most) + 1n)

/** Likewise of integers of four bytes at most: 48 bits of the hash are more than enough. */
export const hashedSmall =
  (most: number) =>
  (hex: string): string =>
    String((Number.parseInt(hex.slice(0, 12), 16) % most) + 1)

const DAY_SECONDS = 86_400
/** Days from 1900-01-01 to 2099-12-31, among which a hash picks one. */
const FIRST_DAY_MS = Date.UTC(1900, 0, 1)
const DAYS = 73_049

const pick = (hex: string, among: number): number => Number(BigInt(`0x${hex.slice(0, 16)}`) % BigInt(among))

/** `1984-07-19`. */
export const hashedDay = (hex: string): string =>
  new Date(FIRST_DAY_MS + pick(hex, DAYS) * DAY_SECONDS * 1000).toISOString().slice(0, 10)

/** `1984-07-19 10:11:12`. */
export const hashedMoment = (hex: string): string => {
  const at = new Date(FIRST_DAY_MS + pick(hex, DAYS * DAY_SECONDS) * 1000).toISOString()
  return `${at.slice(0, 10)} ${at.slice(11, 19)}`
}

import type { MasksWithin } from '../plan.ts'
import { REVEALS_NULLNESS, type SpecOf, type TransformDefinition } from './definition.ts'
import { REDACTED } from './redact.ts'

/** RFC 5321, "Size Limits and Minimums": 64 for the local part, `@`, 255 for the domain. */
export const EMAIL_LENGTH_LIMIT = 320

const DOMAIN = /^[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63})+$/u
const LOCAL = /^[^\s@<>"(),:;]+$/

/** `ana@example.com` becomes `a***@example.com`, whatever the length of the name; what is no address is redacted. */
export const email: TransformDefinition<SpecOf<'email'>> = {
  kind: 'email',
  reveals: () => ({ ...REVEALS_NULLNESS, first: 1, domain: true }),
  compile: () => (text) => {
    if (text.length > EMAIL_LENGTH_LIMIT) return REDACTED
    const at = text.indexOf('@')
    const local = text.slice(0, at)
    const domain = text.slice(at + 1)
    if (at < 1 || !LOCAL.test(local) || !DOMAIN.test(domain)) return REDACTED
    return `${String.fromCodePoint(local.codePointAt(0) ?? 0)}***@${domain}`
  },
}

const AT = 0x40
const DOT = 0x2e
const STAR = 0x2a
/** RFC 1035, "Size limits": the longest label of a domain name, in bytes. */
const LABEL_MOST = 63

/** Which bytes are printable ASCII that `allowed` takes. */
const tableOf = (allowed: RegExp): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, code) =>
    code > 0x20 && code < 0x7f && allowed.test(String.fromCharCode(code)) ? 1 : 0,
  )
const inLocal = tableOf(/[^@<>"(),:;]/)
const inLabel = tableOf(/[A-Za-z0-9-]/)

/** Likewise on the bytes of a plain ASCII address; -1 for all else. */
export const emailWithin: MasksWithin = (bytes, from, to, into) => {
  if (to - from > EMAIL_LENGTH_LIMIT) return -1
  let at = from
  while (at < to && inLocal[bytes[at] as number] === 1) at++
  if (at === from || bytes[at] !== AT || !isDomain(bytes, at + 1, to)) return -1
  into[0] = bytes[from] as number
  into[1] = into[2] = into[3] = STAR
  let length = 4
  for (; at < to; at++) into[length++] = bytes[at] as number
  return length
}

/** Whether two or more labels of ASCII make up all that follows. */
const isDomain = (bytes: Uint8Array, from: number, to: number): boolean => {
  let label = from
  let dots = 0
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number
    if (inLabel[byte] === 1) continue
    if (byte !== DOT || at === label || at - label > LABEL_MOST) return false
    label = at + 1
    dots++
  }
  return dots > 0 && to > label && to - label <= LABEL_MOST
}

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

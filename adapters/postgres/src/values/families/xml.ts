import { REDACTED } from '@sluice/core/mask/transforms/redact'
import { makesBytes, makesNull } from '@sluice/core/mask/within'
import type { TypeFamily } from './family.ts'
import { textFamily } from './text.ts'

/** xml: plain character data is well-formed content. A constant with markup may not be, so it becomes NULL. */
export const xmlFamily: TypeFamily = (request) => {
  const { transform } = request
  switch (transform.kind) {
    case 'partial':
    case 'email':
    case 'fpe':
    case 'date':
    case 'number':
    case 'json':
      return makesBytes(Buffer.from(REDACTED))
    case 'constant':
      return /^[\x20-\x7e]*$/.test(transform.value) && !/[<>&]/.test(transform.value)
        ? textFamily(request)
        : makesNull
    default:
      return textFamily(request)
  }
}

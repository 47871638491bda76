// ISO 13616; SWIFT, "IBAN Registry"
import { DIGIT, is, spaceAt, UPPER, WORD } from '../characters.ts'
import { mod97 } from '../checksums.ts'
import type { Pattern } from '../pattern.ts'

/** How long a country's are. */
const LENGTHS: Readonly<Record<string, number>> = {
  AD: 24,
  AE: 23,
  AL: 28,
  AT: 20,
  AX: 18,
  AZ: 28,
  BA: 20,
  BE: 16,
  BG: 22,
  BH: 22,
  BI: 27,
  BL: 27,
  BR: 29,
  BY: 28,
  CH: 21,
  CR: 22,
  CY: 28,
  CZ: 24,
  DE: 22,
  DJ: 27,
  DK: 18,
  DO: 28,
  EE: 20,
  EG: 29,
  ES: 24,
  FI: 18,
  FK: 18,
  FO: 18,
  FR: 27,
  GB: 22,
  GE: 22,
  GF: 27,
  GI: 23,
  GL: 18,
  GP: 27,
  GR: 27,
  GT: 28,
  HN: 28,
  HR: 21,
  HU: 28,
  IE: 22,
  IL: 23,
  IQ: 23,
  IS: 26,
  IT: 27,
  JO: 30,
  KW: 30,
  KZ: 20,
  LB: 28,
  LC: 32,
  LI: 21,
  LT: 20,
  LU: 20,
  LV: 21,
  LY: 25,
  MC: 27,
  MD: 24,
  ME: 22,
  MF: 27,
  MK: 19,
  MN: 20,
  MQ: 27,
  MR: 27,
  MT: 31,
  MU: 30,
  NC: 27,
  NI: 28,
  NL: 18,
  NO: 15,
  OM: 23,
  PF: 27,
  PK: 24,
  PL: 28,
  PM: 27,
  PS: 29,
  PT: 25,
  QA: 29,
  RE: 27,
  RO: 24,
  RS: 22,
  RU: 33,
  SA: 24,
  SC: 31,
  SD: 18,
  SE: 24,
  SI: 19,
  SK: 24,
  SM: 27,
  SO: 23,
  ST: 25,
  SV: 28,
  TF: 27,
  TL: 23,
  TN: 24,
  TR: 26,
  UA: 29,
  VA: 22,
  VG: 24,
  WF: 27,
  XK: 20,
  YE: 30,
  YT: 27,
}

/** Numbers of bank accounts, in one piece or in groups of four: the country's length, and the check digits. */
export const iban: Pattern = {
  id: 'iban',
  label: 'pii.iban',
  // The check digits are the first digits in it.
  anchors: '0123456789',
  find: (bytes, at, span) => {
    const from = at - 2
    if (!is(bytes, from, UPPER) || !is(bytes, from + 1, UPPER) || is(bytes, from - 1, WORD)) return false
    if (!is(bytes, at + 1, DIGIT)) return false
    const length = LENGTHS[String.fromCharCode(bytes[from] ?? 0, bytes[from + 1] ?? 0)]
    if (length === undefined) return false
    let text = ''
    let place = from
    while (text.length < length) {
      if (text.length % 4 === 0) place += spaceAt(bytes, place)
      if (!is(bytes, place, DIGIT | UPPER)) return false
      text += String.fromCharCode(bytes[place++] ?? 0)
    }
    if (is(bytes, place, WORD) || mod97(text.slice(4) + text.slice(0, 4)) !== 1) return false
    span.from = from
    span.to = place
    return true
  },
}

// RFC 7468, "Textual Encodings of PKIX, PKCS, and CMS Structures"
import { Buffer } from 'node:buffer'
import { is, stands, UPPER } from '../characters.ts'
import type { Pattern } from '../pattern.ts'

const BEGIN = '-----BEGIN '
const KIND = 'PRIVATE KEY'
const KIND_MOST = 40
const END = Buffer.from('-----END ')
const LINE_END = Buffer.from('KEY-----')

/** Private keys, from the first line to the last, or to the end of the text. */
export const privateKey: Pattern = {
  id: 'private-key',
  label: 'secret.private-key',
  // The `G` of `BEGIN`: rarer than a hyphen.
  anchors: 'G',
  find: (bytes, at, span) => {
    const from = at - 7
    if (!stands(bytes, from, BEGIN)) return false
    let kind = from + BEGIN.length
    while (kind - from < KIND_MOST && !stands(bytes, kind, KIND)) {
      if (!is(bytes, kind, UPPER) && bytes[kind] !== 0x20) return false
      kind++
    }
    if (!stands(bytes, kind, KIND)) return false
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const end = text.indexOf(END, kind)
    const last = end < 0 ? -1 : text.indexOf(LINE_END, end)
    span.from = from
    span.to = last < 0 ? bytes.length : last + LINE_END.length
    return true
  },
}

import type { X509Certificate } from 'node:crypto'

/**
 * The names in a certificate, in the form that entries give them: `spiffe://…`, `uri:…`, `dns:…`, `email:…`,
 * `subject:…` (attributes from the outermost to the innermost, with commas between them) and `sha256:…` of the whole.
 * An alternative name that cannot be read for certain counts for nothing, and neither do those beside it.
 */
export function certificateNames(certificate: X509Certificate): ReadonlySet<string> {
  const alternatives = alternativeNames(certificate.subjectAltName ?? '')
  const uris = alternatives.filter(({ type }) => type === 'URI')
  const names = alternatives.flatMap(({ type, value }) => {
    if (type === 'DNS') return [`dns:${value.toLowerCase()}`]
    if (type === 'email') return [`email:${value}`]
    if (type !== 'URI') return []
    // SPIFFE X.509-SVID, "URI SAN": exactly one, or it is none.
    if (value.startsWith('spiffe://')) return uris.length === 1 && !certificate.ca ? [value] : []
    return [`uri:${value}`]
  })
  const subject = (certificate.subject ?? '').split('\n').join(',')
  const digest = certificate.fingerprint256.replaceAll(':', '').toLowerCase()
  return new Set([...names, ...(subject === '' ? [] : [`subject:${subject}`]), `sha256:${digest}`])
}

type Alternative = { readonly type: string; readonly value: string }

/** `TYPE:value, TYPE:"value"`: Node quotes, as JSON, what could be taken for a separator. */
const ALTERNATIVE = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/y

function alternativeNames(text: string): readonly Alternative[] {
  const found: Alternative[] = []
  ALTERNATIVE.lastIndex = 0
  while (ALTERNATIVE.lastIndex < text.length) {
    const [, type, value] = ALTERNATIVE.exec(text) ?? []
    if (type === undefined || value === undefined) return []
    found.push({ type, value: value.startsWith('"') ? String(JSON.parse(value)) : value })
  }
  return found
}

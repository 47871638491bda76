import { createSecureContext } from 'node:tls'

/** What each text must hold: OpenSSL passes over what it was not asked for. */
const labels = {
  ca: /-----BEGIN CERTIFICATE-----/,
  cert: /-----BEGIN CERTIFICATE-----/,
  crl: /-----BEGIN X509 CRL-----/,
  key: /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
}

/** Each revocation list of a file: of several in one text Node reads the first alone. */
export const revocationLists = (text: string): readonly string[] =>
  text.match(/-----BEGIN X509 CRL-----[^]*?(?:-----END X509 CRL-----|$)/g) ?? []

/** True where OpenSSL takes these PEM texts, and each of them holds what it is to be. */
export const usable = (texts: { readonly [Kind in keyof typeof labels]?: string }): boolean => {
  for (const [kind, label] of Object.entries(labels)) {
    const text = texts[kind as keyof typeof labels]
    if (text !== undefined && !label.test(text)) return false
  }
  try {
    createSecureContext(texts)
    return true
  } catch {
    return false
  }
}

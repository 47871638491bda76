import { Buffer } from 'node:buffer'
import { numberText, parseJson, printJson } from '../mask/transforms/json-text.ts'
import { blotted, scan } from './scan.ts'

/** The deepest place in a document that is searched; one with deeper ones is not shown. */
export const SCAN_DEPTH_LIMIT = 256

const STAR = 0x2a
const BACKSLASH = 0x5c

/**
 * A JSON document without what looks personal or secret: undefined where there is nothing, null where the document
 * cannot be searched. A found part of a text, or of a key, becomes stars; a number becomes null.
 */
export const scanJson = (bytes: Buffer): Buffer | null | undefined => {
  // Without escapes the document's own bytes are its texts, and most documents end here.
  if (!bytes.includes(BACKSLASH) && scan(bytes) === undefined) return undefined
  const document = parseJson(bytes.toString('utf8'))
  if (document === undefined) return null
  const search = new Search()
  const shown = search.value(document.value, 0)
  if (search.tooDeep) return null
  return search.found ? Buffer.from(printJson(shown), 'utf8') : undefined
}

class Search {
  found = false
  tooDeep = false

  value(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.text(value)
    const number = numberText(value)
    if (number !== undefined) return this.text(number) === number ? value : null
    if (typeof value !== 'object' || value === null) return value
    if (depth >= SCAN_DEPTH_LIMIT) {
      this.tooDeep = true
      return null
    }
    if (Array.isArray(value)) return value.map((item) => this.value(item, depth + 1))
    // A null prototype: a key may be `__proto__`.
    const shown = Object.create(null) as Record<string, unknown>
    for (const [key, item] of Object.entries(value)) shown[this.text(key)] = this.value(item, depth + 1)
    return shown
  }

  text(text: string): string {
    const bytes = Buffer.from(text, 'utf8')
    const hits = scan(bytes)
    if (hits === undefined) return text
    this.found = true
    return blotted(bytes, hits, STAR).toString('utf8')
  }
}

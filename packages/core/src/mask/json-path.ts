/** A step into a document: a key, an index, every member, or every member however deep. */
export type JsonStep =
  | { readonly kind: 'key'; readonly name: string }
  | { readonly kind: 'index'; readonly at: number }
  | { readonly kind: 'each' }
  | { readonly kind: 'deep' }

/** The most steps of a path. */
export const JSON_PATH_STEPS = 32

const STEP =
  /\.\.(?=[\p{L}_$*[])|\.?\[\s*(?:(\d{1,9})|(\*)|'([^'\\]{1,256})'|"([^"\\]{1,256})")\s*\]|\.?([\p{L}_$][\p{L}\p{N}_$-]{0,255})|\.?(\*)/uy

/**
 * Reads a path such as `$.customer.ssn`, `$.phones[*].number`, `$['e-mail']` or `$..email`: the part of RFC 9535
 * ("JSONPath") that names places, without filters and slices, and with one `..` at most. Undefined where it is none.
 */
export const parseJsonPath = (text: string): readonly JsonStep[] | undefined => {
  if (!text.startsWith('$')) return undefined
  const steps: JsonStep[] = []
  STEP.lastIndex = 1
  let afterDeep = false
  while (STEP.lastIndex < text.length) {
    const from = STEP.lastIndex
    const match = STEP.exec(text)
    if (match === null || steps.length >= JSON_PATH_STEPS) return undefined
    const [whole, index, star, single, double, word, bare] = match
    // A word needs a dot before it, unless `..` was.
    if ((word ?? bare) !== undefined && text[from] !== '.' && !afterDeep) return undefined
    afterDeep = whole === '..'
    const name = single ?? double ?? word
    // Two of them would be tried at every pair of depths.
    if (afterDeep && steps.some(({ kind }) => kind === 'deep')) return undefined
    if (afterDeep) steps.push({ kind: 'deep' })
    else if (index !== undefined) steps.push({ kind: 'index', at: Number(index) })
    else if (name !== undefined) steps.push({ kind: 'key', name })
    else if ((star ?? bare) !== undefined) steps.push({ kind: 'each' })
  }
  return steps.length === 0 || afterDeep ? undefined : steps
}

import type { Fits } from '@sluice/core/catalog/telling'

const TEXTS: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar', 'name', 'citext'])
const MOMENTS: ReadonlySet<string> = new Set(['date', 'timestamp', 'timestamptz'])

/** What holds all that a type holds, beside itself. */
const WIDER: Readonly<Record<string, ReadonlySet<string>>> = {
  int2: new Set(['int4', 'int8', 'numeric', 'float4', 'float8']),
  int4: new Set(['int8', 'numeric', 'float4', 'float8']),
  int8: new Set(['numeric', 'float4', 'float8']),
  float4: new Set(['float8']),
  cidr: new Set(['inet']),
  jsonb: new Set(['json']),
}

/** Types whose modifier says how much they have room for: characters or bits, and 4. */
const LENGTHS: ReadonlySet<string> = new Set(['varchar', 'bpchar', 'bit', 'varbit'])

/** An assignment to a text without a length never fails; to others it may, as to a domain it does by its checks. */
export const fits: Fits = (target, source) => {
  const { type, modifier } = target
  if (modifier === undefined && (type === 'text' || type === 'varchar')) return true
  if (MOMENTS.has(type) && MOMENTS.has(source.type)) return true
  const isSame = type === source.type || (LENGTHS.has(type) && TEXTS.has(source.type))
  if (!isSame && !(WIDER[source.type]?.has(type) === true || (TEXTS.has(type) && TEXTS.has(source.type))))
    return false
  if (modifier === undefined || MOMENTS.has(type)) return true
  if (source.modifier === undefined || !isSame) return false
  return LENGTHS.has(type) ? modifier >= source.modifier : modifier === source.modifier
}

import type { TypeShapes } from '@sluice/core/catalog/type-shape'
import { REDACTED_JSON } from '@sluice/core/mask/json-cells'
import { type CellMasker, keepsCell, type ResultColumn } from '@sluice/core/mask/plan'
import { REDACTED } from '@sluice/core/mask/transforms/redact'
import { asBuffer } from '@sluice/core/mask/within'
import { kindsAt } from '@sluice/core/scan/characters'
import { isFoundEscaped } from '@sluice/core/scan/escapes'
import { type Hits, SCAN_LIMIT_BYTES, STAR, scan } from '@sluice/core/scan/scan'
import { scanJson } from '@sluice/core/scan/scan-json'
import { scanText } from '@sluice/core/scan/scan-text'
import { arrayMasker } from './containers/array.ts'
import { compositeMasker } from './containers/composite.ts'
import { type Compiled, NULLS, type PartRequest } from './containers/container.ts'
import { hstoreMasker } from './containers/hstore.ts'
import { recordMasker } from './containers/record.ts'
import { tsvectorMasker } from './containers/tsvector.ts'
import { isOfExtension, NESTING_MOST, shapeOf } from './structures.ts'
import { typeOids } from './type-names.ts'
import { plainTypes } from './zeros.ts'

const LESS_THAN = 0x3c
/** PostgreSQL: `array_send`, `record_send`: the length before a part. */
const LENGTH_BYTES = 4
/** Stands for a character where a star would be no part of a name: in the tags of xml, in lexemes. */
const LETTER_X = 0x78
/** PostgreSQL: `jsonb_send`, the version byte before the text. */
const JSONB_HEAD = 1
const TSVECTOR = 3614
const REDACTED_TEXT = Buffer.from(REDACTED)

/** The most types that are looked at for one column: rows of no declared type could name ever new ones. */
const TYPES_MOST = 10_000

const KEEPS: Compiled = { mask: keepsCell, nulls: false }

/**
 * Searches the texts in cells of a type for what looks personal or secret, wherever in the type they are; `keepsCell`
 * for types without any. What is found is blotted out with as many characters, so that the rest of the value stays what
 * it is. A cell that is too long to be searched is redacted whole.
 */
export const scannerFor = ({ type, format }: ResultColumn, types: TypeShapes | undefined): CellMasker => {
  const done = new Map<number, Compiled>()
  const part = (oid: number, depth: number): Compiled => {
    const known = done.get(oid)
    if (known !== undefined) return known
    // Not kept: the same type may be met where it is not too deep.
    if (done.size >= TYPES_MOST || depth > NESTING_MOST) return NULLS
    done.set(oid, KEEPS)
    const made = compile(oid, format, types, (inner) => part(inner, depth + 1))
    done.set(oid, made)
    return made
  }
  return part(type, 0).mask
}

const compile = (
  type: number,
  format: ResultColumn['format'],
  types: TypeShapes | undefined,
  part: (type: number) => Compiled,
): Compiled => {
  const shape = shapeOf(type, types)
  switch (shape?.kind) {
    case undefined:
      return plain(type, format, part)
    case 'base':
      if (isOfExtension(shape, 'citext')) return TEXT
      if (NUMBERS_ONLY.has(shape.extension ?? '')) return KEEPS
      if (!isOfExtension(shape, 'hstore')) return any(format)
      // A star is no quote: what is found in the text of the whole can be blotted out as it stands.
      return format === 'text' ? TEXT : tracked(format, () => TEXT, hstoreMasker)
    case 'domain':
      return part(shape.base)
    case 'array':
      if (part(shape.element) === KEEPS) return KEEPS
      return tracked(format, part, (request) => arrayMasker(request, shape.element, shape.delimiter))
    case 'composite':
      if (shape.fields.every((field) => part(field) === KEEPS)) return KEEPS
      return tracked(format, part, (request) => compositeMasker(request, shape))
    case 'range':
      return part(shape.subtype) === KEEPS ? KEEPS : any(format)
    case 'multirange':
      return part(shape.range) === KEEPS ? KEEPS : any(format)
    case 'enum':
      return KEEPS
  }
}

/** The built-in types whose values are nothing but numbers, bits, times, places and addresses of machines. */
const TEXTLESS: ReadonlySet<number | undefined> = new Set(
  `bit bool box bytea char cid cidr circle date float4 float8 inet int2 int2vector int4 int8 interval line lseg macaddr
  macaddr8 money numeric oid oidvector path pg_lsn pg_snapshot point polygon tid time timestamp timestamptz timetz
  txid_snapshot uuid varbit xid xid8`
    .split(/\s+/)
    .map((name) => plainTypes.get(name)),
)

/** Extensions of whose types the same is true. */
const NUMBERS_ONLY: ReadonlySet<string> = new Set([
  'cube',
  'isn',
  'postgis',
  'postgis_raster',
  'seg',
  'vector',
])

const any = (format: ResultColumn['format']): Compiled => (format === 'binary' ? ANY_BINARY : TEXT)

/** Rows of no declared type. As text their fields stand between brackets and quotes, which no match reaches over. */
const RECORD = 2249
const RECORDS = 2287

const plain = (type: number, format: ResultColumn['format'], part: (type: number) => Compiled): Compiled => {
  const binary = format === 'binary'
  switch (type) {
    case typeOids.text:
    case typeOids.varchar:
    case typeOids.bpchar:
    case typeOids.name:
    case typeOids.unknown:
    case typeOids.refcursor:
      return TEXT
    case typeOids.xml:
      return XML
    case typeOids.json:
      return json(0)
    case typeOids.jsonb:
      return json(binary ? JSONB_HEAD : 0)
    case TSVECTOR:
      return binary ? tracked(format, () => LEXEMES, tsvectorMasker) : LEXEMES
    case RECORD:
      return binary ? tracked(format, part, recordMasker) : TEXT
    case RECORDS:
      // Their binary form would have to be followed without knowing any type: it is not shown.
      return binary ? NULLS : TEXT
    default:
      // Beside types with texts: a column of COPY that is computed, whose type is not told, one that was made a moment ago,
      // rows of the system's own tables.
      return TEXTLESS.has(type) ? KEEPS : any(format)
  }
}

/** Texts, with what stands for a byte that was found and for a text of which nothing can be shown. */
const texts = (mask: number, redacted: Buffer | null): Compiled => ({
  nulls: false,
  mask: (cell) => {
    const shown = scanText(cell, mask)
    if (shown === undefined) return cell
    return shown ?? redacted
  },
})

/** Any text, and types whose text form has escapes: a document, perhaps in an array or a row. */
const TEXT = texts(STAR, REDACTED_TEXT)

/** What has no end may reach over tags: without those the rest is no document. */
const XML: Compiled = {
  nulls: false,
  mask: (cell) => {
    const shown = scanText(cell, LETTER_X)
    if (shown === undefined) return cell
    const hits = shown === null ? undefined : scan(cell)
    return hits === undefined || hasTag(cell, hits) ? REDACTED_TEXT : shown
  },
}

const hasTag = (cell: Uint8Array, hits: Hits): boolean => {
  for (let i = 0; i < hits.length; i += 2) {
    const tag = cell.indexOf(LESS_THAN, hits[i])
    if (tag >= 0 && tag < (hits[i + 1] as number)) return true
  }
  return false
}

const LEXEMES = texts(LETTER_X, null)

/** Bytes of any type, in which texts stand as they are: only NULL is sure to be a value of it. */
const ANY_BINARY: Compiled = {
  nulls: false,
  mask: (cell) => {
    if (cell.length > SCAN_LIMIT_BYTES || scan(cell) !== undefined) return null
    const bytes = asBuffer(cell)
    return isFoundEscaped(bytes) || isFoundBehindCount(bytes) ? null : cell
  },
}

/** More bytes than any pattern looks at to tell that something begins there. */
const BEGINNING_BYTES = 512

/**
 * The most of them that are searched in a cell: together as long as the longest cell, so that the time stays of its order.
 * Without an end, 1 MiB of a tsquery took 2 s.
 */
const BEGINNINGS_MOST = SCAN_LIMIT_BYTES / BEGINNING_BYTES

/** PostgreSQL: `MAXNUMPOS`: the most positions of a lexeme, each of them two bytes like their number. */
const POSITIONS_MOST = 256

/**
 * Whether a text begins with something that what stands before it hides: in arrays and rows that is its length, in a
 * tsvector the count of lexemes or the last position of the one before, and its last byte may be that of a letter or a digit.
 * True as well for more places where one may begin than are searched.
 */
const isFoundBehindCount = (bytes: Buffer): boolean => {
  let left = BEGINNINGS_MOST
  for (
    let at = bytes.indexOf(0);
    at >= 0 && at + LENGTH_BYTES < bytes.length;
    at = bytes.indexOf(0, at + 1)
  ) {
    const positions = bytes.readUInt16BE(at + 1)
    const behindLength = at + LENGTH_BYTES
    const behindPositions = positions <= POSITIONS_MOST ? at + 3 + positions * 2 : 0
    if (isHidden(bytes, behindLength) && (left-- === 0 || isFoundFrom(bytes, behindLength))) return true
    if (isHidden(bytes, behindPositions) && (left-- === 0 || isFoundFrom(bytes, behindPositions))) return true
  }
  return false
}

/** Whether what stands before that place could be a part of what begins there. */
const isHidden = (bytes: Uint8Array, from: number): boolean => kindsAt(bytes, from - 1) !== 0

const isFoundFrom = (bytes: Buffer, from: number): boolean =>
  scan(bytes.subarray(from, from + BEGINNING_BYTES)) !== undefined

const json = (head: number): Compiled => ({
  nulls: false,
  mask: (cell) => {
    const shown = cell.length > SCAN_LIMIT_BYTES ? null : scanJson(asBuffer(cell).subarray(head))
    if (shown === undefined) return cell
    return Buffer.concat([cell.subarray(0, head), shown ?? REDACTED_JSON])
  },
})

/** A container that gives back the very same cell where none of its parts was changed. */
const tracked = (
  format: ResultColumn['format'],
  part: (type: number) => Compiled,
  container: (request: PartRequest) => Compiled,
): Compiled => {
  let changed = false
  const watched = (type: number): Compiled => {
    const { mask } = part(type)
    return {
      nulls: false,
      mask: (cell) => {
        const shown = mask(cell)
        if (shown !== cell) changed = true
        return shown
      },
    }
  }
  const { mask } = container({ format, constant: false, part: watched })
  return {
    nulls: false,
    mask: (cell) => {
      // A row within a row comes here again while the outer one is at its fields.
      const outer = changed
      changed = false
      const shown = mask(cell)
      // What is malformed became NULL before any part was seen.
      const kept = changed || shown === null ? shown : cell
      changed = outer
      return kept
    },
  }
}

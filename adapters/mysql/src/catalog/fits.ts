import type { Fits } from '@sluice/core/catalog/telling'

/** Texts and bytes, by how much they have room for; those with a length say it. */
const ROOM: Readonly<Record<string, number>> = {
  tinytext: 255 / 4,
  text: 65_535 / 4,
  mediumtext: 16_777_215 / 4,
  longtext: Number.POSITIVE_INFINITY,
  tinyblob: 255,
  blob: 65_535,
  mediumblob: 16_777_215,
  longblob: Number.POSITIVE_INFINITY,
}

const INTEGERS: readonly string[] = ['tinyint', 'smallint', 'mediumint', 'int', 'bigint']

type Read = { readonly word: string; readonly inside: string; readonly rest: string }

/** `varchar(20)`, `int(10) unsigned`. */
const readOf = (type: string): Read => {
  const [, word = '', inside = '', rest = ''] = /^(\w+)(?:\((.*)\))?(.*)$/s.exec(type.toLowerCase()) ?? []
  return { word, inside, rest: rest.trim() }
}

/** A length of `text` counts characters of four bytes: fewer of them may be there, never more. */
const textRoom = ({ word, inside }: Read): number | undefined =>
  word === 'varchar' || word === 'char' ? Number(inside) : word.endsWith('text') ? ROOM[word] : undefined

const byteRoom = ({ word, inside }: Read): number | undefined =>
  word === 'varbinary' || word === 'binary' ? Number(inside) : word.endsWith('blob') ? ROOM[word] : undefined

/** The same type, or one with more room of the same kind: all else may fail, be cut or warn. */
export const fits: Fits = (target, source) => {
  if (target.type.toLowerCase() === source.type.toLowerCase()) return true
  const [to, from] = [readOf(target.type), readOf(source.type)]
  const [room, needed] = [
    textRoom(to) ?? byteRoom(to),
    textRoom(to) === undefined ? byteRoom(from) : mostText(from),
  ]
  if (room !== undefined && needed !== undefined) return room >= needed
  const [at, before] = [INTEGERS.indexOf(to.word), INTEGERS.indexOf(from.word)]
  return before >= 0 && at >= before && to.rest === from.rest
}

/** All that a text may have of characters: of a `text` one for each byte. */
const mostText = (from: Read): number | undefined => {
  const room = textRoom(from)
  return room === undefined || !from.word.endsWith('text') ? room : room * 4
}

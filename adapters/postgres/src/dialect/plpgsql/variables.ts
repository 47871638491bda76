import type { Name } from '@sluice/core/statement/node'
import { Unreadable } from '@sluice/reading/unreadable'
import { typeNamed } from '../lower/named-type.ts'
import { opened } from './shapes.ts'

/** Types that the grammar itself knows, whatever the search path (gram.y, SimpleTypename), and those of libpg's own datums. */
const GRAMMARS: ReadonlySet<string> = new Set(
  `
  bigint bit bool boolean char character dec decimal float int integer interval json nchar numeric real record
  smallint time timestamp varchar
`
    .trim()
    .split(/\s+/),
)

const PLAIN = /^[a-z_][a-z0-9_$]*$/

/** The type of a variable as the body writes it. */
export const typeWritten = (datatype: unknown): string => {
  const { fields } = opened(datatype)
  const written = fields['typname']
  if (typeof written !== 'string') throw new Unreadable('the type of a variable is not known')
  return written
}

/** What makes a type an array of it. */
const ARRAY = /(?:\s*\[\s*\d*\s*\]|\s+ARRAY)+$/iu

/**
 * The types that these stand for, but for the grammar's own and those of columns: `people.email%TYPE` is not looked up.
 * Throws Unreadable.
 */
export const typesOf = (written: Iterable<string>): readonly Name[] =>
  [...written].flatMap((one) => {
    const text = one.trim().replace(ARRAY, '')
    if (/%\s*TYPE$/iu.test(text)) return []
    const type = text.replace(/\s*%\s*ROWTYPE$/iu, '')
    if (PLAIN.test(type)) return GRAMMARS.has(type) ? [] : [[type]]
    const name = typeNamed(type)
    if (name.length === 0) throw new Unreadable('the type of a variable is not known')
    return [name]
  })

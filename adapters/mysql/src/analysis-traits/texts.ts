/** Types of texts, by how their names begin: `varchar(40)`, `longtext`. */
const TEXT = /^(?:national )?(?:n?(?:var)?char|(?:var)?binary|(?:tiny|medium|long)?(?:text|blob))\b/i

/** Texts, with their bytes: what is compared with a number is read as one ("Type Conversion in Expression Evaluation"). */
export const isTextType = (type: string): boolean => TEXT.test(type)

/** Types of exact numbers, and of dates, which are numbers where one is asked for. Of a `double` CEIL may be out of range. */
const NUMBER = /^(?:(?:tiny|small|medium|big)?int|decimal|date|time|year)/i

/** Whether the values are numbers, or are read as such without a warning. */
export const isNumberType = (type: string): boolean => NUMBER.test(type)

const MAKES: ReadonlySet<string> = new Set(
  `
  char concat concat_ws hex insert json_quote json_unquote lcase left lower lpad ltrim md5 mid quote repeat replace reverse
  right rpad rtrim sha sha1 sha2 space substr substring substring_index to_base64 trim ucase upper
`
    .trim()
    .split(/\s+/),
)

/** Functions whose value is a text, whatever they are given. */
export const makesText = (name: string): boolean => MAKES.has(name)

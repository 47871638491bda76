type Schema = Readonly<Record<string, unknown>>

/** Checks a value against the part of JSON Schema that our published schemas use; an unknown keyword throws. */
export const conforms = (root: Schema, value: unknown, schema: Schema = root): boolean =>
  Object.entries(schema).every(([keyword, wanted]) => {
    const check = keywords[keyword]
    if (check === undefined) throw new Error(`the check does not know \`${keyword}\``)
    return check({ wanted, value, schema, inner: (part, at) => conforms(root, at, part as Schema), root })
  })

type Check = (given: {
  readonly wanted: unknown
  readonly value: unknown
  readonly schema: Schema
  readonly root: Schema
  readonly inner: (part: unknown, value: unknown) => boolean
}) => boolean

const fine: Check = () => true
const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const entries = (value: unknown) => (isMap(value) ? Object.entries(value) : [])

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isMap,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
}

const keywords: Readonly<Record<string, Check>> = {
  $schema: fine,
  $defs: fine,
  title: fine,
  description: fine,
  type: ({ wanted, value }) => types[String(wanted)]?.(value) ?? false,
  const: ({ wanted, value }) => value === wanted,
  enum: ({ wanted, value }) => (wanted as readonly unknown[]).includes(value),
  required: ({ wanted, value }) =>
    isMap(value) && (wanted as readonly string[]).every((key) => Object.hasOwn(value, key)),
  properties: ({ wanted, value, inner }) =>
    entries(value).every(
      ([key, part]) => !Object.hasOwn(wanted as object, key) || inner((wanted as Schema)[key], part),
    ),
  additionalProperties: ({ wanted, value, schema, inner }) =>
    entries(value)
      .filter(([key]) => !Object.hasOwn((schema['properties'] as object | undefined) ?? {}, key))
      .every(([, part]) => wanted !== false && inner(wanted, part)),
  propertyNames: ({ wanted, value, inner }) => entries(value).every(([key]) => inner(wanted, key)),
  minProperties: ({ wanted, value }) => !isMap(value) || entries(value).length >= Number(wanted),
  maxProperties: ({ wanted, value }) => !isMap(value) || entries(value).length <= Number(wanted),
  items: ({ wanted, value, inner }) => !Array.isArray(value) || value.every((item) => inner(wanted, item)),
  minItems: ({ wanted, value }) => !Array.isArray(value) || value.length >= Number(wanted),
  maxItems: ({ wanted, value }) => !Array.isArray(value) || value.length <= Number(wanted),
  minLength: ({ wanted, value }) => typeof value !== 'string' || value.length >= Number(wanted),
  maxLength: ({ wanted, value }) => typeof value !== 'string' || value.length <= Number(wanted),
  pattern: ({ wanted, value }) => typeof value !== 'string' || new RegExp(String(wanted)).test(value),
  minimum: ({ wanted, value }) => typeof value !== 'number' || value >= Number(wanted),
  maximum: ({ wanted, value }) => typeof value !== 'number' || value <= Number(wanted),
  oneOf: ({ wanted, value, inner }) =>
    (wanted as readonly unknown[]).filter((part) => inner(part, value)).length === 1,
  anyOf: ({ wanted, value, inner }) => (wanted as readonly unknown[]).some((part) => inner(part, value)),
  not: ({ wanted, value, inner }) => !inner(wanted, value),
  $ref: ({ wanted, value, inner, root }) =>
    inner((root['$defs'] as Schema)[String(wanted).slice('#/$defs/'.length)], value),
}

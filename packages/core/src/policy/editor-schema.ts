import { maxConditionCharacters } from './conditions/condition.ts'
import { inferenceLevels, units } from './document.ts'
import { maxRules } from './parse.ts'
import { maxLimits, ruleEffects, ruleKeys } from './parse-rule.ts'
import { plainTransforms } from './parse-transform.ts'
import { mapSchemas } from './transform-maps.ts'

/**
 * JSON Schema (2020-12) of a policy file, for editors: completion, descriptions and a first check while typing. The
 * parser stays the authority; the conditions inside are checked only by it.
 */
export const policyEditorSchema = (): Readonly<Record<string, unknown>> => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Sluice policy',
  type: 'object',
  required: ['version', 'rules'],
  additionalProperties: false,
  properties: {
    version: { const: 1, description: 'Version of this format' },
    inference: {
      ...inference,
      description: `${inference.description}; absent: \`balanced\``,
    },
    rules: {
      type: 'array',
      minItems: 1,
      maxItems: maxRules,
      items: { oneOf: ruleEffects.map((effect) => ({ $ref: `#/$defs/${effect}` })) },
    },
  },
  $defs: {
    ...Object.fromEntries(ruleEffects.map((effect) => [effect, rule(effect)])),
    condition: {
      type: 'string',
      minLength: 1,
      maxLength: maxConditionCharacters,
      description: 'A CEL expression that yields true or false',
    },
    transform: {
      oneOf: [
        { enum: [...plainTransforms, null] },
        ...Object.entries(mapSchemas).map(([name, value]) => onlyKey(name, value)),
      ],
    },
  },
})

const onlyKey = (name: string, value: unknown): unknown => ({
  type: 'object',
  required: [name],
  additionalProperties: false,
  properties: { [name]: value },
})

const inference = {
  enum: inferenceLevels,
  description:
    'What may be asked about masked columns: everything (`off`), whether they equal something (`balanced`), nothing (`strict`)',
}

const condition = { $ref: '#/$defs/condition' }

const properties: Readonly<Record<string, unknown>> = {
  id: {
    type: 'string',
    pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
    description: 'What records and messages call the rule',
  },
  mode: { enum: ['enforce', 'observe'], description: '`observe`: recorded, not enforced' },
  when: { ...condition, description: 'The rule holds where this does; absent: always' },
  unless: { ...condition, description: 'The rule does not hold where this does' },
  message: { type: 'string', minLength: 1, maxLength: 500, description: 'Told to the client' },
  columns: { ...condition, description: 'Which columns: asks about `column`, `principal` and `database`' },
  scan: {
    enum: ['on', 'off'],
    description: 'Whether texts of columns without a mask are searched for what looks personal or secret',
  },
  inference: { ...inference, description: `${inference.description}; absent: as beside \`rules\`` },
  rows: { type: 'integer', minimum: 1, maximum: maxLimits.rows, description: 'The most rows' },
  bytes: {
    type: 'integer',
    minimum: 1,
    maximum: maxLimits.bytes,
    description: 'The most bytes of rows, as the database sends them',
  },
  labelled: {
    type: 'integer',
    minimum: 1,
    maximum: maxLimits.labelled,
    description: 'The most values of labelled columns that are not redacted',
  },
  per: { enum: ['statement', 'hour'], description: '`hour`: for each principal; absent: `statement`' },
  with: {
    description: 'One transform, or one per label and a `default`',
    oneOf: [
      { $ref: '#/$defs/transform' },
      {
        type: 'object',
        minProperties: 1,
        not: { anyOf: Object.keys(mapSchemas).map((name) => ({ required: [name] })) },
        propertyNames: { pattern: '^[a-z0-9-]+(\\.[a-z0-9-]+)*$' },
        additionalProperties: { $ref: '#/$defs/transform' },
      },
    ],
  },
}

const needed: Readonly<Record<string, readonly string[]>> = {
  allow: [],
  deny: ['when'],
  mask: ['columns', 'with'],
  limit: [],
}

const rule = (effect: (typeof ruleEffects)[number]): unknown => ({
  type: 'object',
  required: ['id', 'effect', ...(needed[effect] ?? [])],
  ...(effect === 'limit' ? { anyOf: units.map((unit) => ({ required: [unit] })) } : {}),
  additionalProperties: false,
  properties: {
    effect: { const: effect },
    ...Object.fromEntries(
      ruleKeys[effect].filter((key) => key !== 'effect').map((key) => [key, properties[key]]),
    ),
  },
})

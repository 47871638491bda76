/** One text for a schema and a name in it, whatever characters they have: what a map holds them by. */
export const keyOf = (schema: string, name: string): string => `${schema.length}.${schema}.${name}`

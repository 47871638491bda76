import type { Call, Expression } from '@sluice/core/statement/expression'
import { foldName } from '../names.ts'

/** `@name`, `@'name'`, `@"name"` or `@\`name\``: alike for names that servers take for the same, without case, accents and spaces behind. */
export const variableName = (text: string): string => {
  const bare = /^@(['"`])(.*)\1$/su.exec(text)?.[2] ?? text.slice(1)
  return `@${foldName(
    bare
      .normalize('NFD')
      .replace(/\p{M}+/gu, '')
      .trimEnd(),
  )}`
}

/** `@name := value` */
export const assigned = (variable: string, value: Expression): Call => ({
  kind: 'call',
  name: [':='],
  args: [value],
  star: false,
  distinct: false,
  orderBy: [],
  variable,
})

import type { ConstantReader } from './constant.ts'

const words: Readonly<Record<string, boolean>> = { t: true, true: true, f: false, false: false }

/** bool: `t`, `true`, `f` or `false`. */
export const readBool: ConstantReader = (value) => {
  const truth = Object.hasOwn(words, value.toLowerCase()) ? words[value.toLowerCase()] : undefined
  return truth === undefined ? null : { text: truth ? 't' : 'f', binary: Buffer.of(truth ? 1 : 0) }
}

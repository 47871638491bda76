/** A value of a type in both of its formats. `text` is ASCII. */
export type Constant = { readonly text: string; readonly binary: Buffer }

/** Reads a constant of the policy as a value of one type; null where it is none. */
export type ConstantReader = (value: string) => Constant | null

import type { Column, FunctionEffect } from '../catalog/catalog.ts'
import type { TypeShapes } from '../catalog/type-shape.ts'
import type { Expression } from '../statement/expression.ts'
import type { Name } from '../statement/node.ts'
import type { Effect } from './facts.ts'

/** What a dialect knows of a function that the database brings along. */
export type BuiltinFunction = {
  readonly effect: FunctionEffect
  /**
   * `arguments`: nothing but its arguments (and public facts such as the clock or the schema) can be in the value.
   * `shown`: not even these are, but the values that `shows` stands for. `unknown`: the value may carry rows, files or
   * other sessions' statements.
   */
  readonly lineage: 'arguments' | 'shown' | 'unknown'
  /** Columns that stand for what can be in the value beside its arguments. Absent: none. */
  readonly shows?: readonly Column[]
  /** True where a reviewer says so of code of the users' own. */
  readonly blessed?: true
  /** In FROM: the names of the columns it makes, where it makes exactly these. */
  readonly columns?: readonly string[]
  /** True where it makes, in FROM, a column of its name for each argument that is an array of what are no rows. */
  readonly unnests?: true
  /** True where it makes an array of what are no rows, whatever the arguments are. */
  readonly makesArray?: true
  /**
   * What a value that it makes of a column tells of the column. `same`: it is one of the arguments as it stands, letters
   * perhaps in another case. `fallback`: the same, and those behind an argument are evaluated only where that one is
   * NULL. `total`: it is one value, and no error, whatever the arguments are; `first`, `second` and `last`: whatever that
   * one is, the others being constants; `values`: whatever every second one is, the others being names for them;
   * `elements`: whatever they are, but for arrays, which must be of one size. `decides`: it compares its arguments, or
   * chooses among them. Absent: it may fail, or make several rows, for some values.
   */
  readonly telling?:
    | 'same'
    | 'fallback'
    | 'total'
    | 'first'
    | 'second'
    | 'last'
    | 'values'
    | 'elements'
    | 'decides'
  /**
   * Its value may be NULL for some values of arguments that are not: whether it is tells something of them.
   * `unless numbers`: not where all arguments behind the first are numbers.
   */
  readonly blank?: true | 'unless numbers'
  /**
   * The system warns of some values, which is an error in a statement that writes. `unless numbers`: not of columns of numbers.
   * Absent: it does not.
   */
  readonly warns?: true | 'unless numbers'
  /** True for code of the users' own, or code that nothing is known of. */
  readonly own?: boolean
  /** It may be a cast to a type of the name, which fails for some values. */
  readonly casts?: true
}

/** What a dialect knows of a procedure that the database brings along. */
export type BuiltinProcedure = {
  readonly effect: FunctionEffect
  /** What it does that no function's effect says. */
  readonly effects: readonly Effect[]
  /** It changes who the session acts as. */
  readonly setsIdentity?: boolean
}

/** The name a dialect gives an output column without alias; `sure` only where the rule leaves no doubt. */
export type OutputName = { readonly name: string; readonly sure: boolean }

/**
 * What the analysis asks about a database system. The core never asks which one it is: a difference between
 * systems is an answer here.
 */
export type DialectTraits = {
  /** Schemas of the system's own catalogs: their functions are answered by `builtinFunction`. */
  isSystemSchema(schema: string): boolean
  /** Schemas whose tables are the system's own, where `isSystemSchema` does not say so: writing them administers it. */
  isCatalogSchema?(schema: string): boolean
  /** True where the columns that USING names stand in the order of the left side's, not in that of USING. */
  readonly usingInTableOrder?: boolean
  /**
   * True where HAVING, ORDER BY and GROUP BY see the outputs' names inside of expressions too, and queries inside of the
   * select list those of the outputs before them.
   */
  readonly outputsInClauses?: boolean
  /**
   * True where a constant that is computed may be the position of an output as well as a number: `ORDER BY true`, `?`, `+2`.
   */
  readonly constantsMayBePositions?: boolean
  /** Schemas of one session's temporary tables, the session's own alias (`pg_temp`) included. Functions and
   * operators are never looked up there by a bare name. */
  isTemporarySchema(schema: string): boolean
  /**
   * The schema of names that have one of their own, whatever the search path and the schema that is written: temporary
   * tables that their name tells.
   */
  ownSchema?(name: Name): string | undefined
  /** The alias by which a session names its own temporary schema; absent where there is none. */
  readonly temporaryAlias?: string
  /**
   * A function of the system by its bare name, folded; undefined: not a function of the system. `args` says how many
   * arguments a call has, where that decides what it does.
   */
  builtinFunction(name: string, args?: number): BuiltinFunction | undefined
  /** A procedure of the system as CALL or EXECUTE names it; undefined: not one, so it can do anything. */
  builtinProcedure?(name: Name): BuiltinProcedure | undefined
  /** Operators that the system brings along, SQL keywords (`and`, `is null`, `in`) among them. */
  isBuiltinOperator(operator: string): boolean
  /**
   * The operators that the system looks up by name where a word is written: `=` for `in`. Words are those of `Operator`,
   * and `case`, `nullif` and `using`. Absent: words are the system's own, whatever operators users make.
   */
  operatorsBehind?(word: string): readonly string[] | undefined
  /** Types whose values are made by the system's own code. */
  isBuiltinType(name: string): boolean
  /**
   * Whether a function of the system, by its bare name, makes values of the type of one argument out of another. `holding`:
   * of a domain's base type, so of types alone that hold others. Absent: none does.
   */
  makesAlike?(name: string): 'any' | 'holding' | undefined
  /**
   * What a cast to a type makes of values of these types, as `BuiltinFunction.telling` does; none where what is cast was
   * computed. `blank`: NULL for some values that are not, and no error. Absent: any cast may fail for some values.
   */
  castTelling?(to: Name, from: readonly string[] | undefined): 'same' | 'total' | 'blank' | undefined
  /**
   * Whether an operator (as `Operator` spells it), a function or a cast to a type, each by its bare name, that takes values as
   * they are elsewhere, looks at a part of one of this type: elements of an array, a bound of a range. Absent: none does.
   */
  readonly looksAtPart?: (by: string, type: string, types: TypeShapes | undefined) => boolean
  /** True where casts warn of some values, as `BuiltinFunction.warns` has it. Absent: they do not. */
  readonly castsWarn?: true
  /**
   * True where a recursive query's columns have the types of its first term, and another value of the others fails or is cut
   * where they have no room for it. Absent: all terms must be of one type.
   */
  readonly firstTermTypes?: true
  /** Whether values of the type are read as a number without a warning. Absent: there are no warnings. */
  isNumberType?(type: string): boolean
  /** Whether values of the type are arrays, which must be of one size to be put together. Absent: none are. */
  isArrayType?(type: string): boolean
  /** The same of a type of the system, by the id that `TypeShape` names it with. */
  isArrayId?(id: number): boolean
  /**
   * Whether values of the type are texts, where a text that is compared with a number is read as one. Absent: the system
   * compares like with like only.
   */
  isTextType?(type: string): boolean
  /**
   * True where an explicit collation has the values beside it turned into its character set, which fails for some. Absent:
   * collations turn nothing.
   */
  readonly collationsConvert?: true
  /** Whether values of the type may be bytes that are no text of a character set. Absent: none may. */
  isBytesType?(type: string): boolean
  /** Whether a function of the system makes a text, by its bare name, folded. Absent: none is known to. */
  makesText?(name: string): boolean
  /**
   * How long a text may be that a function or an operator of the system makes of values of these lengths, in bytes. Undefined:
   * any length.
   */
  madeBytes?(name: string, given: readonly number[]): number | undefined
  /** Whether it may make NULL of values of these lengths, which are not, because of how long they are. Absent: none does. */
  overflows?(name: string, given: readonly number[]): boolean
  /** How long values of a column's type may be as texts, in bytes. Undefined: any length. */
  columnBytes?(type: string): number | undefined
  /** Operators of the system that fail for some values, where in other systems they do not. Absent: none. */
  readonly failingOperators?: ReadonlySet<string>
  /** Columns that every stored table has and `*` leaves out: row addresses and versions, never user data. */
  isSystemColumn(name: string): boolean
  /** How an output column without alias is called. */
  outputName(expression: Expression): OutputName
  /**
   * Whether an output may have the name because it is called by the text of its expression. Absent: outputs without a
   * certain name may have any.
   */
  readonly mayBeText?: (name: string) => boolean
  /** The name of the nth column of VALUES, counting from 1. */
  valuesColumn(position: number): string
  /** True where some servers of the dialect call the columns of VALUES by the text of their values. */
  readonly valuesNamesVary?: boolean
  /** Settings that change neither how later statements are read nor who the session acts as. */
  isHarmlessSetting(name: string): boolean
  /** Settings that are not harmless, but change only how values are written. Absent: none. */
  isTextSetting?(name: string): boolean
  /** Settings that change who the session acts as: named in the verb (`set role`). */
  isIdentitySetting(name: string): boolean
  /**
   * Settings under which texts and results are read otherwise than the gateway reads them: whether `name` gets such a
   * value. `undefined` stands for any name, or any value. `unknown`: it may be such a value, and any other. Absent: none.
   */
  unreadable?(name: string | undefined, value: string | undefined): 'yes' | 'unknown' | undefined
  /** The function that sets the setting which its first argument names, where there is one. */
  readonly settingFunction?: string
  /** Settings whose value no statement can have put there: safe to show. */
  isOpenSetting(name: string): boolean
}

/** The name under which a catalog keeps a user-defined operator among its routines. */
export const operatorRoutine = (operator: string): string => `operator ${operator}`

/** The name under which a catalog keeps what making a value of a user-defined type runs. */
export const typeRoutine = (type: Name): string => `type ${type.at(-1) ?? ''}`

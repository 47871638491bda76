import { analyse } from '@sluice/core/analysis/analyse'
import type { Analysis } from '@sluice/core/analysis/context'
import type { Facts, Flow, OutputLineage } from '@sluice/core/analysis/facts'
import { NO_NAMES } from '@sluice/core/analysis/names-after'
import { inState, stateAfter } from '@sluice/core/analysis/script/after'
import { afterDdl } from '@sluice/core/analysis/script/definitions'
import type { ScriptState, ScriptTraits } from '@sluice/core/analysis/script/state'
import { decide } from '@sluice/core/policy/decide'
import type { Decision } from '@sluice/core/policy/decision'
import type { Policy } from '@sluice/core/policy/policy'
import type { Principal } from '@sluice/core/policy/principal'
import type { Ddl, Statement } from '@sluice/core/statement/command'
import type { Name } from '@sluice/core/statement/node'
import type { Query } from '@sluice/core/statement/query'
import type { ReadStatement } from '@sluice/core/statement/reading'
import type { WrittenCatalog } from './catalog-document.ts'
import type { ExplainDialect } from './dialects.ts'

/** One statement explained: plain data, as it is printed. */
export type Explanation = {
  readonly understood: boolean
  readonly opaque?: string
  readonly canonical: string
  readonly fingerprint: string
  readonly verb: string
  /** With those of what it runs, plans or prepares. */
  readonly verbs: readonly string[]
  readonly effects: readonly string[]
  readonly tables: readonly {
    readonly name: string
    readonly access: readonly string[]
    readonly known: boolean
  }[]
  readonly columns: readonly {
    readonly name: string
    readonly roles: readonly string[]
    readonly labels: readonly string[]
  }[]
  /** Of LISTEN, NOTIFY, UNLISTEN. Absent: none. */
  readonly channels?: readonly string[]
  readonly functions: readonly {
    /** Empty: it has none, or it is not known. */
    readonly schema: string
    readonly name: string
    readonly effect: string
    /** A reviewer says what its value shows. */
    readonly blessed?: true
  }[]
  readonly bounded: boolean
  readonly dynamic: boolean
  readonly parameters: number
  /** `none`: returns no rows. `unknown`: the columns could not be listed. */
  readonly lineage: readonly ExplainedOutput[] | 'none' | 'unknown'
  readonly flows: readonly {
    readonly from: readonly string[]
    readonly to: string | null
    readonly unknown: boolean
  }[]
  /** The analysis steps that ran, in order. */
  readonly steps: readonly string[]
  readonly decision?: ExplainedDecision
}

/** Where one output column comes from. */
export type ExplainedOutput = {
  readonly name: string
  readonly from: readonly string[]
  readonly direct: boolean
  readonly unknown: boolean
  readonly functions: readonly string[]
}

/** What the policy says for the principal asked about. */
type ExplainedDecision = {
  readonly decision: 'allow' | 'deny'
  readonly rules: readonly string[]
  readonly message?: string
  readonly hint?: string
  readonly rows?: number
  readonly masked: readonly { readonly column: string; readonly transform: string; readonly rule: string }[]
}

/** Whose statement it is, and under which policy. */
export type Asker = { readonly policy: Policy; readonly principal: Principal; readonly environment: string }

/** An explanation, and the tree it was made from. */
export type Explained = { readonly explanation: Explanation; readonly tree: Statement }

/**
 * Explains every statement of a text, each in the context of those before it: what they set, made, prepared and
 * declared. `written` is the catalog that the first one finds.
 */
export const explain = async (
  dialect: ExplainDialect,
  sql: string,
  written: WrittenCatalog,
  asker: Asker | undefined,
): Promise<readonly Explained[]> => {
  const script: ScriptTraits = { ...dialect.script, labeller: written.labeller }
  let state = await startOf(dialect, written, script)
  return (await dialect.read(sql)).map((read) => {
    const { catalog, context, names } = state
    const analysis = inState(state, analyse(read, catalog, context, names, script.traits))
    state = stateAfter(state, read, analysis, script)
    return {
      tree: read.statement,
      explanation: explanationOf(read, analysis, dialect.system, written, asker),
    }
  })
}

/** The catalog's views are made of their definitions in the order in which the document has them. */
const startOf = async (
  { read, searchPath }: ExplainDialect,
  { catalog, views }: WrittenCatalog,
  script: ScriptTraits,
): Promise<ScriptState> => {
  const context = { database: catalog.database, searchPath: searchPath(catalog.database) }
  let state: ScriptState = { catalog, context, names: NO_NAMES }
  for (const { schema, name, definition } of views) {
    const [only, ...others] = await read(definition)
    const query = only?.statement
    const isQuery = query?.kind === 'select' || query?.kind === 'set-operation' || query?.kind === 'values'
    if (only && others.length === 0 && isQuery)
      state = afterDdl(state, viewOf([schema, name], query), only, script)
  }
  return state
}

const viewOf = (name: Name, query: Query): Ddl => ({
  kind: 'ddl',
  verb: 'create',
  object: 'view',
  names: [name],
  tables: [],
  expressions: [],
  temporary: false,
  query,
})

const explanationOf = (
  read: ReadStatement,
  { facts, steps }: Analysis,
  system: string,
  written: WrittenCatalog,
  asker: Asker | undefined,
): Explanation => ({
  understood: facts.opaque === undefined,
  ...(facts.opaque === undefined ? {} : { opaque: facts.opaque }),
  canonical: read.canonical,
  fingerprint: read.fingerprint,
  verb: facts.verb,
  verbs: facts.verbs,
  effects: facts.effects,
  tables: facts.tables.map(({ schema, name, access, known }) => ({
    name: written.table(schema, name),
    access,
    known,
  })),
  columns: facts.columns.map(({ column, roles }) => ({
    name: written.column(column),
    roles,
    labels: [...new Set(column.labels.map((label) => label.name))],
  })),
  functions: facts.functions,
  ...(facts.channels === undefined ? {} : { channels: facts.channels }),
  bounded: facts.bounded,
  dynamic: facts.dynamic,
  parameters: facts.parameterCount,
  lineage:
    typeof facts.outputs === 'string'
      ? facts.outputs
      : facts.outputs.map((output) => outputOf(output, written)),
  flows: facts.flows.map((flow) => flowOf(flow, written)),
  steps,
  ...(asker === undefined ? {} : { decision: decisionOf(facts, system, written, asker) }),
})

const outputOf = (
  { name, sources, direct, unknown, functions }: OutputLineage,
  written: WrittenCatalog,
): ExplainedOutput => ({
  name,
  from: sources.map((column) => written.column(column)),
  direct,
  unknown,
  functions,
})

const flowOf = ({ sources, target, unknown }: Flow, written: WrittenCatalog) => ({
  from: sources.map((column) => written.column(column)),
  to: target === undefined ? null : written.column(target),
  unknown,
})

const decisionOf = (
  facts: Facts,
  system: string,
  written: WrittenCatalog,
  asker: Asker,
): ExplainedDecision => {
  const decision = decide(asker.policy, {
    facts,
    principal: asker.principal,
    database: { name: written.catalog.database, system, environment: asker.environment },
    session: { id: 'explain', clientAddress: '', applicationName: 'sluice explain', tls: true },
  })
  const rules = decision.rules.map(({ id, mode }) => (mode === 'observe' ? `${id} (observed)` : id))
  if (decision.kind === 'deny') {
    return { decision: 'deny', rules, message: decision.message, hint: decision.hint, masked: [] }
  }
  const { rows } = decision.obligations
  return {
    decision: 'allow',
    rules,
    ...(rows === undefined ? {} : { rows: rows.most }),
    masked: masksOf(facts, decision, written),
  }
}

const masksOf = (facts: Facts, decision: Extract<Decision, { kind: 'allow' }>, written: WrittenCatalog) =>
  facts.columns.flatMap(({ column }) => {
    const mask = decision.obligations.masks.forColumn(column)
    return mask === undefined
      ? []
      : [{ column: written.column(column), transform: mask.transform.kind, rule: mask.rule }]
  })

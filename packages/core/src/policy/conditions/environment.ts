import { Environment } from '@marcbachmann/cel-js'
import {
  type ConditionPlace,
  type ConditionType,
  conditionTypes,
  conditionVariables,
  variablesOf,
} from './schema.ts'
import { conditionClasses } from './values.ts'

/** Bounds of one condition. */
const conditionLimits = { maxAstNodes: 2000, maxDepth: 50, maxListElements: 500, maxMapEntries: 100 }

/** The CEL environment of each place, with every type and field registered. */
export const environments: Readonly<Record<ConditionPlace, Environment>> = {
  statement: environment('statement'),
  principal: environment('principal'),
  column: environment('column'),
}

function environment(place: ConditionPlace): Environment {
  const made = new Environment({ limits: conditionLimits })
  for (const [name, fields] of Object.entries(conditionTypes))
    made.registerType(name, { ctor: conditionClasses[name as ConditionType], fields: bare(fields) })
  for (const name of variablesOf[place]) made.registerVariable(name, conditionVariables[name])
  return made
}

/** Without a prototype, so that `statement.constructor` is no field either. */
function bare(fields: Readonly<Record<string, string>>): Record<string, string> {
  return Object.assign(Object.create(null) as Record<string, string>, fields)
}

import { expect, test } from '@jest/globals'
import { alsoRuns } from '../../src/analysis/also-runs.ts'
import type { Analysis } from '../../src/analysis/context.ts'
import type { FunctionEffect } from '../../src/catalog/catalog.ts'

const read: Analysis = {
  facts: {
    verb: 'select',
    verbs: ['select'],
    effects: ['read'],
    tables: [],
    columns: [],
    functions: [],
    bounded: true,
    outputs: [],
    flows: [],
    uses: [],
    dynamic: false,
    parameterCount: 1,
    fingerprint: '',
    canonical: 'SELECT $1',
  },
  changes: [],
  catalogVersion: 1,
  steps: [],
}

const told = (effect: FunctionEffect) => {
  const { facts, changes } = alsoRuns(read, { schema: '', name: 'type d', effect })
  return {
    functions: facts.functions.map(({ name }) => name),
    effects: facts.effects,
    changes: changes.map(({ kind }) => kind),
    moves: facts.flows.some(({ unknown }) => unknown),
  }
}

test('code that is not in the text counts as a function that is called there', () => {
  const functions = ['type d']
  expect(told('pure')).toEqual({ functions, effects: ['read'], changes: [], moves: false })
  expect(told('reads')).toEqual({ functions, effects: ['read'], changes: ['settings'], moves: false })
  expect(told('unknown')).toEqual({
    functions,
    effects: ['read', 'unknown'],
    changes: ['names-void', 'settings', 'catalog'],
    moves: true,
  })
})

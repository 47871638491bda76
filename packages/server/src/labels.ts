import type { ColumnLabels } from '@sluice/config/config'
import type { Labeller } from '@sluice/core/catalog/build'
import { labelColumn } from '@sluice/core/detect/label-column'

/** Labels from the detectors, and on top of them those the configuration names. */
export const labellerOf = (configured: readonly ColumnLabels[]): Labeller => {
  const named = new Map(
    configured.map(({ schema, table, column, labels }) => [key(schema, table, column), labels]),
  )
  return ({ schema, relation, name, type, comment, system }) => {
    const labels = named.get(key(schema, relation, name)) ?? []
    const detected = system ? [] : labelColumn({ schema, table: relation, name, type, comment })
    return [
      ...labels.map((label) => ({ name: label, origin: 'config' as const, confidence: 1 })),
      ...detected,
    ]
  }
}

const key = (schema: string, table: string, column: string): string => JSON.stringify([schema, table, column])

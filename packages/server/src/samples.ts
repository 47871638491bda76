import type { Catalog, Column } from '@sluice/core/catalog/catalog'
import type { Label } from '@sluice/core/catalog/label'
import { labelValues } from '@sluice/core/detect/label-values'
import type { Sample, SampleOptions } from '@sluice/gateway/catalog/sample'

/** How much of the values is read; `rows` 0: nothing. */
export type Sampling = Pick<SampleOptions, 'rows' | 'timeoutMs' | 'isOver'>

/** What some values of each column say, and which tables could not be read. Rejects where the database cannot be. */
export const samplesOf = async (sample: Sample, catalog: Catalog, sampling: Sampling) => {
  const samples = new Map<Column, readonly Label[]>()
  const unread: string[] = []
  const onFailure = ({ schema, name }: Catalog['relations'][number]): void => {
    unread.push(`${schema}.${name}`)
  }
  await sample(catalog, { ...sampling, onFailure }, (column, values) =>
    samples.set(column, labelValues(values)),
  )
  return { samples, unread }
}

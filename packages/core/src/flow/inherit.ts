import type { Label } from '../catalog/label.ts'

/** What a value takes along of its source's labels. `direct`: it is the source's own value, unchanged. */
export const inherited = (labels: readonly Label[], direct: boolean): readonly Label[] =>
  labels.map(({ name, confidence, computed }) => ({
    name,
    origin: 'derived',
    confidence,
    ...(direct && computed !== true ? {} : { computed: true as const }),
  }))

/**
 * A column's labels and more of them. What the column was declared to hold stands; of two that only came along, the
 * one that was computed counts. The very same list where nothing is new.
 */
export const joinedLabels = (own: readonly Label[], more: readonly Label[]): readonly Label[] => {
  let all = own
  for (const label of more) {
    const known = all.find(({ name }) => name === label.name)
    if (known === undefined) all = [...all, label]
    else if (known.origin === 'derived' && label.computed === true && known.computed !== true)
      all = all.map((one) => (one === known ? { ...known, computed: true as const } : one))
  }
  return all
}

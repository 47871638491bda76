import { describe, expect, test } from '@jest/globals'
import { detectors } from '../../src/detect/detectors/index.ts'
import { LABEL_THRESHOLD } from '../../src/detect/label-column.ts'
import { columnsOf, titleOf } from './fixture.ts'

const findings = (detector: (typeof detectors)[number], file: string, sure: boolean): readonly string[] =>
  columnsOf(file)
    .filter((column) => (detector.detect(column) ?? 0) >= LABEL_THRESHOLD === sure)
    .map(titleOf)

describe.each(detectors.map((detector) => [detector.id, detector] as const))('%s', (id, detector) => {
  test('finds every column of its `yes` fixture', () => {
    expect(findings(detector, `${id}.yes`, false)).toEqual([])
  })
  test('finds no near miss of its `no` fixture', () => {
    expect(findings(detector, `${id}.no`, true)).toEqual([])
  })
  test('answers between 0 and 1', () => {
    for (const column of columnsOf(`${id}.yes`)) {
      const sure = detector.detect(column) ?? 0
      expect(sure).toBeGreaterThan(0)
      expect(sure).toBeLessThanOrEqual(1)
    }
  })
})

test('no two detectors have one id', () => {
  expect(new Set(detectors.map(({ id }) => id)).size).toBe(detectors.length)
})

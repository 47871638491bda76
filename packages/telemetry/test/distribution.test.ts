import { expect, test } from '@jest/globals'
import { Distribution, distributionProducer, MAX_POINTS } from '@sluice/telemetry/distribution'

const durations = () =>
  new Distribution({ name: 'd', unit: 's', description: 'how long', boundaries: [1, 10] })

test('a value counts in the bucket whose upper boundary it does not exceed', async () => {
  const distribution = durations()
  const point = distribution.point('a', () => ({ verb: 'SELECT' }))
  for (const value of [0.5, 1, 1.5, 10, 11]) distribution.record(point, value)
  const { resourceMetrics } = await distributionProducer([distribution]).collect()
  expect(resourceMetrics.scopeMetrics).toMatchObject([
    {
      scope: { name: 'sluice' },
      metrics: [
        {
          descriptor: { name: 'd', unit: 's' },
          dataPoints: [
            {
              attributes: { verb: 'SELECT' },
              value: {
                buckets: { boundaries: [1, 10], counts: [2, 2, 1] },
                sum: 24,
                count: 5,
                min: 0.5,
                max: 11,
              },
            },
          ],
        },
      ],
    },
  ])
})

test('one key has one point, and beyond the limit all that is new has one together', () => {
  const distribution = durations()
  expect(distribution.point('0', () => ({}))).toBe(distribution.point('0', () => ({ other: 1 })))
  for (let key = 0; key < 2 * MAX_POINTS; key += 1)
    distribution.record(
      distribution.point(String(key), () => ({ key })),
      1,
    )
  expect(distribution.points.size).toBe(MAX_POINTS + 1)
  expect(distribution.point('new', () => ({}))).toMatchObject({
    attributes: { 'otel.metric.overflow': true },
    count: MAX_POINTS,
  })
})

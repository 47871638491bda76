import { expect, test } from '@jest/globals'
import { NO_NAMES } from '@sluice/core/analysis/names-after'
import type { Catalog } from '@sluice/core/catalog/catalog'
import type { ReadStatement } from '@sluice/core/statement/reading'
import { understand } from '@sluice/gateway/pipeline/understand'
import type { Governance } from '@sluice/gateway/session/governance'

const STATEMENTS = 4

const reading = Array.from({ length: STATEMENTS }, () => ({ statement: { kind: 'empty' } }) as ReadStatement)
const catalog = {} as Catalog
const context = {
  modes: {},
  names: { database: 'shop', searchPath: ['public'] },
  session: NO_NAMES,
  catalogDirty: false,
}

const busy = (ms: number): void => {
  const end = performance.now() + ms
  while (performance.now() < end);
}

test('all other sessions have their turn between the statements of a long text', async () => {
  const order: string[] = []
  const governance = {
    dialect: { read: () => reading },
    catalog: { current: () => catalog },
    analyse: () => {
      busy(30)
      order.push('statement')
      return { changes: [] }
    },
  } as unknown as Governance
  const understood = understand(governance, 'a; b; c; d', context)
  const others = setInterval(() => order.push('another session'), 0)
  expect(await understood).toHaveLength(STATEMENTS)
  clearInterval(others)
  const between = order.slice(order.indexOf('statement'), order.lastIndexOf('statement'))
  expect(between).toContain('another session')
})

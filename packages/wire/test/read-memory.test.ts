import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import { describe, expect, test } from '@jest/globals'
import { COLLECT_EVERY_BYTES, ReadMemory, readMemory } from '../src/socket/read-memory.ts'

type Collection = PerformanceEntry & { readonly detail?: { readonly kind?: number; readonly flags?: number } }

describe('the memory of what is read', () => {
  test('is collected each time that so much was read, and not before', () => {
    let collected = 0
    const memory = new ReadMemory(() => {
      collected += 1
    })
    memory.add(COLLECT_EVERY_BYTES - 1)
    expect(collected).toBe(0)
    memory.add(1)
    expect(collected).toBe(1)
    memory.add(COLLECT_EVERY_BYTES - 1)
    expect(collected).toBe(1)
    memory.add(64 * 1024)
    expect(collected).toBe(2)
  })

  test('is collected by V8, the young objects alone', async () => {
    const { NODE_PERFORMANCE_GC_FLAGS_FORCED: FORCED, NODE_PERFORMANCE_GC_MINOR: MINOR } = constants
    const forced = new Promise<number | undefined>((resolve) => {
      const observer = new PerformanceObserver((list) => {
        for (const { detail } of list.getEntries() as Collection[]) {
          if (((detail?.flags ?? 0) & FORCED) === 0) continue
          observer.disconnect()
          resolve(detail?.kind)
        }
      })
      observer.observe({ entryTypes: ['gc'] })
    })
    readMemory.add(COLLECT_EVERY_BYTES)
    expect(await forced).toBe(MINOR)
  })
})
